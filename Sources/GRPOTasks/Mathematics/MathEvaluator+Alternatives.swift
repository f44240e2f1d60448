extension MathEvaluator {
    /// An expression with `±` once for each sign, all `±` in it taken together; `∓` is the opposite.
    /// One without is itself.
    mutating func alternatives(
        of expression: MathExpression
    ) throws(MathFault) -> [MathExpression] {
        guard let above = try choosing(1, in: expression) else { return [expression] }
        guard let below = try choosing(-1, in: expression) else { return [expression] }
        return [above, below]
    }

    /// The expression with a sign for each `±`; nil where there is none.
    private mutating func choosing(
        _ sign: Int, in expression: MathExpression
    ) throws(MathFault) -> MathExpression? {
        try budget.spend(2)
        switch expression {
        case .number, .symbol, .text, .based: return nil
        case .plusMinus(let left, let right, let own):
            let sides = try choosing(sign, in: [left, right]) ?? [left, right]
            return .sum([sides[0], sign * own > 0 ? sides[1] : .negation(sides[1])])
        case .sum(let parts): return try choosing(sign, in: parts).map { .sum($0) }
        case .product(let parts): return try choosing(sign, in: parts).map { .product($0) }
        case .negation(let inside): return try choosing(sign, in: inside).map { .negation($0) }
        case .percent(let inside): return try choosing(sign, in: inside).map { .percent($0) }
        case .quotient(let above, let below):
            return try choosing(sign, in: [above, below]).map { .quotient($0[0], $0[1]) }
        case .power(let base, let exponent):
            return try choosing(sign, in: [base, exponent]).map { .power($0[0], $0[1]) }
        case .root(let radicand, let index):
            return try choosing(sign, in: radicand).map { .root($0, index: index) }
        case .call(let name, let arguments):
            return try choosing(sign, in: arguments).map { .call(name, $0) }
        case .ratio(let left, let right):
            return try choosing(sign, in: [left, right]).map { .ratio($0[0], $0[1]) }
        case .sequence(let open, let items, let close):
            return try choosing(sign, in: items).map { .sequence(open, $0, close) }
        case .relation(let sides, let relations):
            return try choosing(sign, in: sides).map { .relation($0, relations) }
        // Each of these expands its own items, or has none that a reader would expand.
        case .set, .list, .union, .intersection, .difference, .matrix: return nil
        }
    }

    private mutating func choosing(
        _ sign: Int, in parts: [MathExpression]
    ) throws(MathFault) -> [MathExpression]? {
        var chosen = parts
        var isChanged = false
        for (index, part) in parts.enumerated() {
            if let other = try choosing(sign, in: part) {
                chosen[index] = other
                isChanged = true
            }
        }
        return isChanged ? chosen : nil
    }
}
