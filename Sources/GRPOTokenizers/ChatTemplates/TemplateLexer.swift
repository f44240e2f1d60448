/// Cuts a template into tokens, white space around tags trimmed as `transformers` sets Jinja up:
/// `trim_blocks` and `lstrip_blocks`, besides the template's own `-` and `+`.
struct TemplateLexer {
    private let name: String
    private let source: [Unicode.Scalar]
    private var position = 0
    private var line = 1
    /// Whether what was last read ended a line.
    private var startsLine = true
    private var tokens: [TemplateToken] = []

    static func tokens(
        of source: String, name: String
    ) throws(TemplateError) -> [TemplateToken] {
        var lexer = TemplateLexer(source, name: name)
        guard lexer.source.count <= TemplateLimits.sourceLength else {
            throw lexer.error(
                .limit(
                    "the source has \(lexer.source.count) characters, "
                        + "more than the \(TemplateLimits.sourceLength) that are read"))
        }
        while lexer.position < lexer.source.count { try lexer.readText() }
        lexer.emit(.end)
        return lexer.tokens
    }

    private init(_ text: String, name: String) {
        self.name = name
        var normal: [Unicode.Scalar] = []
        var afterReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\n", afterReturn {
                afterReturn = false
                continue
            }
            afterReturn = scalar == "\r"
            normal.append(afterReturn ? "\n" : scalar)
        }
        // Jinja drops one newline at the very end.
        if normal.last == "\n" { normal.removeLast() }
        source = normal
    }

    func error(_ problem: TemplateError.Problem) -> TemplateError {
        TemplateError(template: name, line: line, problem: problem)
    }

    private mutating func emit(_ kind: TemplateToken.Kind) {
        tokens.append(TemplateToken(kind: kind, line: line))
    }

    private func at(_ text: String, _ index: Int) -> Bool {
        source[index...].starts(with: text.unicodeScalars)
    }

    /// Moves on, counting lines.
    private mutating func advance(to end: Int) {
        if end > position { startsLine = source[end - 1] == "\n" }
        for scalar in source[position..<end] where scalar == "\n" { line += 1 }
        position = end
    }

    private func afterSpace(_ start: Int) -> Int {
        source[start...].firstIndex { !TemplateText.isSpace($0.value) } ?? source.count
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: source[range])
        return String(view)
    }

    // MARK: Text and comments

    private mutating func readText() throws(TemplateError) {
        var opening = position
        while opening < source.count {
            if source[opening] == "{", opening + 1 < source.count,
                source[opening + 1] == "{" || source[opening + 1] == "%"
                    || source[opening + 1] == "#"
            {
                break
            }
            opening += 1
        }
        guard opening < source.count else {
            emit(.data(string(position..<source.count)))
            return advance(to: source.count)
        }
        let kind = source[opening + 1]
        var inside = opening + 2
        let sign = inside < source.count ? source[inside] : " "
        emitText(before: opening, sign: sign, isVariable: kind == "{")
        if sign == "-" || sign == "+" { inside += 1 }
        advance(to: inside)
        switch kind {
        case "#": try skipComment()
        case "%":
            if let body = rawBody() { return try readRaw(from: body) }
            emit(.blockBegin)
            try readTag(closing: "%}")
        default:
            emit(.variableBegin)
            try readTag(closing: "}}")
        }
    }

    private mutating func emitText(before opening: Int, sign: Unicode.Scalar, isVariable: Bool) {
        var end = opening
        if sign == "-" {
            while end > position, TemplateText.isSpace(source[end - 1].value) { end -= 1 }
        } else if sign != "+", !isVariable {
            var start = end
            while start > position, source[start - 1] != "\n",
                TemplateText.isSpace(source[start - 1].value)
            {
                start -= 1
            }
            let beginsLine = start > position ? source[start - 1] == "\n" : startsLine
            if beginsLine { end = start }
        }
        if end > position { emit(.data(string(position..<end))) }
        advance(to: opening)
    }

    /// After a closing tag that begins at `index`: the white space that it takes with it.
    private func afterClosing(_ closing: String, at index: Int) -> Int? {
        if at("-" + closing, index) { return afterSpace(index + 1 + closing.count) }
        let trimsLine = closing != "}}"
        if trimsLine, at("+" + closing, index) { return index + 1 + closing.count }
        guard at(closing, index) else { return nil }
        let end = index + closing.count
        return trimsLine && end < source.count && source[end] == "\n" ? end + 1 : end
    }

    private mutating func skipComment() throws(TemplateError) {
        for index in position..<source.count {
            guard let end = afterClosing("#}", at: index) else { continue }
            return advance(to: end)
        }
        throw error(.syntax("a comment {# does not end"))
    }

    // MARK: Raw text

    /// Where the text of a `raw` tag begins, if that is what `position` is in.
    private func rawBody() -> Int? {
        var index = afterSpace(position)
        guard index < source.count, at("raw", index) else { return nil }
        index = afterSpace(index + 3)
        if at("-%}", index) { return afterSpace(index + 3) }
        return at("%}", index) ? index + 2 : nil
    }

    private mutating func readRaw(from body: Int) throws(TemplateError) {
        advance(to: body)
        for index in body..<source.count where at("{%", index) {
            var inside = index + 2
            let sign = inside < source.count ? source[inside] : " "
            if sign == "-" || sign == "+" { inside += 1 }
            inside = afterSpace(inside)
            guard at("endraw", inside) else { continue }
            guard let end = afterClosing("%}", at: afterSpace(inside + 6)) else { continue }
            emitText(before: index, sign: sign, isVariable: false)
            return advance(to: end)
        }
        throw error(.syntax("a raw block does not end"))
    }

    // MARK: Tags

    private mutating func readTag(closing: String) throws(TemplateError) {
        var brackets: [Unicode.Scalar] = []
        while position < source.count {
            if brackets.isEmpty, let end = afterClosing(closing, at: position) {
                emit(closing == "%}" ? .blockEnd : .variableEnd)
                return advance(to: end)
            }
            let scalar = source[position]
            if TemplateText.isSpace(scalar.value) {
                advance(to: afterSpace(position))
            } else if scalar == "'" || scalar == "\"" {
                try readString(scalar)
            } else if ("0"..."9").contains(scalar) {
                try readNumber()
            } else if scalar == "_" || scalar.properties.isXIDStart {
                let end =
                    source[position...].firstIndex { !$0.properties.isXIDContinue }
                    ?? source.count
                emit(.name(string(position..<end)))
                advance(to: end)
            } else {
                try readSymbol(&brackets)
            }
        }
        throw error(.syntax("a tag does not end with \(closing)"))
    }

    private static let symbols = [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
        "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ]
    private static let closings: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}"]

    private mutating func readSymbol(_ brackets: inout [Unicode.Scalar]) throws(TemplateError) {
        guard let symbol = Self.symbols.first(where: { at($0, position) }) else {
            throw error(.syntax("unexpected character \"\(source[position])\""))
        }
        let scalar = source[position]
        if let closing = Self.closings[scalar] {
            brackets.append(closing)
        } else if scalar == ")" || scalar == "]" || scalar == "}" {
            guard brackets.popLast() == scalar else {
                throw error(.syntax("unexpected \"\(scalar)\""))
            }
        }
        emit(.symbol(symbol))
        advance(to: position + symbol.count)
    }
}

