extension Countdown {
    /// An expression that solves the problem, found by search; none where the search is given up.
    package func goldAnswers(to problem: Problem) -> [String] {
        let numbers = (problem.columns["numbers"] ?? "").split(separator: " ").compactMap {
            Int($0)
        }
        guard let target = Int(problem.answer), !numbers.isEmpty else { return [] }
        var search = CountdownSearch(
            target: target, operators: Array(operators), mustUseAll: use == .eachOnce)
        return [search.solution(numbers.map { .init(value: $0, text: "\($0)") })].compactMap { $0 }
    }
}

/// Depth first through the ways to join numbers two by two, bounded in its steps.
private struct CountdownSearch {
    struct Term {
        var value: Int
        var text: String
    }

    let target: Int
    let operators: [Character]
    let mustUseAll: Bool
    /// Joins that may still be tried: enough for every problem of four numbers.
    private var steps = 50_000

    init(target: Int, operators: [Character], mustUseAll: Bool) {
        self.target = target
        self.operators = operators
        self.mustUseAll = mustUseAll
    }

    /// An expression with the target's value, or nil.
    mutating func solution(_ terms: [Term]) -> String? {
        if !mustUseAll || terms.count == 1, let hit = terms.first(where: { $0.value == target }) {
            return hit.text
        }
        for (i, a) in terms.enumerated() {
            for (j, b) in terms.enumerated() where i != j {
                for sign in operators {
                    guard steps > 0 else { return nil }
                    steps -= 1
                    guard let joined = Self.joined(a, sign, b) else { continue }
                    let rest = terms.indices.filter { $0 != i && $0 != j }.map { terms[$0] }
                    if let found = solution(rest + [joined]) { return found }
                }
            }
        }
        return nil
    }

    /// Whole numbers from 0 to a billion alone, as problems are made; of two orders that give the
    /// same, one.
    private static func joined(_ a: Term, _ sign: Character, _ b: Term) -> Term? {
        let value: Int
        switch sign {
        case "+" where a.value >= b.value: value = a.value + b.value
        case "-" where a.value >= b.value: value = a.value - b.value
        case "*" where a.value >= b.value: value = a.value * b.value
        case "/" where b.value != 0 && a.value % b.value == 0: value = a.value / b.value
        default: return nil
        }
        guard value <= 1_000_000_000 else { return nil }
        return Term(value: value, text: "(\(a.text) \(sign) \(b.text))")
    }
}
