/// Computes what a tree says: scalars become canonical forms, statements are brought to one side.
struct MathEvaluator {
    var budget: WorkBudget

    init(budget: WorkBudget) {
        self.budget = budget
    }

    /// The value, `±` read as two answers.
    mutating func value(of expression: MathExpression) throws(MathFault) -> MathValue {
        try budget.spend(8)
        switch expression {
        case .list(let items): return .list(try values(of: items))
        case .set(let items): return .set(try values(of: items))
        default:
            let both = try alternatives(of: expression)
            if both.count == 1 { return try single(both[0]) }
            return .list(try values(of: both))
        }
    }

    /// Of a list, where an item with `±` is two.
    private mutating func values(of items: [MathExpression]) throws(MathFault) -> [MathValue] {
        var values: [MathValue] = []
        for item in items {
            for alternative in try alternatives(of: item) {
                values.append(try single(alternative))
            }
        }
        return values
    }

    // MARK: - Structures

    private mutating func single(_ expression: MathExpression) throws(MathFault) -> MathValue {
        try budget.spend(8)
        switch expression {
        case .list, .set: return try value(of: expression)
        case .text(let words): return .text(words)
        case .symbol(MathNames.emptySet): return .set([])
        case .based(let digits, let base):
            guard digits.allSatisfy({ $0.wholeNumberValue.map { $0 < base } == true }) else {
                throw .malformed
            }
            return .based(digits: String(digits.drop { $0 == "0" }), base: base)
        case .sequence(let open, let items, let close):
            return .sequence(open, try ordered(items), close)
        case .union(let parts): return .union(try ordered(parts))
        case .intersection(let parts): return .operation("cap", try ordered(parts))
        case .difference(let left, let right):
            return .operation("setminus", try ordered([left, right]))
        case .ratio(let left, let right):
            let parts = try ordered([left, right])
            if case .ratio(let first) = parts[0] { return .ratio(first + [parts[1]]) }
            return .ratio(parts)
        case .relation(let sides, let relations): return try statement(sides, relations)
        default:
            if let matrix = try matrix(expression) {
                return .matrix(matrix)
            }
            return .scalar(MathScalar(try form(of: expression), expression))
        }
    }

    private mutating func ordered(_ items: [MathExpression]) throws(MathFault) -> [MathValue] {
        var values: [MathValue] = []
        for item in items { values.append(try single(item)) }
        return values
    }

    // MARK: - Matrices

    /// The entries where the expression is a matrix, or a sum, product or multiple of matrices.
    private mutating func matrix(_ expression: MathExpression) throws(MathFault) -> [[MathValue]]? {
        switch expression {
        case .matrix(let rows):
            var values: [[MathValue]] = []
            for row in rows { values.append(try ordered(row)) }
            return values
        case .negation(let inside):
            guard let rows = try matrix(inside) else { return nil }
            return try map(rows) { .negation($0) }
        case .sum(let terms):
            return try combined(terms) { (evaluator, left, right) throws(MathFault) in
                try evaluator.sum(of: left, right)
            }
        case .product(let factors):
            return try combined(factors) { (evaluator, left, right) throws(MathFault) in
                try evaluator.product(of: left, right)
            }
        default: return nil
        }
    }

    /// Matrices combined from left to right; nil where no part is a matrix. A scalar is a matrix of
    /// one entry.
    private mutating func combined(
        _ parts: [MathExpression],
        by combine: (inout MathEvaluator, [[MathValue]], [[MathValue]]) throws(MathFault)
            -> [[MathValue]]
    ) throws(MathFault) -> [[MathValue]]? {
        guard parts.contains(where: Self.isMatrix) else { return nil }
        var result: [[MathValue]]?
        for part in parts {
            var next = try matrix(part)
            if next == nil { next = [[try single(part)]] }
            guard let right = next else { continue }
            if let left = result {
                result = try combine(&self, left, right)
            } else {
                result = right
            }
        }
        return result
    }

    private static func isMatrix(_ expression: MathExpression) -> Bool {
        switch expression {
        case .matrix: true
        case .negation(let inside): isMatrix(inside)
        case .sum(let parts), .product(let parts): parts.contains(where: isMatrix)
        default: false
        }
    }

    private mutating func map(
        _ rows: [[MathValue]], _ change: (MathExpression) -> MathExpression
    ) throws(MathFault) -> [[MathValue]] {
        var result: [[MathValue]] = []
        for row in rows {
            var changed: [MathValue] = []
            for entry in row { changed.append(try single(change(expression(of: entry)))) }
            result.append(changed)
        }
        return result
    }

    private func expression(of entry: MathValue) throws(MathFault) -> MathExpression {
        guard case .scalar(let scalar) = entry else { throw .malformed }
        return scalar.expression
    }

    private mutating func sum(
        of left: [[MathValue]], _ right: [[MathValue]]
    ) throws(MathFault) -> [[MathValue]] {
        guard left.count == right.count, left.first?.count == right.first?.count else {
            throw .malformed
        }
        var result: [[MathValue]] = []
        for (a, b) in zip(left, right) {
            var row: [MathValue] = []
            for (x, y) in zip(a, b) {
                row.append(try single(.sum([expression(of: x), expression(of: y)])))
            }
            result.append(row)
        }
        return result
    }

    private mutating func product(
        of left: [[MathValue]], _ right: [[MathValue]]
    ) throws(MathFault) -> [[MathValue]] {
        if left.count == 1, left[0].count == 1, right.count > 1 || right[0].count > 1 {
            let factor = try expression(of: left[0][0])
            return try map(right) { .product([factor, $0]) }
        }
        guard left.first?.count == right.count, let width = right.first?.count else {
            throw .malformed
        }
        var result: [[MathValue]] = []
        for row in left {
            var values: [MathValue] = []
            for column in 0..<width {
                var terms: [MathExpression] = []
                for (entry, other) in zip(row, right) {
                    terms.append(
                        .product([try expression(of: entry), try expression(of: other[column])]))
                }
                values.append(try single(.sum(terms)))
            }
            result.append(values)
        }
        return result
    }
}
