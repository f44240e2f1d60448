import GRPOTensors
import GRPOTraining
import Testing

/// By hand, after transformers' `get_linear_schedule_with_warmup`,
/// `get_cosine_schedule_with_warmup` and `get_cosine_with_min_lr_schedule_with_warmup`.
struct LearningRateScheduleTests {
    private func rates(_ schedule: LearningRateSchedule) -> [Double] {
        (1...schedule.steps).map { schedule[$0] }
    }

    private func expectClose(_ found: [Double], _ expected: [Double]) {
        #expect(found.count == expected.count)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-15) }
    }

    @Test func linear() {
        expectClose(
            rates(LearningRateSchedule(shape: .linear, peak: 1, warmupSteps: 2, steps: 6)),
            [0, 0.5, 1, 0.75, 0.5, 0.25])
        expectClose(
            rates(LearningRateSchedule(shape: .linear, peak: 8, steps: 4)), [8, 6, 4, 2])
        expectClose(
            rates(LearningRateSchedule(shape: .linear, peak: 1, steps: 4, floor: 0.2)),
            [1, 0.8, 0.6, 0.4])
    }

    @Test func cosine() {
        let half = 0.5 * (1 + Scalar.cos(Double.pi / 4))
        expectClose(
            rates(LearningRateSchedule(shape: .cosine, peak: 2, warmupSteps: 1, steps: 5)),
            [0, 2, 2 * half, 1, 2 * (1 - half)])
        expectClose(
            rates(LearningRateSchedule(shape: .cosine, peak: 1, steps: 2, floor: 0.1)), [1, 0.55])
    }

    @Test func constant() {
        expectClose(
            rates(
                LearningRateSchedule(
                    shape: .constant, peak: 3, warmupSteps: 3, steps: 5, floor: 0.1)),
            [0, 1, 2, 3, 3])
    }

    @Test func stepsBeyondTheEndStayAtTheFloor() {
        for shape in [LearningRateSchedule.Shape.linear, .cosine] {
            let schedule = LearningRateSchedule(shape: shape, peak: 1, steps: 4, floor: 0.25)
            #expect(abs(schedule[5] - 0.25) < 1e-15)
            #expect(abs(schedule[50] - 0.25) < 1e-15)
        }
    }

    /// transformers: warm-up steps are the ratio of the steps, rounded up.
    @Test func theWarmupIsAShareOfTheSteps() {
        let settings = OptimizerSettings(learningRate: 1, warmupRatio: 0.03)
        #expect(settings.schedule(steps: 100).warmupSteps == 3)
        #expect(settings.schedule(steps: 101).warmupSteps == 4)
        #expect(settings.schedule(steps: 100)[1] == 0)
        #expect(OptimizerSettings(learningRate: 1).schedule(steps: 100)[1] == 1)
    }
}
