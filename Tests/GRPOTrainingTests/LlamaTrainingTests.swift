import GRPOModels
import GRPOObjectives
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// The loss, its gradients and three AdamW steps against PyTorch.
struct LlamaTrainingTests {
    /// The fixture's three completions, each a group of its own.
    private func rollouts(_ fixture: LlamaFixture) -> [Rollout] {
        let old = fixture.value("old_log_probs")
        let reference = fixture.value("reference_log_probs")
        var start = 0
        return fixture.pairs.enumerated().map { index, pair in
            let range = start..<start + pair.completion.count
            start = range.upperBound
            return Rollout(
                group: index, sample: 0, problem: Problem(id: "", prompt: "", answer: ""),
                promptIDs: pair.prompt, tokenIDs: pair.completion, text: "", finishReason: .stop,
                logProbabilities: Array(old[range]),
                referenceLogProbabilities: Array(reference[range]), reward: 0,
                advantage: fixture.document.advantages[index], hasSignal: true)
        }
    }

    private func update(_ fixture: LlamaFixture, _ aggregation: Aggregation) -> PolicyUpdate {
        let clip = fixture.document.clip
        return PolicyUpdate(
            objective: PolicyObjective(
                weightFunction: .clip(low: clip, high: clip), aggregation: aggregation,
                kl: KLPenalty(estimator: .k3, beta: fixture.document.beta)),
            temperature: 1, microBatch: MicroBatchBudget(rows: 20))
    }

    @Test(arguments: LlamaFixture.names, TestBackend.available)
    func lossesAndGradients(name: String, kind: TestBackend) throws {
        let fixture = try LlamaFixture(name)
        let decoder = fixture.decoder(on: kind.make())
        decoder.store.enableGradients(decoder.backend)
        let bound = kind == .reference ? 1e-13 : kind.isBFloat16 ? 2e-2 : 2e-6

        let tokenMean = update(fixture, .tokenMean).accumulate(rollouts(fixture), into: decoder)
        #expect(abs(tokenMean.loss - fixture.document.lossTokenMean) < bound)
        decoder.store.zeroGradients(decoder.backend)
        let metrics = update(fixture, .sequenceMean).accumulate(rollouts(fixture), into: decoder)
        #expect(abs(metrics.loss - fixture.document.lossSequenceMean) < bound)
        let kl = fixture.value("kl")
        #expect(abs(metrics.values["kl"]! - kl.reduce(0, +) / Double(kl.count)) < bound)

        let errors = fixture.errors(under: "gradient.") { decoder.store[$0].gradient! }
        for (tensor, error) in errors where !(error < kind.gradientTolerance) {
            Issue.record("\(tensor): relative error \(error)")
        }
        let total = fixture.totalError(under: "gradient.") { decoder.store[$0].gradient! }
        #expect(total < kind.tolerance)
    }

    @Test(arguments: LlamaFixture.names, [Aggregation.tokenMean, .sequenceMean])
    func gradientsByLogProbability(name: String, aggregation: Aggregation) throws {
        let fixture = try LlamaFixture(name)
        var start = 0
        let sequences = fixture.pairs.map { pair in
            defer { start += pair.completion.count }
            return start..<start + pair.completion.count
        }
        let loss = update(fixture, aggregation).objective.evaluate(
            PolicyBatch(
                logProbabilities: fixture.value("log_probs"),
                oldLogProbabilities: fixture.value("old_log_probs"),
                referenceLogProbabilities: fixture.value("reference_log_probs"),
                sequences: sequences, advantages: .perSequence(fixture.document.advantages)))
        let key = aggregation == .tokenMean ? "token_mean" : "sequence_mean"
        #expect(
            Distance.largest(loss.dLogProbabilities, fixture.value("dlog_probs_" + key)) < 1e-15)
    }

    /// PyTorch's optimizer decays every parameter here, so the step is taken over the whole store;
    /// that ours spares norms and biases is another test.
    @Test(arguments: LlamaFixture.names, TestBackend.available)
    func threeStepsOfAdamW(name: String, kind: TestBackend) throws {
        let fixture = try LlamaFixture(name)
        let backend = kind.make()
        let decoder = fixture.decoder(on: backend)
        let store = decoder.store
        store.enableGradients(backend)
        let first = backend.zeros(store.values.shape, store.values.dtype)
        let second = backend.zeros(store.values.shape, store.values.dtype)
        let bound = kind == .reference ? 1e-7 : kind.tolerance
        let settings = fixture.document.optimizer
        for step in 1...3 {
            let metrics = update(fixture, .sequenceMean)
                .accumulate(rollouts(fixture), into: decoder)
            #expect(
                abs(metrics.loss - fixture.document.stepLosses[step - 1])
                    < (kind.isBFloat16 ? 5e-2 : bound * 10))
            let norm = backend.squaredNorm(store.gradients!).squareRoot()
            let expected = fixture.document.stepGradientNorms[step - 1]
            // In bfloat16 the paths part: Adam gives the smallest gradients full steps.
            #expect(
                abs(norm - expected)
                    < (!kind.isBFloat16 ? bound : step == 1 ? 2e-2 : 0.1) * expected)
            backend.adamW(
                store.values, gradient: store.gradients!, firstMoment: first,
                secondMoment: second,
                step: AdamWStep(
                    learningRate: settings.learningRate, weightDecay: settings.weightDecay,
                    step: step, gradientScale: min(1, settings.maxGradNorm / (norm + 1e-6))))
            store.didChange()
            store.zeroGradients(backend)
        }
        let errors = fixture.errors(under: "after.") { store[$0].values }
        for (tensor, error) in errors where !(error < kind.gradientTolerance) {
            Issue.record("\(tensor): relative error \(error)")
        }
        #expect(fixture.totalError(under: "after.") { store[$0].values } < kind.tolerance)
    }
}
