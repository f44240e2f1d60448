/// Reads tokens into a tree by recursive descent: each rule looks at one token, none goes back.
///
///     answer   = group { ";" group }
///     group    = relation { ("," | "and" | "or") relation }
///     relation = region { ("=" | "<" | "in" | …) region }
///     region   = ratio { ("∪" | "∩" | "\") ratio }
///     ratio    = sum { ":" sum }
///     sum      = ["+" | "-" | "±"] product { ("+" | "-" | "±" | "∓") product }
///     product  = factor { ["*" | "/"] factor }
///     factor   = primary { "^" argument | "!" | "%" | "°" | "'" | "_" argument }
struct MathParser {
    var tokens: [MathToken]
    var place = 0
    var budget: WorkBudget
    private var depth = 0
    /// Whether the next `|` closes an absolute value.
    var isInsideBars = false
    /// Whether degrees count: in `\sin 30^\circ` they do, behind an angle they are its unit.
    var isInsideFunction = false

    /// Chains such as `1/2/3` and `x!!` beyond their first link, each of which nests the tree by one.
    private var links = 0

    /// Nesting that is read, of brackets and of links each: a level takes some kilobytes of stack.
    private static let deepest = 64

    private init(_ tokens: [MathToken], budget: WorkBudget) {
        self.tokens = tokens
        self.budget = budget
    }

    static func expression(
        of tokens: [MathToken], _ budget: inout WorkBudget
    ) throws(MathFault) -> MathExpression {
        var parser = MathParser(tokens, budget: budget)
        defer { budget = parser.budget }
        let expression = try parser.answer(until: nil)
        guard parser.place == parser.tokens.count else { throw .malformed }
        return expression
    }

    // MARK: - Tokens

    var current: MathToken? { place < tokens.count ? tokens[place] : nil }

    var currentSign: MathToken.Sign? {
        if case .sign(let sign) = current { sign } else { nil }
    }

    mutating func take(_ sign: MathToken.Sign) -> Bool {
        guard currentSign == sign else { return false }
        place += 1
        return true
    }

    mutating func expect(_ sign: MathToken.Sign) throws(MathFault) {
        guard take(sign) else { throw .malformed }
    }

    /// One level down, which ends in `.outOfBounds` where it is too deep.
    mutating func nested<Value>(
        _ rule: (inout MathParser) throws(MathFault) -> Value
    ) throws(MathFault) -> Value {
        guard depth < Self.deepest else { throw .outOfBounds }
        try budget.spend(16)
        depth += 1
        defer { depth -= 1 }
        return try rule(&self)
    }

    /// One more link of a chain that has `count` of them.
    mutating func link(_ count: inout Int) throws(MathFault) {
        count += 1
        guard count > 1 else { return }
        links += 1
        guard links <= Self.deepest else { throw .outOfBounds }
    }

    // MARK: - Lists and statements

    /// All up to the closing bracket, or to the end.
    mutating func answer(until close: MathToken.Sign?) throws(MathFault) -> MathExpression {
        var groups = [try group()]
        while take(.semicolon) {
            if atEnd(close) { break }
            groups.append(try group())
        }
        guard groups.count > 1 else { return groups[0] }
        // Where groups hold several things each, every group is one thing: `p=5,q=2;p=7,q=2`.
        let holdsTuples = groups.contains { if case .list = $0 { true } else { false } }
        return .list(
            groups.map { (group) -> MathExpression in
                guard holdsTuples, case .list(let items) = group else { return group }
                return .sequence(.parenthesis, items, .parenthesis)
            })
    }

    private mutating func group() throws(MathFault) -> MathExpression {
        var items: [MathExpression] = []
        repeat {
            // An Oxford comma, or a comma at the end.
            while take(.and) || take(.or) || take(.comma) {}
            if current == nil, !items.isEmpty { break }
            items.append(try relation())
        } while take(.comma) || take(.and) || take(.or)
        return items.count == 1 ? items[0] : .list(items)
    }

    private func atEnd(_ close: MathToken.Sign?) -> Bool {
        current == nil || (close != nil && currentSign == close)
    }

    mutating func relation() throws(MathFault) -> MathExpression {
        var operands = [try region()]
        var relations: [MathToken.Relation] = []
        while case .relation(let relation) = currentSign {
            place += 1
            // Aligned equations have `&=`.
            while take(.ampersand) {}
            relations.append(relation)
            operands.append(try region())
        }
        return relations.isEmpty ? operands[0] : .relation(operands, relations)
    }