// MARK: - Literals

extension TemplateLexer {
    private mutating func readNumber() throws(TemplateError) {
        var end = position
        func isDigit(_ index: Int, _ radix: Int = 10) -> Bool {
            index < source.count && source[index].isASCII
                && Character(source[index]).hexDigitValue.map { $0 < radix } == true
        }
        func skipDigits(_ radix: Int = 10) {
            while isDigit(end, radix)
                || (end < source.count && source[end] == "_" && isDigit(end + 1, radix))
            {
                end += 1
            }
        }
        let marks: [(String, Int)] = [("xX", 16), ("oO", 8), ("bB", 2)]
        if source[position] == "0", position + 1 < source.count,
            let (_, radix) = marks.first(where: {
                $0.0.unicodeScalars.contains(source[position + 1])
            }), isDigit(position + 2, radix)
        {
            end += 2
            skipDigits(radix)
            return try emitInteger(string(position + 2..<end), radix: radix, end: end)
        }
        skipDigits()
        var isFloat = false
        let follows = position > 0 && source[position - 1] == "."
        if !follows, end < source.count, source[end] == ".", isDigit(end + 1) {
            isFloat = true
            end += 1
            skipDigits()
        }
        if !follows, end < source.count, source[end] == "e" || source[end] == "E" {
            var exponent = end + 1
            if exponent < source.count, source[exponent] == "+" || source[exponent] == "-" {
                exponent += 1
            }
            if isDigit(exponent) {
                isFloat = true
                end = exponent
                skipDigits()
            }
        }
        guard isFloat else {
            return try emitInteger(string(position..<end), radix: 10, end: end)
        }
        emit(.float(Double(string(position..<end).filter { $0 != "_" }) ?? .infinity))
        advance(to: end)
    }

    private mutating func emitInteger(
        _ digits: String, radix: Int, end: Int
    ) throws(TemplateError) {
        guard let value = Int(digits.filter { $0 != "_" }, radix: radix) else {
            throw error(.limit("the number \(digits.prefix(30)) is beyond 64 bits"))
        }
        emit(.integer(value))
        advance(to: end)
    }

    private mutating func readString(_ quote: Unicode.Scalar) throws(TemplateError) {
        var text = String.UnicodeScalarView()
        var index = position + 1
        while index < source.count {
            let scalar = source[index]
            index += 1
            if scalar == quote {
                emit(.string(String(text)))
                return advance(to: index)
            }
            if scalar == "\\" {
                index = try readEscape(at: index, into: &text)
            } else {
                text.append(scalar)
            }
        }
        throw error(.syntax("a string does not end"))
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}",
        "b": "\u{8}", "f": "\u{C}", "v": "\u{B}",
    ]

    /// Reads what follows a backslash, as Python does; gives where it ends.
    private func readEscape(
        at index: Int, into text: inout String.UnicodeScalarView
    ) throws(TemplateError) -> Int {
        guard index < source.count else { throw error(.syntax("a string does not end")) }
        let scalar = source[index]
        if let plain = Self.escapes[scalar] {
            text.append(plain)
            return index + 1
        }
        if scalar == "\n" { return index + 1 }
        let widths: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
        if let width = widths[scalar] {
            let end = index + 1 + width
            guard end <= source.count,
                let value = UInt32(string(index + 1..<end), radix: 16),
                let escaped = Unicode.Scalar(value)
            else {
                throw error(.syntax("the escape \\\(scalar) is not of a character"))
            }
            text.append(escaped)
            return end
        }
        if ("0"..."7").contains(scalar) {
            let digits = source[index...].prefix(3).prefix { ("0"..."7").contains($0) }
            let value = digits.reduce(0) { $0 * 8 + $1.value - 48 }
            guard let escaped = Unicode.Scalar(value) else { return index + 1 }
            text.append(escaped)
            return index + digits.count
        }
        guard scalar != "N" else {
            throw error(.unsupported("the escape \\N in a string"))
        }
        text.append("\\")
        text.append(scalar)
        return index + 1
    }
}
