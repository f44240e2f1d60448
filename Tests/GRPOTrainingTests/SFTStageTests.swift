import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining
import Testing

struct SFTStageTests {
    private func settings(_ change: (inout SFTSettings) -> Void = { _ in }) -> SFTSettings {
        var settings = SFTSettings()
        settings.documentsPerStep = 6
        settings.saveSteps = 1
        settings.optimizer.learningRate = 0.02
        settings.optimizer.weightDecay = 0.01
        change(&settings)
        return settings
    }

    private func run(
        _ kind: TestBackend, _ settings: SFTSettings,
        texts: any TextStream = NumberedTexts(count: 15),
        threads: Int = 1, from snapshot: Snapshot? = nil, telling spy: StageSpy = StageSpy()
    ) throws -> (spy: StageSpy, outcome: StageOutcome) {
        let policy = LetterPolicy.make(on: kind.make(threads: threads))
        let stage = SFTStage(
            name: "sft", settings: settings, source: texts, prompt: .plain, seed: 1)
        var state = stage.initialState(policy)
        if let snapshot { snapshot.restore(&state) }
        return (spy, try stage.run(policy, from: state, monitor: spy))
    }

    @Test(arguments: TestBackend.precise)
    func theLossFalls(kind: TestBackend) throws {
        let losses = try run(kind, settings { $0.numTrainEpochs = 20 }).spy
            .values("loss").map { $0! }
        #expect(losses.count == 50)
        let (first, last) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
        #expect(last < 0.6 * first)
    }

    /// Two epochs of 15 documents in sixes are five steps; of 2.2 epochs, 33 documents, six, the
    /// last with three.
    @Test func epochsEndWhereTheirDocumentsDo() throws {
        let even = try run(.reference, settings()).spy
        #expect(even.values("epoch") == [0.4, 0.8, 1.2, 1.6, 2])
        let odd = try run(.reference, settings { $0.numTrainEpochs = 2.2 }).spy
        #expect(odd.values("epoch") == [0.4, 0.8, 1.2, 1.6, 2, 2.2])
        #expect(odd.records.allSatisfy { $0.steps == 6 })
        // A completion of one or two letters and its ending: in 15 documents 6 * 2 + 9 * 3 tokens.
        #expect(even.values("num_tokens").last == 78)
    }

    @Test func maxStepsGoesBeforeEpochs() throws {
        let spy = try run(.reference, settings { $0.maxSteps = 3 }).spy
        #expect(spy.values("epoch") == [0.4, 0.8, 1.2])
        let endless = try run(
            .reference, settings { $0.maxSteps = 2 }, texts: NumberedTexts(count: nil)
        ).spy
        #expect(endless.records.count == 2)
        #expect(endless.values("epoch") == [nil, nil])
    }

    @Test(arguments: TestBackend.available)
    func resumedEqualsUninterrupted(kind: TestBackend) throws {
        let whole = try run(kind, settings()).spy
        #expect(whole.saved.map(\.step) == Array(1...5))
        for snapshot in whole.saved.dropLast() {
            let rest = try run(kind, settings(), from: snapshot).spy
            #expect(rest.saved == Array(whole.saved[snapshot.step...]))
            #expect(rest.metrics == Array(whole.metrics[snapshot.step...]))
        }
        let spy = StageSpy()
        spy.interrupts = { $0?.step == 3 }
        let stopped = try run(kind, settings { $0.saveSteps = 100 }, telling: spy)
        #expect(stopped.outcome == .interrupted(step: 3))
        #expect(spy.saved == [whole.saved[2]])
    }

    @Test(arguments: TestBackend.cpu)
    func threadsChangeNothing(kind: TestBackend) throws {
        let one = try run(kind, settings()).spy
        let three = try run(kind, settings(), threads: 3).spy
        #expect(three.saved == one.saved)
        #expect(three.metrics == one.metrics)
    }

