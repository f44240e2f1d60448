/// The factor of a reward in the total: a number, or a schedule over the steps of the stage.
///
///     weight: 0.2
///     weight: {steps: [1, 100], values: [0, 0.2]}
///
/// A schedule is linear between its steps and constant before the first and after the last, so
/// two equal values make a plateau and two neighbouring steps a jump. Steps count from 1 within the
/// stage; a group goes by the last step that it serves. Kimi k1.5 warms its length penalty up in
/// this way (arXiv 2501.12599, section 2.3.3).
package struct RewardWeight: Sendable, Hashable {
    /// Where the schedule has corners, rising; empty for a number.
    package let steps: [Int]
    /// The weight at each of them, or the number alone.
    package let values: [Double]

    /// The same weight at every step.
    package static func constant(_ value: Double) -> RewardWeight {
        RewardWeight(steps: [], values: [value])
    }

    /// A schedule; `problems()` tells whether it is one.
    package static func schedule(steps: [Int], values: [Double]) -> RewardWeight {
        RewardWeight(steps: steps, values: values)
    }

    private init(steps: [Int], values: [Double]) {
        self.steps = steps
        self.values = values
    }

    /// Whether it differs from step to step.
    package var isSchedule: Bool { !steps.isEmpty }

    /// The weight at a step, counted from 1.
    package func value(at step: Int) -> Double {
        precondition(
            values.count == max(1, steps.count), "\(steps.count) steps, \(values.count) weights")
        guard let next = steps.firstIndex(where: { $0 > step }) else {
            return values[values.count - 1]
        }
        guard next > 0 else { return values[0] }
        let share = Double(step - steps[next - 1]) / Double(steps[next] - steps[next - 1])
        // Exact at both ends, unlike a + share * (b - a).
        return (1 - share) * values[next - 1] + share * values[next]
    }

    /// Everything that is wrong, without a key of its own.
    package func problems() -> [String] {
        guard isSchedule else {
            return values[0].isFinite ? [] : ["must be finite, found \(values[0])"]
        }
        var found: [String] = []
        if steps.count != values.count {
            found.append(
                "must have as many values as steps, found \(values.count) and \(steps.count)")
        }
        if steps[0] < 1 || zip(steps, steps.dropFirst()).contains(where: { $0 >= $1 }) {
            found.append("its steps must begin at 1 or later and rise, found \(steps)")
        }
        if let value = values.first(where: { !$0.isFinite }) {
            found.append("its values must be finite, found \(value)")
        }
        return found
    }
}

extension RewardWeight: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    package init(floatLiteral value: Double) { self = .constant(value) }

    package init(integerLiteral value: Int) { self = .constant(Double(value)) }
}

extension RewardWeight: Codable {
    private enum CodingKeys: String, CodingKey {
        case steps, values
    }

    package init(from decoder: any Decoder) throws {
        guard let schedule = try? decoder.container(keyedBy: CodingKeys.self) else {
            self = .constant(try decoder.singleValueContainer().decode(Double.self))
            return
        }
        let steps = try schedule.decode([Int].self, forKey: .steps)
        let values = try schedule.decode([Double].self, forKey: .values)
        guard !steps.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .steps, in: schedule,
                debugDescription: "a schedule needs at least one step, found none; write a number "
                    + "for a constant weight")
        }
        self = .schedule(steps: steps, values: values)
    }

    package func encode(to encoder: any Encoder) throws {
        guard isSchedule else {
            var container = encoder.singleValueContainer()
            return try container.encode(values[0])
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(steps, forKey: .steps)
        try container.encode(values, forKey: .values)
    }
}
