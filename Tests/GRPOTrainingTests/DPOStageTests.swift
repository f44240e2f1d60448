import GRPOModels
import GRPOObjectives
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

struct DPOStageTests {
    private func settings(
        _ steps: Int, _ lossType: PreferenceLossType = .sigmoid
    ) -> DPOSettings {
        var settings = DPOSettings()
        settings.lossType = lossType
        settings.pairs.maxSteps = steps
        settings.pairs.pairsPerStep = 10
        settings.pairs.saveSteps = 1
        settings.pairs.optimizer.learningRate = 0.02
        return settings
    }

    private func run(
        _ kind: TestBackend = .reference, _ settings: DPOSettings, threads: Int = 1,
        policy: Policy? = nil, from snapshot: Snapshot? = nil, telling spy: StageSpy = StageSpy()
    ) throws -> (spy: StageSpy, outcome: StageOutcome, policy: Policy) {
        let policy = policy ?? LetterPolicy.make(on: kind.make(threads: threads))
        let stage = DPOStage(
            name: "dpo", settings: settings, source: LetterPairs(), prompt: .plain, seed: 1)
        var state = stage.initialState(policy)
        if let snapshot { snapshot.restore(&state) }
        return (spy, try stage.run(policy, from: state, monitor: spy), policy)
    }

    /// Before its first update the policy is its reference, bit for bit.
    @Test(arguments: TestBackend.exact)
    func itBeginsAtItsReference(kind: TestBackend) throws {
        let spy = try run(kind, settings(2)).spy
        for name in ["chosen", "rejected", "margins", "accuracies"] {
            #expect(spy.values("rewards/\(name)")[0] == 0)
            #expect(spy.values("rewards/\(name)")[1] != 0)
        }
        #expect(abs(spy.values("loss")[0]! - 0.6931471805599453) < 1e-15)
        #expect(spy.values("logps/chosen")[0]! < 0)
    }

    @Test(arguments: TestBackend.precise, PreferenceLossType.allCases)
    func itLearnsWhatIsPreferred(kind: TestBackend, lossType: PreferenceLossType) throws {
        var settings = settings(40, lossType)
        if lossType == .robust { settings.labelSmoothing = 0.1 }
        let spy = try run(kind, settings).spy
        let margins = spy.values("rewards/margins").map { $0! }
        #expect(margins[39] > margins[1] && margins[39] > 0.1)
        #expect(spy.values("evaluation/rewards/accuracies")[39]! > 0.8)
        #expect(spy.values("evaluation/rewards/accuracies")[38] == nil)
        #expect(spy.values("loss")[39]! < spy.values("loss")[0]!)
    }

    /// The reference is what it was.
    @Test func theReferenceStays() throws {
        let policy = LetterPolicy.make(on: TestBackend.reference.make())
        let before = policy.decoder.store.values.doubles
        let spy = try run(.reference, settings(3), policy: policy).spy
        #expect(spy.saved.allSatisfy { $0.reference == before })
        #expect(policy.decoder.store.values.doubles != before)
    }

    /// FAILURES 1: micro-batches of pairs change nothing but the order of sums.
    @Test(arguments: PreferenceLossType.allCases)
    func microBatchesChangeNothing(lossType: PreferenceLossType) throws {
        let whole = try run(.reference, settings(3, lossType)).spy
        for budget in [1, 13, 30] {
            var settings = settings(3, lossType)
            settings.pairs.microBatchTokens = budget
            let parts = try run(.reference, settings).spy
            #expect(Distance.relative(parts.saved[2].weights, whole.saved[2].weights) < 1e-9)
            for name in ["loss", "rewards/chosen", "rewards/margins", "logps/rejected"] {
                for (a, b) in zip(parts.values(name), whole.values(name)) {
                    #expect(abs(a! - b!) < 1e-9)
                }
            }
        }
    }

    @Test(arguments: TestBackend.cpu)
    func checkpointingChangesNothing(kind: TestBackend) throws {
        var settings = settings(2)
        let kept = try run(kind, settings).spy
        settings.pairs.gradientCheckpointing = true
        let again = try run(kind, settings).spy
        #expect(again.metrics == kept.metrics)
        #expect(again.saved == kept.saved)
    }

    /// From every step on, across the borders of epochs, bit for bit; the reference is part of what
    /// was saved.
    @Test(arguments: TestBackend.available)
    func resumedEqualsUninterrupted(kind: TestBackend) throws {
        let whole = try run(kind, settings(9)).spy
        #expect(whole.saved.map(\.step) == Array(1...9))
        for snapshot in whole.saved.dropLast() {
            let rest = try run(kind, settings(9), from: snapshot).spy
            #expect(rest.saved == Array(whole.saved[snapshot.step...]))
            #expect(rest.metrics == Array(whole.metrics[snapshot.step...]))
        }
        let spy = StageSpy()
        spy.interrupts = { $0?.step == 4 }
        #expect(try run(kind, settings(9), telling: spy).outcome == .interrupted(step: 4))
        #expect(spy.saved.last == whole.saved[3])
    }

    @Test(arguments: TestBackend.cpu)
    func oneThreadEqualsTwo(kind: TestBackend) throws {
        let results = try [1, 2].map { try run(kind, settings(4), threads: $0).spy }
        #expect(results[0].saved == results[1].saved)
        #expect(results[0].metrics == results[1].metrics)
    }

    /// With adapters the reference is the weights beside them, and these stay.
    @Test(arguments: TestBackend.exact)
    func adaptersAreTrainedAlone(kind: TestBackend) throws {
        let plain = LetterPolicy.make(on: kind.make())
        let policy = Policy(
            decoder: plain.decoder.adapted(
                TinyDecoder.lora(), random: RandomStream(seed: 1, name: "dpo/lora")),
            tokenizer: plain.tokenizer)
        let before = policy.decoder.store.values.doubles
        let spy = try run(kind, settings(4), policy: policy).spy
        #expect(spy.values("rewards/margins")[0] == 0)
        #expect(spy.values("rewards/margins")[3]! > 0)
        #expect(policy.decoder.store.values.doubles == before)
        #expect(policy.decoder.trained.values.doubles.contains { $0 != 0 })
    }

    @Test func settingsSurviveCodingAndNameWhatIsWrong() throws {
        var settings = settings(3, .robust)
        settings.labelSmoothing = 0.2
        let data = try JSONCoding.encode(settings)
        #expect(try JSONCoding.decode(DPOSettings.self, data) == settings)
        #expect(settings.problems().isEmpty)
        settings.labelSmoothing = 0.5
        settings.beta = 0
        #expect(Set(settings.problems().map(\.key)) == ["label_smoothing", "beta"])
        settings = self.settings(3, .ipo)
        settings.labelSmoothing = 0.1
        #expect(settings.problems().map(\.key) == ["label_smoothing"])
        let defaults = DPOSettings()
        #expect(defaults.problems().isEmpty)
        #expect((defaults.beta, defaults.pairs.optimizer.learningRate) == (0.1, 1e-6))
        #expect((defaults.pairs.maxLength, defaults.pairs.numTrainEpochs) == (1024, 3))
        #expect(RewardModelSettings().pairs.optimizer.learningRate == 1e-4)
    }
}
