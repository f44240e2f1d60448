/// From a step on, another limit of a completion's tokens (R1-Zero: 65,536 instead of 32,768 from
/// step 8,200 on).
package struct CompletionLengthChange: Codable, Sendable, Hashable {
    /// The first step with it, counted from 1.
    package var step: Int
    /// Tokens of a completion, the ending included.
    package var maxCompletionLength: Int

    package init(step: Int, maxCompletionLength: Int) {
        self.step = step
        self.maxCompletionLength = maxCompletionLength
    }

    private enum CodingKeys: String, CodingKey {
        case step
        case maxCompletionLength = "max_completion_length"
    }
}

extension GRPOSettings {
    /// The limit at a step: that of the last change until then. A generation keeps the limit of its
    /// first step.
    package func maxCompletionLength(at step: Int) -> Int {
        maxCompletionLengthSchedule.last { $0.step <= step }?.maxCompletionLength
            ?? maxCompletionLength
    }

    /// The largest limit of all generations: what the model's positions and the memory must hold.
    package var largestCompletionLength: Int {
        let lastGeneration = maxSteps - (maxSteps - 1) % stepsOfGeneration
        return maxCompletionLengthSchedule.filter { $0.step <= lastGeneration }
            .map(\.maxCompletionLength).reduce(maxCompletionLength, max)
    }

    func scheduleProblems() -> [(key: String, message: String)] {
        let key = "max_completion_length_schedule"
        var found: [(key: String, message: String)] = []
        var last = 1
        for change in maxCompletionLengthSchedule {
            if change.step <= last {
                found.append(
                    (
                        key,
                        "the steps must be above 1 and rise from entry to entry, found "
                            + "\(change.step) after \(last)"
                    ))
            }
            last = change.step
            if change.maxCompletionLength < 1 {
                found.append(
                    (
                        key,
                        "max_completion_length of step \(change.step) must be at least 1, found "
                            + "\(change.maxCompletionLength)"
                    ))
            }
        }
        return found
    }
}
