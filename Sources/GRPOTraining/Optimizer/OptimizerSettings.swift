/// AdamW, its schedule and clipping, as a stage's flat keys: TRL's names and defaults.
package struct OptimizerSettings: Codable, Sendable, Equatable {
    package var learningRate: Double
    package var lrSchedulerType: LearningRateSchedule.Shape
    /// The share of the steps over which the rate rises from 0.
    package var warmupRatio: Double
    /// Where the schedule ends, as a share of the rate.
    package var minLrRate: Double
    package var adamBeta1: Double
    package var adamBeta2: Double
    package var adamEpsilon: Double
    package var weightDecay: Double
    /// The global norm gradients are clipped to; 0 leaves them.
    package var maxGradNorm: Double

    package init(
        learningRate: Double = 1e-6, lrSchedulerType: LearningRateSchedule.Shape = .linear,
        warmupRatio: Double = 0, minLrRate: Double = 0, adamBeta1: Double = 0.9,
        adamBeta2: Double = 0.999, adamEpsilon: Double = 1e-8, weightDecay: Double = 0,
        maxGradNorm: Double = 1
    ) {
        self.learningRate = learningRate
        self.lrSchedulerType = lrSchedulerType
        self.warmupRatio = warmupRatio
        self.minLrRate = minLrRate
        self.adamBeta1 = adamBeta1
        self.adamBeta2 = adamBeta2
        self.adamEpsilon = adamEpsilon
        self.weightDecay = weightDecay
        self.maxGradNorm = maxGradNorm
    }

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        func expect(_ holds: Bool, _ key: String, _ value: Double, _ range: String) {
            if !holds { found.append((key, "must be \(range), found \(value)")) }
        }
        expect(
            learningRate > 0 && learningRate.isFinite, "learning_rate", learningRate, "above 0")
        expect((0...1).contains(warmupRatio), "warmup_ratio", warmupRatio, "between 0 and 1")
        expect((0...1).contains(minLrRate), "min_lr_rate", minLrRate, "between 0 and 1")
        expect((0..<1).contains(adamBeta1), "adam_beta1", adamBeta1, "at least 0 and below 1")
        expect((0..<1).contains(adamBeta2), "adam_beta2", adamBeta2, "at least 0 and below 1")
        expect(adamEpsilon > 0, "adam_epsilon", adamEpsilon, "above 0")
        expect(weightDecay >= 0, "weight_decay", weightDecay, "at least 0")
        expect(maxGradNorm >= 0, "max_grad_norm", maxGradNorm, "at least 0")
        return found
    }

    package func schedule(steps: Int) -> LearningRateSchedule {
        LearningRateSchedule(
            shape: lrSchedulerType, peak: learningRate,
            warmupSteps: Int((warmupRatio * Double(steps)).rounded(.up)), steps: steps,
            floor: minLrRate)
    }
}
