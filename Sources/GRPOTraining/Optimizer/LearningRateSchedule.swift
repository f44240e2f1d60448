import GRPOTensors

/// The learning rate of every step: a linear rise, then constant, a line or half a cosine down.
package struct LearningRateSchedule: Sendable, Equatable {
    package enum Shape: String, Codable, Sendable, CaseIterable {
        case constant
        case linear
        case cosine
    }

    package let shape: Shape
    package let peak: Double
    package let warmupSteps: Int
    package let steps: Int
    /// The share of the peak that is left at the end.
    package let floor: Double

    package init(
        shape: Shape, peak: Double, warmupSteps: Int = 0, steps: Int, floor: Double = 0
    ) {
        self.shape = shape
        self.peak = peak
        self.warmupSteps = warmupSteps
        self.steps = steps
        self.floor = floor
    }

    /// The rate of a step, counted from 1, as Hugging Face's schedules give it.
    package subscript(step: Int) -> Double {
        let done = step - 1
        if done < warmupSteps { return peak * Double(done) / Double(warmupSteps) }
        let progress = Double(done - warmupSteps) / Double(max(1, steps - warmupSteps))
        let share =
            switch shape {
            case .constant: 1.0
            case .linear: max(0, 1 - progress)
            case .cosine: 0.5 * (1 + Scalar.cos(Double.pi * min(1, progress)))
            }
        return peak * (floor + (1 - floor) * share)
    }
}
