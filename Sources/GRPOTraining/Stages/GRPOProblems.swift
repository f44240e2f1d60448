import GRPORewards
package import GRPOTasks
import GRPOTensors

// Which problems a generation asks.
extension GRPOStage {
    /// How often a slot draws before the stage gives up.
    static let largestDraws = 1000

    /// The problems of the generation that begins at a step, one for each slot.
    ///
    /// A problem whose kind no reward judges at this step is drawn again: general problems are
    /// asked only while a reward says what a good answer to them is (R1's second RL stage: in the last
    /// 400 of 1,700 steps). It is replaced by another of the problems that the
    /// stage draws anyway, with randomness of its own slot; other slots do not notice.
    ///
    /// - Throws: `TrainingError.nothingJudged`.
    package func problems(at step: Int) throws -> [Problem] {
        let generation = generation(of: step)
        let count = settings.promptsPerStep * settings.stepsPerGeneration
        let stream = RandomStream(seed: seed, name: "\(name)/problems")
        let judged = Scenario.allCases.filter {
            rewards.judges($0, step: lastStep(servedAt: step), maxSteps: settings.maxSteps)
        }
        return try (0..<count).map { slot in
            var generator: any RandomNumberGenerator = stream.generator(
                step: generation, slot: slot)
            var index = (generation - 1) * count + slot
            var passedOver: Set<Scenario> = []
            for _ in 0..<Self.largestDraws {
                let problem = task.problem(index, split: .train, using: &generator)
                if judged.contains(problem.scenario) { return problem }
                passedOver.insert(problem.scenario)
                // Of endless problems the generator gives another at the same index.
                if let available = task.trainingCount() {
                    index = generator.drawInteger(below: min(available, settings.problemsDrawn))
                }
            }
            throw TrainingError.nothingJudged(
                step: step, task: type(of: task).name,
                scenarios: Scenario.allCases.filter(passedOver.contains), draws: Self.largestDraws)
        }
    }
}
