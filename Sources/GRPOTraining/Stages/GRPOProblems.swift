import GRPORewards
package import GRPOTasks
import GRPOTensors

/// A problem with the draw slot that names its random numbers.
struct DrawnProblem {
    let slot: Int
    let problem: Problem
    /// Its place in the pool, where there is one.
    let place: Int?
}

/// Draws the problems of one generation, slot after slot.
///
/// A problem whose kind no reward judges at this step is drawn again: general problems are
/// asked only while a reward says what a good answer to them is (R1's second RL stage: in the last
/// 400 of 1,700 steps). It is replaced by another of the problems that the
/// stage draws anyway, with randomness of its own slot; other slots do not notice.
///
/// The first slots are those of the generation's groups; what dynamic sampling draws beyond them
/// takes the slots that follow, so that a replaced problem has random numbers of its own.
struct ProblemDraw {
    /// How often a slot draws before the stage gives up.
    static let largestDraws = 1000

    private let stage: GRPOStage
    private let step: Int
    private let source: any ProblemSource
    private let level: Int
    private let judged: [Scenario]
    private var pool: ProblemPool?
    /// Slots that have drawn.
    private(set) var slots = 0

    /// - Parameter history: what the generation begins with.
    init(_ stage: GRPOStage, step: Int, history: ProblemHistory) {
        self.stage = stage
        self.step = step
        level = history.level
        let source = stage.source(history.level)
        self.source = source
        let settings = stage.settings
        judged = Scenario.allCases.filter {
            stage.rewards.judges(
                $0, step: stage.lastStep(servedAt: step), maxSteps: settings.maxSteps)
        }
        pool = settings.problemPool.map {
            ProblemPool($0, count: $0.count(of: source.trainingCount()), history: history)
        }
    }

    /// The problems of the next slots.
    ///
    /// - Throws: `TrainingError.nothingJudged`.
    mutating func next(_ count: Int) throws -> [DrawnProblem] {
        try (0..<count).map { _ in
            defer { slots += 1 }
            return try problem(slots)
        }
    }

    private mutating func problem(_ slot: Int) throws -> DrawnProblem {
        let generation = stage.generation(of: step)
        let stream = RandomStream(seed: stage.seed, name: "\(stage.name)/problems")
        var generator: any RandomNumberGenerator = stream.generator(step: generation, slot: slot)
        var index: Int?
        var passedOver: Set<Scenario> = []
        for _ in 0..<Self.largestDraws {
            let place = pool?.draw(using: &generator)
            let problem: Problem
            if let place {
                problem = stage.pooled(place, level: level)
            } else {
                let next = index ?? first(slot, generation, using: &generator)
                problem = source.problem(next, split: .train, using: &generator)
            }
            if judged.contains(problem.scenario) {
                return DrawnProblem(slot: slot, problem: problem, place: place)
            }
            passedOver.insert(problem.scenario)
            // Of endless problems the generator gives another at the same index.
            if place == nil { index = another(using: &generator) }
        }
        throw TrainingError.nothingJudged(
            step: step, task: type(of: source).name,
            scenarios: Scenario.allCases.filter(passedOver.contains), draws: Self.largestDraws)
    }

    /// The index of a slot's first draw: one after the other through the task, and any of them for
    /// the slots beyond the generation's own.
    private func first(
        _ slot: Int, _ generation: Int, using generator: inout any RandomNumberGenerator
    ) -> Int {
        let count = stage.problemsOfGeneration
        if slot >= count, let other = another(using: &generator) { return other }
        return (generation - 1) * count + slot % count
    }

    /// Any of the problems that the stage draws; nil where they have no end.
    private func another(using generator: inout any RandomNumberGenerator) -> Int? {
        source.trainingCount().map {
            generator.drawInteger(below: min($0, stage.settings.problemsDrawn))
        }
    }
}

extension GRPOStage {
    /// The groups of a generation.
    var problemsOfGeneration: Int { settings.promptsPerStep * settings.stepsPerGeneration }

    /// The problems of the generation that begins at a step, one for each slot, before any is
    /// replaced.
    ///
    /// - Parameter history: what the stage remembers of the problems asked so far.
    /// - Throws: `TrainingError.nothingJudged`.
    package func problems(
        at step: Int, after history: ProblemHistory = ProblemHistory()
    ) throws -> [Problem] {
        var draw = ProblemDraw(self, step: step, history: self.history(at: step, after: history))
        return try draw.next(problemsOfGeneration).map(\.problem)
    }
}

// What a stage is going to ask, as far as that is known before it begins.
extension GRPOStage {
    /// The generations that all steps together take.
    private var generations: Int {
        (settings.maxSteps + settings.stepsOfGeneration - 1) / settings.stepsOfGeneration
    }

    /// The levels of the curriculum that must be looked at one by one, because success ends some of
    /// them; one where each level's steps are known.
    private var unknownLevels: Int {
        curriculum.contains { $0.solveRate != nil } ? curriculum.count : 1
    }

    /// How many problems ``forEachPlannedProblem(atMost:_:)`` has.
    package var plannedProblems: Int {
        guard let pool = settings.problemPool else {
            let (count, isBeyond) = (generations * unknownLevels).multipliedReportingOverflow(
                by: problemsOfGeneration)
            return isBeyond ? .max : count
        }
        return (0..<max(1, curriculum.count)).reduce(0) {
            $0 + pool.count(of: source($1).trainingCount())
        }
    }

    /// The problems of the generations in their order, before any is replaced; those of the pool
    /// where there is one; and where success ends a level of the curriculum, what each level would
    /// ask if the stage stayed with it.
    ///
    /// - Throws: `TrainingError.nothingJudged`, and what `body` throws.
    package func forEachPlannedProblem(
        atMost limit: Int, _ body: (Problem) throws -> Void
    ) throws {
        var left = limit
        func visit(_ problem: Problem) throws -> Bool {
            guard left > 0 else { return false }
            left -= 1
            try body(problem)
            return left > 0
        }
        if let pool = settings.problemPool {
            for level in 0..<max(1, curriculum.count) {
                for place in 0..<pool.count(of: source(level).trainingCount()) {
                    guard try visit(pooled(place, level: level)) else { return }
                }
            }
            return
        }
        for level in 0..<unknownLevels {
            for generation in 0..<generations {
                let step = generation * settings.stepsOfGeneration + 1
                var history = ProblemHistory()
                if unknownLevels > 1 {
                    history.begin(level)
                } else {
                    history = self.history(at: step, after: history)
                }
                var draw = ProblemDraw(self, step: step, history: history)
                for _ in 0..<problemsOfGeneration {
                    guard try visit(draw.next(1)[0].problem) else { return }
                }
            }
        }
    }

    /// The problem at a place of the pool, the same whenever it is asked.
    fileprivate func pooled(_ place: Int, level: Int) -> Problem {
        let stream = RandomStream(seed: seed, name: "\(name)/pool")
        var generator: any RandomNumberGenerator = stream.generator(step: level + 1, slot: place)
        return source(level).problem(place, split: .train, using: &generator)
    }
}
