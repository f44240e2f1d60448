/// Whether a given value is the true one.
struct MathComparison {
    var budget: WorkBudget

    init(budget: WorkBudget) {
        self.budget = budget
    }

    /// The most items that are looked for in each other: a larger set equals none.
    private static let longestSet = 100

    mutating func equal(_ truth: MathValue, _ given: MathValue) throws(MathFault) -> Bool {
        try budget.spend(16)
        switch (truth, given) {
        case (.assignment(let a, let left, let first), .assignment(let b, let right, let second)):
            if a == b { return try equal(left, right) }
            return try equal(first, second)
        case (.assignment(_, let value, let equation), .statement(let statement)),
            (.statement(let statement), .assignment(_, let value, let equation)):
            if case .equation(let form) = statement.content { return try equal(equation, form) }
            if let interval = statement.interval { return try equal(value, interval) }
            return false
        case (.assignment(_, let value, _), _): return try equal(value, given)
        case (_, .assignment(_, let value, _)): return try equal(truth, value)
        case (.statement(let left), .statement(let right)): return try equal(left, right)
        case (.statement(let statement), _):
            guard let interval = statement.interval else { return false }
            return try equal(interval, given)
        case (_, .statement(let statement)):
            guard let interval = statement.interval else { return false }
            return try equal(truth, interval)
        case (.scalar(let left), .scalar(let right)):
            var comparison = ScalarComparison(budget: budget)
            defer { budget = comparison.budget }
            return try comparison.equal(left, right)
        case (.text(let left), .text(let right)): return left == right
        case (.based(let left, let a), .based(let right, let b)): return left == right && a == b
        case (.ratio(let left), .ratio(let right)): return try equalRatios(left, right)
        case (.ratio(let parts), .scalar), (.scalar, .ratio(let parts)):
            return try equalQuotient(truth, given, parts)
        case (.operation(let a, let left), .operation(let b, let right)):
            guard a == b else { return false }
            return try equalInOrder(left, right)
        default: return try equalCollections(truth, given)
        }
    }

    /// Whether both are there and the same.
    private mutating func equal(
        _ left: CanonicalForm?, _ right: CanonicalForm?
    ) throws(MathFault) -> Bool {
        guard let left, let right else { return false }
        try budget.spend(left.size + right.size)
        return left == right
    }

    private mutating func equal(
        _ left: MathStatement, _ right: MathStatement
    ) throws(MathFault) -> Bool {
        if let a = left.interval, let b = right.interval, try equal(a, b) {
            return try sameName(left, right)
        }
        switch (left.content, right.content) {
        case (.equation(let a), .equation(let b)), (.notEqual(let a), .notEqual(let b)):
            return try equal(a, b)
        case (.inequality(let a, let isStrict), .inequality(let b, let isAlsoStrict)):
            guard isStrict == isAlsoStrict else { return false }
            return try equal(a, b)
        case (.chain(let a, let first), .chain(let b, let second)):
            guard first == second else { return false }
            return try equalInOrder(a, b)
        default: return false
        }
    }

    /// Two inequalities with the same bounds speak about the same thing: `x > 1` and `y > 1` differ.
    private mutating func sameName(
        _ left: MathStatement, _ right: MathStatement
    ) throws(MathFault) -> Bool {
        switch (left.content, right.content) {
        case (.inequality(let a, _), .inequality(let b, _)): return try equal(a, b)
        case (.chain(let a, let first), .chain(let b, let second)):
            guard first == second else { return false }
            return try equalInOrder(a, b)
        default: return true
        }
    }

    // MARK: - Ratios

    private mutating func equalRatios(
        _ left: [MathValue], _ right: [MathValue]
    ) throws(MathFault) -> Bool {
        guard left.count == right.count else { return false }
        if try equalInOrder(left, right) { return true }
        let (a, b) = (Self.forms(left), Self.forms(right))
        guard let a, let b, !(a + b).contains(where: \.numerator.isZero) else { return false }
        // a : b : c is the same with any factor: all cross products with the first part agree.
        for index in a.indices.dropFirst() {
            let one = try a[0].times(b[index], &budget)
            guard try one.equals(a[index].times(b[0], &budget), &budget) else { return false }
        }
        return true
    }

