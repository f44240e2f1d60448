/// Cuts a mathematical text, LaTeX or plain, into tokens. One pass from left to right; whatever a
/// reader does not see, spaces, sizes, currency signs and units, is left out.
struct MathLexer {
    private(set) var tokens: [MathToken] = []
    let scalars: [Unicode.Scalar]
    var place = 0
    /// Open brackets that list things: inside them a comma never parts thousands, as in `(3,100)`.
    private var listDepth = 0
    /// Words behind the last value that say what is counted.
    var counted: [String] = []
    /// Whether a factor such as `million` has been read.
    var hasScale = false

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    static func tokens(
        of text: String, _ budget: inout WorkBudget
    ) throws(MathFault) -> [MathToken] {
        var lexer = MathLexer(text)
        while lexer.place < lexer.scalars.count {
            let before = lexer.place
            try lexer.next()
            try budget.spend(lexer.place - before)
        }
        return lexer.tokens
    }

    // MARK: - Looking at the text

    func peek(_ distance: Int = 0) -> Unicode.Scalar? {
        place + distance < scalars.count ? scalars[place + distance] : nil
    }

    static func isDigit(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { ("0"..."9").contains($0) } ?? false
    }

    static func isLetter(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { ("a"..."z").contains($0) || ("A"..."Z").contains($0) } ?? false
    }

    static func isSpace(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { $0.properties.isWhitespace || $0 == "~" } ?? false
    }

    /// Index after white space and the spacing commands `\,` `\!` `\;` `\:` and `\ `.
    func skippingSpaces(from start: Int) -> Int {
        var index = start
        while index < scalars.count {
            if Self.isSpace(scalars[index]) {
                index += 1
            } else if scalars[index] == "\\", index + 1 < scalars.count,
                [",", "!", ";", ":", " "].contains(scalars[index + 1])
            {
                index += 2
            } else {
                break
            }
        }
        return index
    }

    /// The letters from an index on.
    func letters(from start: Int) -> String {
        var run = String.UnicodeScalarView()
        var index = start
        while index < scalars.count, Self.isLetter(scalars[index]) {
            run.append(scalars[index])
            index += 1
        }
        return String(run)
    }

    // MARK: - One token

    private mutating func next() throws(MathFault) {
        let scalar = scalars[place]
        if Self.isSpace(scalar) {
            place += 1
        } else if Self.isDigit(scalar) || (scalar == "." && Self.isDigit(peek(1))) {
            try append(.number(number(insideList: listDepth > 0)))
        } else if scalar == "\\" {
            place += 1
            try command()
        } else if Self.isLetter(scalar) {
            try word()
        } else if let digit = MathNames.raisedDigits[scalar] {
            try raised(digit)
        } else if let token = MathNames.scalars[scalar] {
            place += 1
            try append(token)
        } else {
            place += 1
            try character(scalar)
        }
    }

    mutating func append(_ token: MathToken) throws(MathFault) {
        if !counted.isEmpty {
            // The mark of an exclamation.
            if token == .sign(.factorial) { return }
            // A word between two factors joins them in a way that is not known: `5 modulo 2`.
            if case .number = token { throw .malformed }
            if MathParser.startsFactor(token) {
                tokens.append(.text(counted.joined(separator: " ")))
            }
            counted = []
        }
        switch token {
        case .sign(.open(let bracket)) where bracket != .group: listDepth += 1
        case .sign(.close(let bracket)) where bracket != .group: listDepth = max(0, listDepth - 1)
        default: break
        }
        tokens.append(token)
    }

    private static let characters: [Unicode.Scalar: MathToken.Sign] = [
        "+": .plus, "-": .minus, "/": .divide, "^": .caret, "_": .underscore, "%": .percent,
        ",": .comma, ";": .semicolon, ":": .colon, "|": .bar, "&": .ampersand,
        "=": .relation(.equal), "(": .open(.parenthesis), ")": .close(.parenthesis),
        "[": .open(.square), "]": .close(.square), "{": .open(.group), "}": .close(.group),
        "'": .prime,
    ]

    private mutating func character(_ scalar: Unicode.Scalar) throws(MathFault) {
        /// Takes the next character too where it is the expected one.
        func take(_ expected: Unicode.Scalar) -> Bool {
            guard peek() == expected else { return false }
            place += 1
            return true
        }
        switch scalar {
        case "*": try append(.sign(take("*") ? .caret : .times))
        case "<": try append(.sign(.relation(take("=") ? .lessOrEqual : .less)))
        case ">": try append(.sign(.relation(take("=") ? .greaterOrEqual : .greater)))
        case "!": try append(.sign(take("=") ? .relation(.notEqual) : .factorial))
        case "-" where take(">"): try append(.sign(.relation(.arrow)))
        case ".": try ellipsis()
        case "\"", "`", "\u{201C}", "\u{201D}", "\u{2018}": break
        default:
            if let sign = Self.characters[scalar] {
                try append(.sign(sign))
            } else if scalar.properties.generalCategory == .currencySymbol {
                break
            } else if scalar.properties.isAlphabetic {
                try append(.symbol(String(scalar)))
            } else {
                throw .malformed
            }
        }
    }

    /// Points that end a sentence say nothing, three in a row that something goes on.
    private mutating func ellipsis() throws(MathFault) {
        var count = 1
        while peek() == "." {
            count += 1
            place += 1
        }
        if count > 1 { try append(.symbol("dots")) }
    }

    private mutating func raised(_ first: String) throws(MathFault) {
        var digits = first
        place += 1
        while let digit = peek().flatMap({ MathNames.raisedDigits[$0] }) {
            digits += digit
            place += 1
        }
        try append(.sign(.caret))
        try append(.number(NumberLiteral(whole: digits)))
    }

    /// Leaves out the power of a unit, as in `cm^2`, `m²` and `cm^{2}`.
    mutating func skipUnitPower() {
        let start = skippingSpaces(from: place)
        guard start < scalars.count else { return }
        if MathNames.raisedDigits[scalars[start]] != nil {
            place = start + 1
        } else if scalars[start] == "^" {
            var index = start + 1
            let braced = index < scalars.count && scalars[index] == "{"
            if braced { index += 1 }
            guard index < scalars.count, Self.isDigit(scalars[index]) else { return }
            index += 1
            if braced {
                guard index < scalars.count, scalars[index] == "}" else { return }
                index += 1
            }
            place = index
        }
    }
}
