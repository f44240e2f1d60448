import GRPOModels
import GRPOTensors
import GRPOTestSupport
import Testing

/// Against transformers in Double: see `Fixtures/README.md`.
struct LlamaFixtureTests {
    private func packing(_ fixture: LlamaFixture) -> Packing {
        Packing(lengths: fixture.document.lengths)
    }

    /// The rows that predict completion tokens, and those tokens.
    private func rows(_ fixture: LlamaFixture) -> (rows: [Int32], targets: [Int32]) {
        var rows: [Int32] = []
        var targets: [Int32] = []
        for (sequence, pair) in zip(packing(fixture).sequences, fixture.pairs) {
            let first = sequence.rows.lowerBound + pair.prompt.count - 1
            rows += pair.completion.indices.map { Int32(first + $0) }
            targets += pair.completion
        }
        return (rows, targets)
    }

    @Test(arguments: LlamaFixture.names, TestBackend.available)
    func logits(name: String, kind: TestBackend) throws {
        let fixture = try LlamaFixture(name)
        let backend = kind.make()
        let decoder = fixture.decoder(on: backend)
        let tokens = fixture.sequences.flatMap { $0 }
        let x = decoder.infer(tokens, Pass(backend, packing(fixture)))
        let logits = decoder.head.logits(
            x, rows: tokens.indices.map(Int32.init), backend)
        let error = Distance.relative(logits.doubles, fixture.value("logits"))
        #expect(error < (kind == .reference ? 1e-12 : kind.tolerance))
    }

    /// FAILURES 9: the temperature is part of every log-probability.
    @Test(arguments: LlamaFixture.names, TestBackend.available)
    func logProbabilitiesAndEntropies(name: String, kind: TestBackend) throws {
        let fixture = try LlamaFixture(name)
        let backend = kind.make()
        let decoder = fixture.decoder(on: backend)
        let x = decoder.infer(
            fixture.sequences.flatMap { $0 }, Pass(backend, packing(fixture)))
        let (rows, targets) = rows(fixture)
        let bound = kind == .reference ? 1e-12 : kind.tolerance
        for (temperature, suffix) in [(1.0, ""), (0.7, "_at_0_7")] {
            let result = decoder.head.logProbabilities(
                x, rows: rows, targets: targets, temperature: temperature, backend
            ).result
            #expect(
                Distance.relative(
                    result.logProbabilities, fixture.value("log_probs" + suffix)) < bound)
            #expect(
                Distance.relative(result.entropies, fixture.value("entropies" + suffix)) < bound)
        }
    }

    /// Every parameter's gradient of the GRPO loss, from its gradient by log-probabilities.
    @Test(arguments: LlamaFixture.names, TestBackend.available)
    func everyGradient(name: String, kind: TestBackend) throws {
        let fixture = try LlamaFixture(name)
        let backend = kind.make()
        let decoder = fixture.decoder(on: backend)
        decoder.store.enableGradients(backend)
        let tokens = fixture.sequences.flatMap { $0 }
        let pass = Pass(backend, packing(fixture))
        let (rows, targets) = rows(fixture)
        var (x, saved) = decoder.forward(tokens, pass)
        let (_, head) = decoder.head.logProbabilities(
            x, rows: rows, targets: targets, temperature: 1, backend)
        x = decoder.head.backward(
            fixture.value("dlog_probs_sequence_mean"), dEntropies: nil, head,
            tokenCount: tokens.count, backend)
        decoder.backward(x, &saved, pass)
        let errors = fixture.errors(under: "gradient.") { decoder.store[$0].gradient! }
        #expect(errors.count == fixture.arrays.names(under: "gradient.").count)
        for (tensor, error) in errors where !(error < kind.gradientTolerance) {
            Issue.record("\(tensor): relative error \(error)")
        }
        let total = fixture.totalError(under: "gradient.") { decoder.store[$0].gradient! }
        #expect(total < kind.tolerance)
    }
}
