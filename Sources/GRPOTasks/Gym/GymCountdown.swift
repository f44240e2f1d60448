import BigInt
import GRPOJSON

/// The countdown as reasoning-gym puts it: numbers and target stand in the metadata, every number
/// must be used once, and a minus sign may stand before a number or a parenthesis, as sympy writes
/// expressions. The sign makes no positive target reachable that is not reachable without it.
enum GymCountdown {
    /// The numbers that are given: `[3, 7, 25]`.
    static func numbers(of problem: Problem) -> [Int]? {
        let elements = problem.columns["numbers"].flatMap { JSONValue($0) }?.elements
        guard let elements, !elements.isEmpty else { return nil }
        let numbers = elements.compactMap(\.integer)
        return numbers.count == elements.count ? numbers : nil
    }

    static func target(of problem: Problem) -> Int? {
        problem.columns["target"].flatMap { JSONValue($0) }?.integer
    }

    /// The value of a legal expression as `numerator/denominator`.
    static func value(of answer: String, in problem: Problem) -> String? {
        guard let numbers = numbers(of: problem),
            let expression = try? CountdownExpression(answer, allowsSigns: true),
            expression.numbers.sorted() == numbers.sorted()
        else { return nil }
        return "\(expression.value.numerator)/\(expression.value.denominator)"
    }
}
