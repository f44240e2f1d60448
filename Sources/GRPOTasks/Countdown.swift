import BigInt

/// The countdown: reach a target from given numbers by arithmetic. Every problem has a solution,
/// because it is built from one.
package struct Countdown: ProblemSource, Hashable {
    package static let name = "countdown"
    package static let summary =
        "Reach a target from three or four numbers with + - * / and parentheses, checked exactly."

    /// How often each given number may be used.
    package enum Use: String, Codable, Sendable, CaseIterable {
        /// All of them, each exactly once.
        case eachOnce = "each_once"
        /// Any of them, none more than once.
        case atMostOnce = "at_most_once"
    }

    /// Fewest numbers given.
    package var minNumbers = 3
    /// Most numbers given.
    package var maxNumbers = 4
    /// Smallest number.
    package var minValue = 1
    /// Largest number.
    package var maxValue = 99
    /// Smallest target.
    package var minTarget = 10
    /// Largest target.
    package var maxTarget = 99
    /// The operators allowed, of `+-*/`.
    package var operators = "+-*/"
    /// How often a number may be used.
    package var use = Use.eachOnce
    /// Share of the problems held out, by the hash of the sorted numbers and the target.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case operators, use
        case minNumbers = "min_numbers"
        case maxNumbers = "max_numbers"
        case minValue = "min_value"
        case maxValue = "max_value"
        case minTarget = "min_target"
        case maxTarget = "max_target"
        case heldOut = "held_out"
    }

    package init() {}

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        func check(_ key: String, _ value: Int, _ range: ClosedRange<Int>) {
            if !range.contains(value) {
                found.append(
                    (
                        key,
                        "must be \(range.lowerBound) to \(range.upperBound), found \(value)"
                    ))
            }
        }
        check("min_numbers", minNumbers, 2...8)
        check("max_numbers", maxNumbers, 2...8)
        check("min_value", minValue, 1...999_999)
        check("max_value", maxValue, 1...999_999)
        check("min_target", minTarget, 0...999_999_999)
        check("max_target", maxTarget, 0...999_999_999)
        let pairs = [
            ("numbers", minNumbers, maxNumbers), ("value", minValue, maxValue),
            ("target", minTarget, maxTarget),
        ]
        for (key, low, high) in pairs where low > high {
            found.append(("min_\(key)", "must not exceed max_\(key): found \(low) and \(high)"))
        }
        if operators.isEmpty || !operators.allSatisfy("+-*/".contains)
            || Set(operators).count != operators.count
        {
            found.append(
                ("operators", "must be some of '+-*/', each once, found '\(operators)'"))
        }
        if !(0.0001...0.9).contains(heldOut) {
            found.append(("held_out", "must be a share from 0.0001 to 0.9, found \(heldOut)"))
        }
        guard found.isEmpty else { return found }
        for split in Split.allCases {
            var random: any RandomNumberGenerator = SplitMix64(seed: 0)
            if draw(split, attempts: 200_000, using: &random) == nil {
                found.append(
                    (
                        "max_target",
                        "200000 random expressions gave no problem of the \(split) split with a "
                            + "target from \(minTarget) to \(maxTarget); widen the target, the "
                            + "values, the operators or held_out"
                    ))
            }
        }
        return found
    }

    package func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        // Where `problems()` found one in 2e5 attempts, 1e8 fail with probability below exp(-50)
        // unless that one was a stroke of luck.
        guard let problem = draw(split, attempts: 100_000_000, using: &random) else {
            preconditionFailure("countdown without problems in split '\(split)': \(problems())")
        }
        return problem
    }

    package func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        var random: any RandomNumberGenerator = SplitMix64(seed: seed)
        var seen: Set<String> = []
        var problems: [Problem] = []
        var repeats = 0
        while problems.count < limit, repeats < 10 * (problems.count + 100) {
            let next = problem(problems.count, split: .test, using: &random)
            if seen.insert(next.id).inserted {
                problems.append(next)
            } else {
                repeats += 1
            }
        }
        return problems
    }

    /// Right if the answer block holds one legal expression with the target's value. It may be
    /// followed by `=` and the target, as in `(1+2)/3 = 1`; by nothing else.
    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        guard let target = Self.parsed(problem.answer),
            let numbers = Self.parsedList(problem.columns["numbers"])
        else {
            return .ungradable(
                reason: "the problem '\(problem.id)' lacks a whole target or its numbers")
        }
        let value = value(of: completion, target: problem.answer, numbers: numbers)
        return value == Rational(BigInt(target)) ? .right : .wrong
    }

    /// The value of a legal expression: two ways to the same number are one answer.
    package func answer(in completion: String, to problem: Problem) -> String? {
        guard let numbers = Self.parsedList(problem.columns["numbers"]),
            let value = value(of: completion, target: problem.answer, numbers: numbers)
        else { return nil }
        return "\(value.numerator)/\(value.denominator)"
    }

    /// The value of the expression in the answer block; nil where that is not one legal
    /// expression, alone or before `=` and the target.
    private func value(of completion: String, target: String, numbers: [Int]) -> Rational? {
        guard var text = AnswerExtraction.tagged(in: completion),
            text.utf8.count <= CountdownExpression.lengthLimit
        else { return nil }
        let sides = text.split(separator: "=", omittingEmptySubsequences: false)
        if sides.count > 1 {
            let right = ByteSearch.trimmed(Array(sides[1].utf8)[...])
            guard sides.count == 2, right.elementsEqual(target.utf8) else { return nil }
            text = String(sides[0])
        }
        guard let expression = try? CountdownExpression(text, operators: operators),
            isAllowed(expression.numbers, of: numbers)
        else { return nil }
        return expression.value
    }

    package func contains(_ problem: Problem, in split: Split) -> Bool? {
        guard let target = Self.parsed(problem.answer),
            let numbers = Self.parsedList(problem.columns["numbers"])
        else { return nil }
        guard (minNumbers...maxNumbers).contains(numbers.count),
            (minTarget...maxTarget).contains(target),
            numbers.allSatisfy((minValue...maxValue).contains)
        else { return false }
        return isHeldOut(Self.key(numbers, target)) == (split == .test)
    }

    /// Whether the numbers written are the numbers given, as `use` counts them.
    private func isAllowed(_ written: [Int], of given: [Int]) -> Bool {
        var left: [Int: Int] = [:]
        for number in given { left[number, default: 0] += 1 }
        for number in written {
            left[number, default: 0] -= 1
            if left[number, default: 0] < 0 { return false }
        }
        return use == .atMostOnce || left.values.allSatisfy { $0 == 0 }
    }

    /// A whole number without sign or leading zeros, of at most 18 digits.
    private static func parsed(_ text: String) -> Int? {
        guard (1...CountdownExpression.digitLimit).contains(text.utf8.count),
            text.utf8.allSatisfy(ByteSearch.isDigit), text == "0" || !text.hasPrefix("0")
        else { return nil }
        return Int(text)
    }

    private static func parsedList(_ text: String?) -> [Int]? {
        let parts = (text ?? "").split(separator: " ").map { parsed(String($0)) }
        return parts.isEmpty || parts.contains(nil) ? nil : parts.compactMap { $0 }
    }
}

extension Countdown {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
            value = try values.decodeIfPresent(Value.self, forKey: key) ?? value
        }
        try read(.minNumbers, into: &minNumbers)
        try read(.maxNumbers, into: &maxNumbers)
        try read(.minValue, into: &minValue)
        try read(.maxValue, into: &maxValue)
        try read(.minTarget, into: &minTarget)
        try read(.maxTarget, into: &maxTarget)
        try read(.operators, into: &operators)
        try read(.use, into: &use)
        try read(.heldOut, into: &heldOut)
    }
}
