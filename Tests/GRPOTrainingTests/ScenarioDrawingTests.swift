import GRPORewards
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// General problems are asked while a reward judges them, and not before.
struct ScenarioDrawingTests {
    private func run(_ task: MixedTask, _ rewards: [RewardTerm], steps: Int = 6) -> StageRun {
        var run = StageRun(steps: steps) { $0.promptsPerStep = 16 }
        run.task = task
        run.rewards = RewardSet(rewards)
        return run
    }

    private let accuracyAndTaste = [
        RewardTerm(AccuracyReward()), RewardTerm(FormatReward()), RewardTerm(LateTaste()),
    ]

    @Test(arguments: [nil, 6, 600])
    func generalProblemsComeWithTheirReward(count: Int?) throws {
        let stage = try run(MixedTask(count: count), accuracyAndTaste).stage()
        for step in 1...6 {
            let general = try stage.problems(at: step).count { $0.scenario == .general }
            if step <= 4 {
                #expect(general == 0)
            } else {
                #expect((2...14).contains(general))
            }
        }
    }

    /// A generation that serves steps at which the reward counts asks its problems, even where it
    /// begins before them.
    @Test(arguments: [(6, [1: true]), (4, [1: false, 5: true])])
    func generationsAreJudgedByTheirLastStep(size: Int, asked: [Int: Bool]) async throws {
        var run = run(MixedTask(), accuracyAndTaste)
        run.settings.stepsPerGeneration = size
        let stage = try run.stage()
        for (step, isGeneral) in asked {
            let problems = try stage.problems(at: step)
            #expect(problems.contains { $0.scenario == .general } == isGeneral)
        }
        let rollouts = try await run.run().spy.generations.flatMap(\.rollouts)
        for rollout in rollouts where rollout.problem.scenario == .general {
            #expect(rollout.rewards["taste"] != nil)
        }
    }

    /// Nobody else notices: a slot whose problem is judged draws what it always drew.
    @Test(arguments: [nil, 600])
    func otherSlotsDrawWhatTheyDrew(count: Int?) throws {
        let task = MixedTask(count: count)
        let judged = try run(task, accuracyAndTaste).stage().problems(at: 1)
        let all = try run(task, [RewardTerm(AnyTaste())]).stage().problems(at: 1)
        #expect(all.contains { $0.scenario == .general })
        for (before, after) in zip(all, judged) where before.scenario == .reasoning {
            #expect(before == after)
        }
        #expect(Set(judged.map(\.id)).count > 1)
    }

    /// A run on reasoning problems alone draws as it did before there were others.
    @Test func reasoningIsDrawnAsEver() throws {
        let stage = try StageRun().stage()
        let stream = RandomStream(seed: 1, name: "grpo/problems")
        for step in 1...4 {
            let expected = (0..<3).map { slot in
                var generator: any RandomNumberGenerator = stream.generator(step: step, slot: slot)
                return LetterTask().problem(
                    (step - 1) * 3 + slot, split: .train, using: &generator)
            }
            #expect(try stage.problems(at: step) == expected)
        }
    }

    /// Where no reward is for reasoning, no reasoning is asked.
    @Test func reasoningNeedsARewardToo() throws {
        var taste = LateTaste()
        taste.lastSteps = 6
        let problems = try run(MixedTask(), [RewardTerm(taste)]).stage().problems(at: 1)
        #expect(problems.allSatisfy { $0.scenario == .general })
    }

    @Test(arguments: [nil, 6])
    func nothingJudgedEndsTheStage(count: Int?) async throws {
        let run = run(MixedTask(count: count, general: 6), accuracyAndTaste)
        await #expect {
            _ = try await run.run()
        } throws: { error in
            guard case TrainingError.nothingJudged(1, "mixed", [.general], let draws) = error
            else { return false }
            return "\(error)".contains("none of \(draws) problems that task mixed gave")
        }
    }

    /// A weight of 0 only logs, unless all are.
    @Test func loggedRewardsJudgeNothing() {
        let logged = RewardSet([
            RewardTerm(AccuracyReward()), RewardTerm(AnyTaste(), weight: 0),
        ])
        #expect(!logged.judges(.general, step: 1, maxSteps: 1))
        #expect(logged.judges(.reasoning, step: 1, maxSteps: 1))
        let watched = RewardSet([RewardTerm(AnyTaste(), weight: 0)])
        #expect(watched.judges(.general, step: 1, maxSteps: 1))
    }

    @Test func formAloneIsNoReason() {
        let forms: [any RewardFunction] = [
            AccuracyReward(), FormatReward(), TagCountReward(), LanguageConsistencyReward(),
            RandomReward(),
        ]
        for form in forms {
            #expect(!form.judges(.general, step: 1, maxSteps: 1))
            #expect(form.judges(.reasoning, step: 1, maxSteps: 1))
        }
    }

    /// With both kinds in play a run is still resumed bit for bit, and each kind has its rewards.
    @Test func bothKindsInOneRun() async throws {
        let run = run(MixedTask(), accuracyAndTaste)
        let whole = try await run.run().spy
        for snapshot in whole.saved.dropLast() {
            let rest = try await run.run(from: snapshot).spy
            #expect(rest.saved == Array(whole.saved[snapshot.step...]))
            #expect(rest.metrics == Array(whole.metrics[snapshot.step...]))
        }
        for rollout in whole.generations.flatMap(\.rollouts) {
            let isGeneral = rollout.problem.scenario == .general
            #expect(
                Set(rollout.rewards.keys) == [isGeneral ? "taste" : "accuracy", "format"])
        }
        // Where a reward speaks of no rollout it has no mean, which would be read as 0.
        let isLogged = whole.values("rewards/taste/mean").map { $0 != nil }
        #expect(isLogged == [false, false, false, false, true, true])
    }

    /// The metrics of looking back, from the step's rollouts.
    @Test func reflectionIsCounted() async throws {
        var run = run(MixedTask(), accuracyAndTaste)
        run.settings.reflectionWords = ["AB", "c", "d"]
        let spy = try await run.run().spy
        for (generation, metrics) in zip(spy.generations, spy.metrics) {
            let rollouts = generation.rollouts
            let words = rollouts.flatMap { $0.text.split(separator: "=") }
            let found = words.count { ["ab", "c", "d"].contains($0) }
            let tokens = rollouts.map(\.tokenIDs.count).reduce(0, +)
            #expect(
                metrics["completions/reflection_words"] == 1000 * Double(found) / Double(tokens))
            let told = rollouts.filter { $0.problem.answer <= "d" }
            let corrected = told.count { $0.text.hasPrefix($0.problem.answer) }
            #expect(
                metrics["completions/self_corrections"]
                    == Double(corrected) / Double(told.count))
        }
        #expect(spy.values("completions/reflection_words").contains { $0! > 0 })
        #expect(spy.values("completions/self_corrections").contains { $0! > 0 })
    }

    @Test func whatCannotBeToldIsNotLogged() async throws {
        let spy = try await StageRun { $0.reflectionWords = [] }.run().spy
        #expect(spy.values("completions/reflection_words").allSatisfy { $0 == nil })
        #expect(spy.values("completions/self_corrections").allSatisfy { $0 == nil })
    }
}

/// A reward of one's own, which says nothing of kinds.
private struct AnyTaste: RewardFunction {
    static let name = "any"
    static let summary = "All alike."

    init() {}

    func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { _ in .value(0) }
    }
}
