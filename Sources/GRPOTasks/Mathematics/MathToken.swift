/// A piece of a mathematical text, LaTeX or plain.
enum MathToken: Hashable, Sendable {
    case number(NumberLiteral)
    /// A letter, a Greek name, or a command that is not known.
    case symbol(String)
    /// `\sin`, `ln`, `gcd`: a name that takes what follows as its argument.
    case function(String)
    /// `\sum`, `\int`, `\lim`: takes bounds, then all of the product that follows.
    case largeOperator(String)
    /// The content of `\text{…}`.
    case text(String)
    case sign(Sign)

    enum Sign: Hashable, Sendable {
        case plus, minus, plusMinus, minusPlus, times, divide
        case caret, underscore, factorial, percent, degree, prime
        case comma, semicolon, colon, and, or
        case bar, ampersand, rowBreak
        /// Behind a value, which it multiplies by the first number and divides by the second.
        case scale(NumberLiteral, NumberLiteral)
        case fraction, root, binomial
        case beginMatrix, endMatrix
        case union, intersection, without
        case relation(Relation)
        case open(Bracket), close(Bracket)
    }

    /// How two sides of a statement stand to each other.
    enum Relation: String, Hashable, Sendable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        /// Holds nearly, so that what stands behind it is no answer.
        case approximate = "~"
        case member = "in"
        case arrow = "->"
    }

    enum Bracket: String, Hashable, Sendable {
        /// LaTeX's own braces, which group and show nothing.
        case group = "{"
        case parenthesis = "("
        case square = "["
        /// `\{…\}`.
        case brace = "\\{"
        case angle = "<"
        case floor = "\\lfloor"
        case ceiling = "\\lceil"
    }

    /// How the token is spelled inside a subscript, where it is part of a name.
    var spelling: String {
        switch self {
        case .number(let literal):
            literal.whole + (literal.fraction.isEmpty ? "" : "." + literal.fraction)
        case .symbol(let name), .function(let name), .largeOperator(let name), .text(let name): name
        case .sign(.plus): "+"
        case .sign(.minus): "-"
        case .sign(.open), .sign(.close): ""
        case .sign(let sign): "\(sign)"
        }
    }

    /// Whether a value can end with it: what comes next multiplies the value or names its unit.
    var endsValue: Bool {
        switch self {
        case .number, .symbol, .sign(.close), .sign(.percent), .sign(.degree), .sign(.factorial),
            .sign(.scale), .sign(.prime), .sign(.endMatrix):
            true
        default: false
        }
    }
}
