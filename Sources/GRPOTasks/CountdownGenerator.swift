extension Countdown {
    /// The first problem of a split among so many random expressions, or nil.
    func draw(
        _ split: Split, attempts: Int, using random: inout any RandomNumberGenerator
    ) -> Problem? {
        for _ in 0..<attempts {
            let count = random.drawInteger(in: minNumbers...maxNumbers)
            let numbers = (0..<count).map { _ in random.drawInteger(in: minValue...maxValue) }
            guard let target = combined(numbers, using: &random),
                (minTarget...maxTarget).contains(target)
            else { continue }
            let key = Self.key(numbers, target)
            if isHeldOut(key) == (split == .test) {
                return problem(numbers, target, id: key)
            }
        }
        return nil
    }

    /// Joins two random numbers by a random operator until one is left. Only steps within the
    /// whole numbers from 0 to a billion are taken, as in the game; nil where the drawn operator
    /// gives no such step.
    private func combined(
        _ numbers: [Int], using random: inout any RandomNumberGenerator
    ) -> Int? {
        let operators = Array(operators)
        var left = numbers
        while left.count > 1 {
            let a = left.remove(at: random.drawInteger(below: left.count))
            let b = left.remove(at: random.drawInteger(below: left.count))
            let result: Int? =
                switch random.drawElement(of: operators) {
                case "+": a + b
                case "-": a >= b ? a - b : nil
                case "*": a * b
                default: b != 0 && a % b == 0 ? a / b : nil
                }
            guard let result, result <= 1_000_000_000 else { return nil }
            left.append(result)
        }
        return left.first
    }

    /// Whether the problem of a key belongs to the test split.
    func isHeldOut(_ key: String) -> Bool { StableHash.fraction(key) < heldOut }

    /// Names a problem by its numbers, whatever their order, and its target.
    static func key(_ numbers: [Int], _ target: Int) -> String {
        numbers.sorted().map(String.init).joined(separator: ",") + "=\(target)"
    }

    private func problem(_ numbers: [Int], _ target: Int, id: String) -> Problem {
        let list = numbers.map(String.init).joined(separator: ", ")
        let signs = operators.map(String.init).joined(separator: " ")
        let rule =
            switch use {
            case .eachOnce: "each number exactly once"
            case .atMostOnce: "no number more than once"
            }
        return Problem(
            id: id,
            prompt: "Make \(target) out of the numbers \(list). Use \(rule), only \(signs) and "
                + "parentheses. Give the calculation between answer tags, like "
                + "<answer>\(example)</answer>.",
            answer: "\(target)",
            columns: ["numbers": numbers.map(String.init).joined(separator: " ")])
    }

    /// A legal expression in the allowed operators, to show the form.
    private var example: String {
        let signs = Array(operators)
        return "(1 \(signs[0]) 2) \(signs[signs.count - 1]) 3"
    }
}