    /// FAILURES 1: micro-batches are memory, not mathematics.
    @Test func microBatchesChangeNothing() throws {
        let whole = try run(.reference, settings()).spy
        for budget in [1, 7, 20] {
            let parts = try run(.reference, settings { $0.microBatchTokens = budget }).spy
            #expect(
                Distance.relative(parts.saved[4].weights, whole.saved[4].weights) < 1e-10)
        }
    }

    @Test(arguments: TestBackend.cpu)
    func checkpointingChangesNothing(kind: TestBackend) throws {
        let kept = try run(kind, settings()).spy
        let again = try run(kind, settings { $0.gradientCheckpointing = true }).spy
        #expect(again.saved == kept.saved)
    }

    /// On documents without prompts fine-tuning is pretraining: the loop is the same.
    @Test func onTheSameBatchItIsPretraining() throws {
        let texts = OneText()
        var pretrain = PretrainSettings()
        pretrain.maxSteps = 3
        pretrain.documentsPerStep = 6
        pretrain.saveSteps = 1
        pretrain.optimizer = settings().optimizer
        let policy = LetterPolicy.make(on: TestBackend.reference.make())
        let stage = PretrainStage(name: "sft", settings: pretrain, source: texts, seed: 1)
        let spy = StageSpy()
        _ = try stage.run(policy, from: stage.initialState(policy), monitor: spy)
        let tuned = try run(
            .reference,
            settings {
                $0.maxSteps = 3
                $0.completionOnlyLoss = false
            }, texts: texts
        ).spy
        #expect(tuned.saved == spy.saved)
    }

    @Test func dataThatCannotBeTrainedOnIsRefused() throws {
        #expect {
            try run(.reference, settings(), texts: NumberedTexts(count: nil))
        } throws: {
            "\($0)"
                == "stage sft: num_train_epochs of data that has no end; set max_steps, or mix in "
                + "data that has one"
        }
        #expect {
            try run(.reference, settings(), texts: NumberedTexts(count: 0))
        } throws: {
            "\($0)" == "stage sft: its data has no documents; name data that has some"
        }
    }
}

/// The same document without end.
private struct OneText: TextStream {
    var alphabet: [Character] { Array("abcdef=") }

    func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        TextDocument(prompt: "ab=", completion: "cd")
    }
}

struct SFTSettingsTests {
    /// Nature 645, supplement B.4.2.
    @Test func defaultsAreR1s() {
        let settings = SFTSettings()
        #expect(settings.problems().isEmpty)
        #expect((settings.numTrainEpochs, settings.documentsPerStep) == (2, 128))
        let schedule = settings.optimizer.schedule(steps: 1000)
        #expect(schedule[1] == 5e-5)
        #expect(abs(schedule[1000] - 5e-6) < 1e-9)
        #expect(settings.completionOnlyLoss)
    }

    @Test func stepsFollowFromEpochs() {
        var settings = SFTSettings()
        #expect(settings.steps(for: 640) == 10)
        #expect(settings.steps(for: 641) == 11)
        #expect(settings.steps(for: nil) == nil)
        settings.maxSteps = 3
        #expect(settings.steps(for: nil) == 3)
        #expect(settings.documentsDrawn(of: 640) == 384)
        settings.maxSteps = .max
        #expect(settings.documentsDrawn(of: nil) == .max)
    }

    @Test func everythingOutOfRangeIsNamedAtOnce() {
        var settings = SFTSettings()
        settings.maxSteps = 0
        settings.documentsPerStep = 0
        settings.microBatchTokens = 0
        settings.saveSteps = 0
        settings.numTrainEpochs = 0
        settings.optimizer.learningRate = -1
        #expect(
            Set(settings.problems().map(\.key)) == [
                "max_steps", "documents_per_step", "micro_batch_tokens", "save_steps",
                "num_train_epochs", "learning_rate",
            ])
    }

    @Test func theySurviveCoding() throws {
        var settings = SFTSettings()
        settings.maxSteps = 5
        settings.numTrainEpochs = 1.5
        settings.completionOnlyLoss = false
        settings.gradientCheckpointing = true
        settings.optimizer.warmupRatio = 0.1
        let data = try JSONCoding.encode(settings)
        #expect(try JSONCoding.decode(SFTSettings.self, data) == settings)
    }
}
