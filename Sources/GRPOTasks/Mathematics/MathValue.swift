/// What a mathematical answer says, every scalar in canonical form.
indirect enum MathValue: Sendable {
    case scalar(MathScalar)
    /// Words, in the form in which they are compared.
    case text(String)
    case based(digits: String, base: Int)
    case sequence(MathToken.Bracket, [MathValue], MathToken.Bracket)
    case set([MathValue])
    /// Without brackets: several answers, in no order.
    case list([MathValue])
    case union([MathValue])
    case operation(String, [MathValue])
    case ratio([MathValue])
    case matrix([[MathValue]])
    /// `x = 5`, `(x, y) = (1, 2)`, `x \in [0, 1]`: a name and what it stands for. `equation` says the
    /// same as a polynomial that is zero, where both sides are scalars.
    case assignment(name: String, MathValue, equation: CanonicalForm?)
    case statement(MathStatement)

    /// A text that is the same for equal answers wherever both are in canonical form.
    var text: String {
        switch self {
        case .scalar(let scalar): scalar.form.text
        case .text(let words): words
        case .based(let digits, let base): "\(digits)_\(base)"
        case .sequence(let open, let items, let close):
            open.rawValue + items.map(\.text).joined(separator: ",")
                + (close == .parenthesis ? ")" : close == .square ? "]" : ">")
        case .set(let items):
            "{" + Self.sorted(items).joined(separator: ",") + "}"
        case .list(let items): Self.sorted(items).joined(separator: ",")
        case .union(let parts): Self.sorted(parts).joined(separator: " cup ")
        case .operation(let name, let parts): "\(name)(\(parts.map(\.text).joined(separator: ";")))"
        case .ratio(let parts): parts.map(\.text).joined(separator: ":")
        case .matrix(let rows):
            rows.map { $0.map(\.text).joined(separator: "&") }.joined(separator: "\\\\")
        case .assignment(_, let value, _): value.text
        case .statement(let statement): statement.text
        }
    }

    private static func sorted(_ items: [MathValue]) -> [String] {
        Set(items.map(\.text)).sorted()
    }
}

/// Something that is true or false: an equation, an inequality.
struct MathStatement: Sendable {
    let content: Content
    /// The values of the variable for which it holds, where they are an interval.
    let interval: MathValue?

    enum Content: Sendable {
        /// The form is zero; scaled so that its first coefficient is 1.
        case equation(CanonicalForm)
        case notEqual(CanonicalForm)
        /// The form is below zero, or not above; scaled by a positive number.
        case inequality(CanonicalForm, isStrict: Bool)
        /// Anything else, compared side by side.
        case chain([MathValue], [MathToken.Relation])
    }

    init(_ content: Content, interval: MathValue? = nil) {
        self.content = content
        self.interval = interval
    }

    var text: String {
        switch content {
        case .equation(let form): "\(form.text)=0"
        case .notEqual(let form): "\(form.text)!=0"
        case .inequality(let form, let isStrict): "\(form.text)\(isStrict ? "<" : "<=")0"
        case .chain(let sides, let relations):
            sides.dropFirst().indices.reduce(sides[0].text) { text, index in
                text + relations[index - 1].rawValue + sides[index].text
            }
        }
    }
}
