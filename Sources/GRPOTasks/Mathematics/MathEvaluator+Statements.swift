import BigInt

extension MathEvaluator {
    /// A chain of relations as an assignment, an equation, an inequality, or as it stands.
    mutating func statement(
        _ sides: [MathExpression], _ relations: [MathToken.Relation]
    ) throws(MathFault) -> MathValue {
        var sides = sides
        var relations = relations
        // What a value is about is no part of the answer, unless nothing else is said about a name.
        if let about = relations.firstIndex(of: .approximate) {
            if about > 0 || !Self.isName(sides[0]) {
                sides.removeSubrange((about + 1)...)
                relations.removeSubrange(about...)
            } else {
                relations = relations.map { $0 == .approximate ? .equal : $0 }
            }
        }
        guard !relations.isEmpty else { return try value(of: sides[0]) }
        if relations.count == 1, relations[0] == .equal || relations[0] == .member,
            !Self.isName(sides[0]), Self.isName(sides[1])
        {
            sides.reverse()
        }
        let assigns = relations.allSatisfy { $0 == .equal } || relations == [.member]
        if assigns, Self.isName(sides[0]) {
            return try assignment(sides, isMembership: relations == [.member])
        }
        if relations.allSatisfy({ $0 == .equal }), let value = try commonValue(sides) {
            return value
        }
        if let statement = try inequality(sides, relations) { return .statement(statement) }
        return try chain(sides, relations)
    }

    /// What all sides of a true equation are, `10` in `2 \cdot 5 = 10`; nil where two differ.
    private mutating func commonValue(_ sides: [MathExpression]) throws(MathFault) -> MathValue? {
        var last: MathScalar?
        for side in sides {
            guard case .scalar(let scalar) = try value(of: side) else { return nil }
            if let last {
                guard try last.form.equals(scalar.form, &budget) else { return nil }
            }
            last = scalar
        }
        return last.map { .scalar($0) }
    }

    /// Whether it names something and says nothing about its value: variables, their products and
    /// quotients, `f(x)`, `|AB|`, `(x, y)`.
    static func isName(_ expression: MathExpression) -> Bool {
        switch expression {
        case .symbol, .text: true
        case .product(let parts): parts.allSatisfy(isName)
        case .sequence(.parenthesis, let parts, .parenthesis): parts.allSatisfy(isName)
        case .quotient(let left, let right), .ratio(let left, let right):
            isName(left) && isName(right)
        case .call(let name, let arguments):
            name == "abs" && arguments.allSatisfy(isName)
                || ["f", "g", "h", "subscript", "prime"].contains(name)
        default: false
        }
    }

    private mutating func assignment(
        _ sides: [MathExpression], isMembership: Bool
    ) throws(MathFault) -> MathValue {
        let name = try value(of: sides[0]).text
        let value = try value(of: sides[sides.count - 1])
        var equation: CanonicalForm?
        if !isMembership, sides.count == 2, case .scalar(let right) = value,
            case .scalar(let left) = try self.value(of: sides[0])
        {
            equation = try scaled(left.form.plus(right.form, times: -1, &budget), bySign: false)
        }
        return .assignment(name: name, value, equation: equation)
    }

    /// An equation that is no assignment, an inequality, or two that bound a name on both sides.
    private mutating func inequality(
        _ sides: [MathExpression], _ relations: [MathToken.Relation]
    ) throws(MathFault) -> MathStatement? {
        if sides.count == 3, let interval = try doubleBound(sides, relations) {
            return try chainStatement(sides, relations, interval: interval)
        }
        guard sides.count == 2, relations[0] != .arrow, relations[0] != .member,
            case .scalar(let left) = try value(of: sides[0]),
            case .scalar(let right) = try value(of: sides[1])
        else { return nil }
        let difference = try left.form.plus(right.form, times: -1, &budget)
        switch relations[0] {
        case .equal: return MathStatement(.equation(try scaled(difference, bySign: false)))
        case .notEqual: return MathStatement(.notEqual(try scaled(difference, bySign: false)))
        default: break
        }
        let relation = relations[0]
        let isStrict = relation == .less || relation == .greater
        let isBelow = relation == .less || relation == .lessOrEqual
        // The sign of a denominator is not known.
        guard difference.denominator == .one else { return nil }
        var form = difference
        if !isBelow { form = try CanonicalForm.zero.plus(difference, times: -1, &budget) }
        var interval: MathValue?
        if Self.isName(sides[0]) {
            interval = Self.ray(to: .scalar(right), isBelow: isBelow, isStrict: isStrict)
        } else if Self.isName(sides[1]) {
            interval = Self.ray(to: .scalar(left), isBelow: !isBelow, isStrict: isStrict)
        }
        return MathStatement(
            .inequality(try scaled(form, bySign: true), isStrict: isStrict), interval: interval)
    }

