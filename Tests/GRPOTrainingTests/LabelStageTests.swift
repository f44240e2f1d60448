import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// Reward models that are trained pointwise.
struct LabelStageTests {
    private func settings(_ steps: Int) -> RewardModelSettings {
        var settings = RewardModelSettings()
        settings.loss = .pointwise
        settings.judges = .completion
        settings.pairs.maxSteps = steps
        settings.pairs.pairsPerStep = 10
        settings.pairs.saveSteps = 1
        settings.pairs.optimizer.learningRate = 0.02
        return settings
    }

    private func run(
        _ settings: RewardModelSettings, source: any PairSource = LetterLabels(),
        from snapshot: Snapshot? = nil
    ) throws -> (spy: StageSpy, model: Policy) {
        let stage = RewardModelStage(
            name: "harm", settings: settings, source: source, prompt: .plain, seed: 1)
        let model = stage.model(from: LetterPolicy.make(on: TestBackend.reference.make()))
        var state = stage.initialState(model)
        if let snapshot { snapshot.restore(&state) }
        let spy = StageSpy()
        _ = try stage.run(model, from: state, monitor: spy)
        return (spy, model)
    }

    /// And behind a prompt that it has not seen.
    @Test func itLearnsWhatIsSafe() async throws {
        let (spy, model) = try run(settings(60))
        #expect(spy.values("accuracy").suffix(5).allSatisfy { $0! == 1 })
        #expect(spy.values("loss")[59]! < 0.5 * spy.values("loss")[0]!)
        #expect(spy.values("evaluation/accuracy")[59]! > 0.8)
        #expect(spy.values("evaluation/pairs")[59] == 6)

        let scorer = RewardModelScorer(model, prompt: .plain, judges: .completion)
        let scores = try await SafetyReward().bound(to: scorer).scores(
            for: SafetyRewardTests.group(["a", "f"]))
        #expect(scores[0].value! > 0.7 && scores[1].value! < 0.3)
    }

    /// Prompt of two tokens, a letter and the ending: four tokens of each.
    @Test func everyCompletionIsASequenceOfItsOwn() throws {
        #expect(try run(settings(2)).spy.values("num_tokens").map { $0! } == [40, 80])
        // Of a pair both are judged.
        let pairs = try run(settings(1), source: LetterPairs()).spy
        #expect(pairs.values("num_tokens") == [80])
        #expect(pairs.values("margin") == [nil])
    }

    /// FAILURES 1: micro-batches change nothing but the order of sums.
    @Test func microBatchesChangeNothing() throws {
        let whole = try run(settings(3)).spy
        for budget in [1, 9, 30] {
            var settings = settings(3)
            settings.pairs.microBatchTokens = budget
            let parts = try run(settings).spy
            #expect(Distance.relative(parts.saved[2].weights, whole.saved[2].weights) < 1e-10)
            for name in ["loss", "accuracy", "mean_reward"] {
                for (a, b) in zip(parts.values(name), whole.values(name)) {
                    #expect(abs(a! - b!) < 1e-10)
                }
            }
        }
    }

    @Test func resumedEqualsUninterrupted() throws {
        let whole = try run(settings(6)).spy
        for snapshot in whole.saved.dropLast() {
            let rest = try run(settings(6), from: snapshot).spy
            #expect(rest.saved == Array(whole.saved[snapshot.step...]))
        }
    }

    @Test func labelsAreNoPairs() throws {
        var settings = settings(1)
        settings.loss = .pairwise
        let error = #expect(throws: TrainingError.self) { try run(settings) }
        let message = error?.description ?? ""
        for words in ["labels", "'a='", "single completion", "loss: pointwise"] {
            #expect(message.contains(words), "\(message)")
        }
    }

    @Test func settingsSurviveCoding() throws {
        var settings = settings(3)
        #expect(
            try JSONCoding.decode(RewardModelSettings.self, JSONCoding.encode(settings))
                == settings)
        #expect(settings.problems().isEmpty)
        settings.centerRewardsCoefficient = 0.1
        #expect(settings.problems().map(\.key) == ["center_rewards_coefficient"])
    }
}
