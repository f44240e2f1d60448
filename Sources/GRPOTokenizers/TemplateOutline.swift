/// The skeleton of a Jinja template, in one spelling whatever the author's: what it prints and
/// which statements stand around it. Enough to recognise a template, not to run one.
///
/// White space outside tags is trimmed as `transformers` sets Jinja up: `trim_blocks` and
/// `lstrip_blocks`, besides the template's own `-`.
struct TemplateOutline {
    enum Part: Equatable {
        case literal(String)
        case expression(String)
    }

    enum Node: Equatable {
        /// What is printed between two statements, neighbouring literals joined.
        case output([Part])
        case statement(String)
    }

    private(set) var nodes: [Node] = []

    /// nil if a tag or a string in it does not end.
    init?(_ source: String) {
        let all = Array(source.unicodeScalars)
        var rest = all[...]
        var trimsLeft = false
        while let opening = Self.firstTag(in: rest) {
            let kind = rest[opening + 1]
            var text = rest[..<opening]
            var body = rest[(opening + 2)...]
            if trimsLeft { text = text.drop(while: \.properties.isWhitespace) }
            if body.first == "-" {
                body.removeFirst()
                while text.last?.properties.isWhitespace == true { text.removeLast() }
            } else if kind != "{" {
                let start = text.startIndex
                text = Self.strippingLine(text, startsLine: start == 0 || all[start - 1] == "\n")
            }
            emit(Self.literal(text))

            guard let closing = Self.end(of: kind, in: body) else { return nil }
            rest = body[(closing + 2)...]
            body = body[..<closing]
            trimsLeft = body.last == "-"
            if trimsLeft { body.removeLast() }
            if !trimsLeft, kind != "{", rest.first == "\n" { rest.removeFirst() }

            switch kind {
            case "%":
                guard let tokens = Self.tokens(body) else { return nil }
                nodes.append(.statement(Self.spelling(tokens)))
            case "{":
                guard let tokens = Self.tokens(body) else { return nil }
                for part in Self.parts(tokens) { emit(part) }
            default:
                break
            }
        }
        if trimsLeft { rest = rest.drop(while: \.properties.isWhitespace) }
        // Jinja drops one newline at the very end.
        if rest.last == "\n" { rest.removeLast() }
        emit(Self.literal(rest))
    }

    private mutating func emit(_ part: Part) {
        if part == .literal("") { return }
        guard case .output(var parts)? = nodes.last else {
            nodes.append(.output([part]))
            return
        }
        if case .literal(let before)? = parts.last, case .literal(let text) = part {
            parts[parts.count - 1] = .literal(before + text)
        } else {
            parts.append(part)
        }
        nodes[nodes.count - 1] = .output(parts)
    }

    // MARK: Tags

    private static func firstTag(in text: ArraySlice<Unicode.Scalar>) -> Int? {
        text.indices.dropLast().first {
            text[$0] == "{" && ["{", "%", "#"].contains(text[$0 + 1])
        }
    }

    /// Where the tag's end begins; strings inside statements and expressions are passed over.
    private static func end(
        of kind: Unicode.Scalar, in body: ArraySlice<Unicode.Scalar>
    ) -> Int? {
        let first: Unicode.Scalar = kind == "{" ? "}" : kind
        var quote: Unicode.Scalar?
        var index = body.startIndex
        while index + 1 < body.endIndex {
            let scalar = body[index]
            if let open = quote {
                if scalar == "\\" { index += 1 }
                if scalar == open { quote = nil }
            } else if kind != "#", scalar == "'" || scalar == "\"" {
                quote = scalar
            } else if scalar == first, body[index + 1] == "}" {
                return index
            }
            index += 1
        }
        return nil
    }

    /// Without the blanks between the start of the line and a statement.
    private static func strippingLine(
        _ text: ArraySlice<Unicode.Scalar>, startsLine: Bool
    ) -> ArraySlice<Unicode.Scalar> {
        var stripped = text
        while stripped.last == " " || stripped.last == "\t" { stripped.removeLast() }
        return stripped.last == "\n" || (stripped.isEmpty && startsLine) ? stripped : text
    }

    private static func literal(_ text: ArraySlice<Unicode.Scalar>) -> Part {
        .literal(string(text))
    }

    private static func string(_ text: some Sequence<Unicode.Scalar>) -> String {
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text)
        return String(result)
    }

    // MARK: Inside a tag

    private enum Token: Equatable {
        case text(String)
        case word(String)
        case symbol(Unicode.Scalar)
    }

    /// Strings, names and single symbols; nil if a string does not end.
    private static func tokens(_ body: ArraySlice<Unicode.Scalar>) -> [Token]? {
        var tokens: [Token] = []
        var rest = body
        while let scalar = rest.popFirst() {
            if scalar == "'" || scalar == "\"" {
                var text: [Unicode.Scalar] = []
                while let next = rest.popFirst(), next != scalar {
                    guard next == "\\" else {
                        text.append(next)
                        continue
                    }
                    guard let escaped = rest.popFirst() else { return nil }
                    switch escaped {
                    case "n": text.append("\n")
                    case "t": text.append("\t")
                    case "\\", "'", "\"": text.append(escaped)
                    default: text += ["\\", escaped]
                    }
                }
                tokens.append(.text(string(text)))
            } else if isName(scalar) {
                let name = [scalar] + rest.prefix(while: isName)
                rest = rest.dropFirst(name.count - 1)
                tokens.append(.word(string(name)))
            } else if !scalar.properties.isWhitespace {
                tokens.append(.symbol(scalar))
            }
        }
        return subscripting(tokens)
    }

    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// `message.role` and `messages[0].role` with the field as a subscript, as Jinja reads both;
    /// the fields of `loop` stay as they are.
    private static func subscripting(_ tokens: [Token]) -> [Token] {
        var result: [Token] = []
        var index = 0
        while index < tokens.count {
            if tokens[index] == .symbol("."), index + 1 < tokens.count,
                case .word(let field) = tokens[index + 1], result.last != .word("loop")
            {
                result += [.symbol("["), .text(field), .symbol("]")]
                index += 2
            } else {
                result.append(tokens[index])
                index += 1
            }
        }
        return result
    }

    /// One spelling: single quotes, a space between words and around `!=` and `==`, no other.
    private static func spelling(_ tokens: some Sequence<Token>) -> String {
        var result = ""
        var follows = false
        for token in tokens {
            switch token {
            case .text(let text):
                result += follows ? " '\(text)'" : "'\(text)'"
                follows = true
            case .word(let word):
                result += follows ? " \(word)" : word
                follows = true
            case .symbol("!"):
                result += " !"
                follows = false
            case .symbol("="):
                result += result.hasSuffix("!") || result.hasSuffix("=") ? "=" : " ="
                follows = result.hasSuffix("!=") || result.hasSuffix("==")
            case .symbol(let symbol):
                result.unicodeScalars.append(symbol)
                follows = symbol == "]" || symbol == ")"
            }
        }
        return result
    }

    /// The operands of a concatenation, `+` or `~`.
    private static func parts(_ tokens: [Token]) -> [Part] {
        tokens.split(omittingEmptySubsequences: false) { $0 == .symbol("+") || $0 == .symbol("~") }
            .map { operand in
                if operand.count == 1, case .text(let text)? = operand.first {
                    return .literal(text)
                }
                return .expression(spelling(operand))
            }
    }
}