    /// `(-infinity, bound)` or `(bound, infinity)`.
    private static func ray(to bound: MathValue, isBelow: Bool, isStrict: Bool) -> MathValue {
        isBelow
            ? .sequence(
                .parenthesis, [infinity(isNegative: true), bound],
                isStrict ? .parenthesis : .square)
            : .sequence(
                isStrict ? .parenthesis : .square, [bound, infinity(isNegative: false)],
                .parenthesis)
    }

    private static func infinity(isNegative: Bool) -> MathValue {
        var budget = WorkBudget()
        let symbol = MathExpression.symbol(MathNames.infinity)
        guard let form = try? CanonicalForm(.symbol(MathNames.infinity), Exponent(1), &budget),
            let opposite = try? CanonicalForm.zero.plus(form, times: -1, &budget)
        else { preconditionFailure("a symbol takes more than \(WorkBudget.answer) steps") }
        return .scalar(
            isNegative
                ? MathScalar(opposite, .negation(symbol)) : MathScalar(form, symbol))
    }

    /// `a < x <= b` and `b >= x > a` as the interval `(a, b]`.
    private mutating func doubleBound(
        _ sides: [MathExpression], _ relations: [MathToken.Relation]
    ) throws(MathFault) -> MathValue? {
        func open(_ relation: MathToken.Relation) -> Bool {
            relation == .less || relation == .greater
        }
        guard Self.isName(sides[1]) else { return nil }
        let (first, second) = (relations[0], relations[1])
        let rises =
            [.less, .lessOrEqual].contains(first) && [.less, .lessOrEqual].contains(second)
        let falls =
            [.greater, .greaterOrEqual].contains(first)
            && [.greater, .greaterOrEqual].contains(second)
        guard rises || falls else { return nil }
        let (left, right) = (try value(of: sides[0]), try value(of: sides[2]))
        return rises
            ? .sequence(
                open(first) ? .parenthesis : .square, [left, right],
                open(second) ? .parenthesis : .square)
            : .sequence(
                open(second) ? .parenthesis : .square, [right, left],
                open(first) ? .parenthesis : .square)
    }

    private mutating func chain(
        _ sides: [MathExpression], _ relations: [MathToken.Relation]
    ) throws(MathFault) -> MathValue {
        .statement(try chainStatement(sides, relations, interval: nil))
    }

    /// Side by side, from small to large.
    private mutating func chainStatement(
        _ sides: [MathExpression], _ relations: [MathToken.Relation], interval: MathValue?
    ) throws(MathFault) -> MathStatement {
        var values: [MathValue] = []
        for side in sides { values.append(try value(of: side)) }
        var relations = relations
        if relations.allSatisfy({ $0 == .greater || $0 == .greaterOrEqual }) {
            values.reverse()
            relations = relations.reversed().map { $0 == .greater ? .less : .lessOrEqual }
        }
        return MathStatement(.chain(values, relations), interval: interval)
    }

    /// The numerator divided by its first coefficient, or by the size of it.
    private mutating func scaled(
        _ form: CanonicalForm, bySign keepsSign: Bool
    ) throws(MathFault) -> CanonicalForm {
        guard let first = form.numerator.sorted.first?.coefficient else { return .zero }
        let size = keepsSign && first.numerator < 0 ? first.negated : first
        return CanonicalForm(
            try Polynomial.zero.adding(
                form.numerator, times: budget.quotient(Rational(1), size), &budget))
    }
}