    private static func forms(_ parts: [MathValue]) -> [CanonicalForm]? {
        let forms = parts.compactMap { (part) -> CanonicalForm? in
            if case .scalar(let scalar) = part { scalar.form } else { nil }
        }
        return forms.count == parts.count ? forms : nil
    }

    private mutating func equalQuotient(
        _ truth: MathValue, _ given: MathValue, _ parts: [MathValue]
    ) throws(MathFault) -> Bool {
        guard parts.count == 2, let forms = Self.forms(parts), !forms[1].numerator.isZero else {
            return false
        }
        let quotient = try forms[0].dividedBy(forms[1], &budget)
        let scalar: MathScalar
        switch (truth, given) {
        case (.scalar(let other), _), (_, .scalar(let other)): scalar = other
        default: return false
        }
        return try quotient.equals(scalar.form, &budget)
    }

    // MARK: - Collections

    private mutating func equalCollections(
        _ truth: MathValue, _ given: MathValue
    ) throws(MathFault) -> Bool {
        switch (truth, given) {
        case (.sequence(let a, let left, let b), .sequence(let c, let right, let d)):
            // Angle brackets are another look of a vector's.
            func look(_ bracket: MathToken.Bracket) -> MathToken.Bracket {
                bracket == .angle ? .parenthesis : bracket
            }
            guard look(a) == look(c), look(b) == look(d) else { return false }
            return try equalInOrder(left, right)
        case (.sequence(.parenthesis, let left, .parenthesis), .list(let right)),
            (.list(let left), .sequence(.parenthesis, let right, .parenthesis)):
            return try equalInOrder(left, right)
        case (.list(let left), .list(let right)):
            if Self.hasOrder(left) != Self.hasOrder(right) { return try equalInOrder(left, right) }
            return try equalInAnyOrder(left, right)
        case (.list(let left), .set(let right)), (.set(let left), .list(let right)),
            (.set(let left), .set(let right)), (.union(let left), .union(let right)):
            return try equalInAnyOrder(left, right)
        case (.set(let items), _) where items.count == 1: return try equal(items[0], given)
        case (_, .set(let items)) where items.count == 1: return try equal(truth, items[0])
        case (.matrix(let left), .matrix(let right)):
            guard left.count == right.count, left[0].count == right[0].count else { return false }
            return try equalInOrder(left.flatMap { $0 }, right.flatMap { $0 })
        case (.matrix(let rows), .sequence(_, let items, _)),
            (.sequence(_, let items, _), .matrix(let rows)):
            // A vector, upright or lying.
            guard rows.count == 1 || rows[0].count == 1 else { return false }
            return try equalInOrder(rows.flatMap { $0 }, items)
        default: return false
        }
    }

    /// Whether values are given to different names, so that their order says which is which. `x_1`
    /// and `x_2` are two values of one name.
    private static func hasOrder(_ items: [MathValue]) -> Bool {
        var names: Set<Substring> = []
        for item in items {
            guard case .assignment(let name, _, _) = item else { continue }
            names.insert(name.prefix { $0 != "_" })
        }
        return names.count > 1
    }

    private mutating func equalInOrder(
        _ truth: [MathValue], _ given: [MathValue]
    ) throws(MathFault) -> Bool {
        guard truth.count == given.count else { return false }
        for (left, right) in zip(truth, given) {
            guard try equal(left, right) else { return false }
        }
        return true
    }

    /// As sets: each of one is among the others, and the other way round.
    private mutating func equalInAnyOrder(
        _ truth: [MathValue], _ given: [MathValue]
    ) throws(MathFault) -> Bool {
        guard truth.isEmpty == given.isEmpty, truth.count <= Self.longestSet,
            given.count <= Self.longestSet
        else { return false }
        try budget.spend(16 * (truth.count + given.count))
        if let left = Self.forms(truth), let right = Self.forms(given) {
            // Each is hashed to be put into its set, and once more to be looked for.
            try budget.spend((left + right).reduce(0) { $0 + 2 * $1.size })
            if Set(left) == Set(right) { return true }
        }
        for left in truth {
            guard try contains(given, left) else { return false }
        }
        for right in given {
            guard try contains(truth, right) else { return false }
        }
        return true
    }

    private mutating func contains(
        _ items: [MathValue], _ item: MathValue
    ) throws(MathFault) -> Bool {
        for other in items {
            if try equal(item, other) { return true }
        }
        return false
    }
}