    private mutating func region() throws(MathFault) -> MathExpression {
        var result = try ratio()
        var count = 0
        while let sign = currentSign {
            switch sign {
            case .union:
                place += 1
                let right = try ratio()
                if case .union(let parts) = result {
                    result = .union(parts + [right])
                } else {
                    result = .union([result, right])
                }
            case .intersection:
                place += 1
                try link(&count)
                result = .intersection([result, try ratio()])
            case .without:
                place += 1
                try link(&count)
                result = .difference(result, try ratio())
            default: return result
            }
        }
        return result
    }

    private mutating func ratio() throws(MathFault) -> MathExpression {
        var result = try sum()
        var count = 0
        while take(.colon) {
            try link(&count)
            result = .ratio(result, try sum())
        }
        return result
    }

    // MARK: - Sums and products

    mutating func sum() throws(MathFault) -> MathExpression {
        try nested { (parser) throws(MathFault) in
            var terms: [MathExpression] = []
            var isFirst = true
            var count = 0
            while true {
                switch parser.currentSign {
                case .plus:
                    parser.place += 1
                    terms.append(try parser.product())
                case .minus:
                    parser.place += 1
                    // Signs in a row, as in `3--2`, apply one after another.
                    var isNegative = true
                    while parser.currentSign == .minus || parser.currentSign == .plus {
                        if parser.currentSign == .minus { isNegative.toggle() }
                        parser.place += 1
                    }
                    let term = try parser.product()
                    terms.append(isNegative ? .negation(term) : term)
                case .plusMinus, .minusPlus:
                    let sign = parser.currentSign == .plusMinus ? 1 : -1
                    parser.place += 1
                    let right = try parser.product()
                    try parser.link(&count)
                    let left: MathExpression =
                        terms.count == 1 ? terms[0] : .sum(terms)
                    terms = [
                        .plusMinus(
                            terms.isEmpty ? .number(NumberLiteral(whole: "0")) : left, right,
                            sign: sign)
                    ]
                default:
                    guard isFirst else {
                        return terms.count == 1 ? terms[0] : .sum(terms)
                    }
                    terms.append(try parser.product())
                }
                isFirst = false
            }
        }
    }

    private mutating func product() throws(MathFault) -> MathExpression {
        var factors = [try factor()]
        var previous = place > 0 ? tokens[place - 1] : nil
        var count = 0
        while let token = current {
            if take(.times) {
                factors.append(try signedFactor())
            } else if take(.divide) {
                try link(&count)
                factors = [.quotient(Self.product(factors), try signedFactor())]
            } else if case .number = token, case .number = previous {
                factors = [try mixedNumber(Self.product(factors))]
            } else if case .sign(.fraction) = token, factors.count == 1,
                case .number(let whole) = factors[0], whole.isInteger
            {
                factors = [Self.mixed(factors[0], try factor())]
            } else if Self.startsFactor(token), token != .sign(.bar) || !isInsideBars {
                factors.append(try factor())
            } else {
                break
            }
            previous = tokens[place - 1]
        }
        return Self.product(factors)
    }

    /// Factors as one expression.
    static func product(_ factors: [MathExpression]) -> MathExpression {
        factors.count == 1 ? factors[0] : .product(factors)
    }

    /// Behind `*` and `/` a sign may stand: `3 * -2`.
    private mutating func signedFactor() throws(MathFault) -> MathExpression {
        if take(.minus) { return .negation(try factor()) }
        _ = take(.plus)
        return try factor()
    }

    /// `1 1/2` in plain text. Two numbers side by side are nothing else.
    private mutating func mixedNumber(_ whole: MathExpression) throws(MathFault) -> MathExpression {
        guard case .number(let literal) = whole, literal.isInteger,
            case .number(let above) = current, above.isInteger, place + 2 < tokens.count,
            tokens[place + 1] == .sign(.divide), case .number(let below) = tokens[place + 2],
            below.isInteger
        else { throw .malformed }
        place += 3
        return Self.mixed(whole, .quotient(.number(above), .number(below)))
    }

    /// `1\frac{1}{2}` is a sum where the fraction is of two whole numbers, else a product.
    private static func mixed(_ whole: MathExpression, _ fraction: MathExpression) -> MathExpression
    {
        if case .quotient(.number(let above), .number(let below)) = fraction, above.isInteger,
            below.isInteger
        {
            return .sum([whole, fraction])
        }
        return .product([whole, fraction])
    }

    static func startsFactor(_ token: MathToken) -> Bool {
        switch token {
        case .number, .symbol, .function, .largeOperator, .text: true
        case .sign(.open), .sign(.fraction), .sign(.root), .sign(.binomial), .sign(.beginMatrix),
            .sign(.bar):
            true
        default: false
        }
    }
}
