import Foundation
import GRPOModels
import GRPOReference
import GRPOTensors
import GRPOTestSupport
import Testing

/// A reward model upon one of the tiny models, with what transformers says of it: see
/// `Fixtures/README.md`.
private struct ScoreFixture {
    static let names = ["llama-tied", "llama-untied", "qwen3-tied"]

    let base: LlamaFixture
    let arrays: SafetensorsFixture

    init(_ name: String) throws {
        base = try LlamaFixture(name)
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures")
        arrays = try SafetensorsFixture(
            contentsOf: folder.appending(path: "score-\(name).safetensors"))
    }

    var bindings: [TensorBinding] {
        var configuration = base.configuration
        configuration.scoreHead = true
        return DecoderFamily.huggingFaceBindings(configuration)
    }

    func decoder(on backend: any Backend) -> Decoder {
        var configuration = base.configuration
        configuration.scoreHead = true
        let decoder = Decoder(configuration, backend: backend)
        for binding in bindings {
            let source = binding.parameter == "score" ? arrays : base.arrays
            decoder.store[binding.parameter].values.rows(binding.rows)
                .fill(from: source["parameter." + binding.tensorName].doubles)
        }
        decoder.store.didChange()
        return decoder
    }

    /// The row of every sequence's last token.
    var lastRows: [Int32] {
        base.document.lengths.reduce(into: []) { $0.append(($0.last ?? -1) + Int32($1)) }
    }

    func pass(_ backend: any Backend) -> Pass {
        Pass(backend, Packing(lengths: base.document.lengths))
    }
}

struct ScoreHeadTests {
    /// The decoder with a score head, drawn.
    private func decoder(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> Decoder {
        var configuration = configuration
        configuration.scoreHead = true
        return TinyDecoder.make(configuration, on: backend)
    }

    /// In bfloat16 PyTorch's own autocast is off by up to 3.2e-2 here, and by 2.7e-2 on the whole
    /// gradient below; few terms make up a score.
    private func tolerance(_ kind: TestBackend) -> Double {
        kind.isBFloat16 ? 3.5e-2 : kind.tolerance
    }

    @Test(arguments: ScoreFixture.names, TestBackend.available)
    fileprivate func scoresAreTransformers(name: String, kind: TestBackend) throws {
        let fixture = try ScoreFixture(name)
        let backend = kind.make()
        let decoder = fixture.decoder(on: backend)
        let x = decoder.infer(fixture.base.sequences.flatMap { $0 }, fixture.pass(backend))
        let scores = decoder.scoreHead!.scores(x, rows: fixture.lastRows, backend).scores
        let error = Distance.relative(scores, fixture.arrays["value.scores"].doubles)
        #expect(error < (kind == .reference ? 1e-12 : tolerance(kind)))
    }

    @Test(arguments: ScoreFixture.names, TestBackend.available)
    fileprivate func everyGradientIsTransformers(name: String, kind: TestBackend) throws {
        let fixture = try ScoreFixture(name)
        let backend = kind.make()
        let decoder = fixture.decoder(on: backend)
        decoder.store.enableGradients(backend)
        let tokens = fixture.base.sequences.flatMap { $0 }
        let pass = fixture.pass(backend)
        var (x, saved) = decoder.forward(tokens, pass)
        let (_, head) = decoder.scoreHead!.scores(x, rows: fixture.lastRows, backend)
        x = decoder.scoreHead!.backward(
            fixture.arrays["value.dscores"].doubles, head, tokenCount: tokens.count, backend)
        decoder.backward(x, &saved, pass)

        var (found, expected): ([Double], [Double]) = ([], [])
        for binding in fixture.bindings {
            let own = decoder.store[binding.parameter].gradient!.rows(binding.rows).doubles
            let theirs = fixture.arrays["gradient." + binding.tensorName].doubles
            let error = Distance.relative(own, theirs)
            if !(error < kind.gradientTolerance) {
                Issue.record("\(binding.tensorName): relative error \(error)")
            }
            found += own
            expected += theirs
        }
        #expect(fixture.bindings.count == fixture.arrays.names(under: "gradient.").count)
        #expect(Distance.relative(found, expected) < tolerance(kind))
    }

    /// Every parameter of the whole decoder against central differences in Double; a row may be
    /// scored twice.
    @Test(arguments: TestPacking.allCases, [false, true])
    func centralDifferences(packing: TestPacking, biases: Bool) {
        let backend = ReferenceBackend()
        let decoder = decoder(
            TinyDecoder.configuration(tied: !biases, biases: biases), on: backend)
        decoder.store.enableGradients(backend)
        let packing = packing.packing
        let tokens = TinyDecoder.tokens(packing.tokenCount)
        let rows =
            packing.sequences.map { Int32($0.rows.upperBound - 1) }
            + [Int32(packing.tokenCount - 1)]
        let weights = RandomStream(seed: 3, name: "dscores")
            .normals(count: rows.count, step: 0, slot: 0)
        let pass = Pass(backend, packing)
        let head = decoder.scoreHead!

        var (x, saved) = decoder.forward(tokens, pass)
        let (_, headSaved) = head.scores(x, rows: rows, backend)
        x = head.backward(weights, headSaved, tokenCount: packing.tokenCount, backend)
        decoder.backward(x, &saved, pass)
        let errors = GradientCheck.errors(
            decoder.store.parameters.map {
                GradientCheck.Variable($0.name, $0.values, gradient: $0.gradient!.doubles)
            }, changed: decoder.store.didChange
        ) {
            let scores = head.scores(decoder.infer(tokens, pass), rows: rows, backend).scores
            return zip(scores, weights).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(errors.count == decoder.configuration.parameters.count)
        #expect(errors["score"] != nil && errors["head"] == nil)
        for (name, error) in errors where !(error < 1e-6) {
            Issue.record("\(name): relative error \(error)")
        }
    }

    /// Adapters and the score head are trained; the weights beside them are not.
    @Test(arguments: TestPacking.allCases)
    func centralDifferencesOfAdapters(packing: TestPacking) {
        let backend = ReferenceBackend()
        let base = decoder(TinyDecoder.configuration(), on: backend)
        let decoder = TinyDecoder.adapted(base, TinyDecoder.lora())
        decoder.trained.enableGradients(backend)
        let packing = packing.packing
        let tokens = TinyDecoder.tokens(packing.tokenCount)
        let rows = packing.sequences.map { Int32($0.rows.upperBound - 1) }
        let weights = RandomStream(seed: 3, name: "dscores")
            .normals(count: rows.count, step: 0, slot: 0)
        let pass = Pass(backend, packing)
        let head = decoder.scoreHead!

        var (x, saved) = decoder.forward(tokens, pass)
        let (_, headSaved) = head.scores(x, rows: rows, backend)
        x = head.backward(weights, headSaved, tokenCount: packing.tokenCount, backend)
        decoder.backward(x, &saved, pass)
        let errors = GradientCheck.errors(
            decoder.trained.parameters.map {
                GradientCheck.Variable($0.name, $0.values, gradient: $0.gradient!.doubles)
            }, changed: decoder.trained.didChange
        ) {
            let scores = head.scores(decoder.infer(tokens, pass), rows: rows, backend).scores
            return zip(scores, weights).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(errors["score"] != nil && errors.count > 1)
        for (name, error) in errors where !(error < 1e-6) {
            Issue.record("\(name): relative error \(error)")
        }
        #expect(base.store.gradients == nil)
        let score = { (decoder: Decoder) in
            decoder.scoreHead!.scores(decoder.infer(tokens, pass), rows: rows, backend).scores
        }
        #expect(Distance.relative(score(decoder.merged()), score(decoder)) < 1e-12)
    }

    /// Fresh adapters add nothing, and the score head goes on from where it was drawn.
    @Test func aScorerWithFreshAdaptersScoresAsBefore() {
        let backend = ReferenceBackend()
        let scorer = decoder(TinyDecoder.configuration(), on: backend)
        let adapted = scorer.adapted(
            TinyDecoder.lora(), random: RandomStream(seed: 1, name: "lora"))
        #expect(adapted.trained["score"].values.doubles == scorer.store["score"].values.doubles)
        let tokens = TinyDecoder.tokens(6)
        let pass = Pass(backend, Packing(lengths: [6]))
        let scores = [scorer, adapted].map {
            $0.scoreHead!.scores($0.infer(tokens, pass), rows: [5], backend).scores[0]
        }
        #expect(scores[0] == scores[1])
    }

    /// A score depends on its own sequence alone: bit for bit the same packed with others, behind a
    /// shared prefix, alone, on one thread and on two.
    @Test(arguments: TestBackend.exact)
    func aScoreDependsOnItsSequenceAlone(kind: TestBackend) {
        let prompt = TinyDecoder.tokens(7, seed: 4)
        let rests = (0..<4).map { TinyDecoder.tokens(1 + 3 * $0, seed: UInt64(10 + $0)) }
        func decoder(threads: Int) -> Decoder {
            self.decoder(TinyDecoder.configuration(), on: kind.make(threads: threads))
        }
        func scores(_ decoder: Decoder, _ packing: Packing, _ tokens: [Int32]) -> [Double] {
            let rows = packing.sequences.map { Int32($0.rows.upperBound - 1) }
            return decoder.scoreHead!.scores(
                decoder.infer(tokens, Pass(decoder.backend, packing)), rows: rows,
                decoder.backend
            ).scores
        }
        let one = decoder(threads: 1)
        let alone = rests.map { scores(one, Packing(lengths: [7 + $0.count]), prompt + $0)[0] }
        let packed = scores(
            one, Packing(lengths: rests.map { 7 + $0.count }), rests.flatMap { prompt + $0 })
        #expect(packed == alone)
        #expect(Set(alone).count == 4)
        var shared = Packing()
        let prefix = shared.append(length: 7)
        for rest in rests { shared.append(length: rest.count, prefix: prefix) }
        for threads in [1, 2] {
            let found = scores(decoder(threads: threads), shared, prompt + rests.flatMap { $0 })
            #expect(Array(found.dropFirst()) == alone)
        }
    }

    @Test func aScorerIsItsPolicyWithAnotherHead() {
        let backend = ReferenceBackend()
        let policy = TinyDecoder.make(TinyDecoder.configuration(tied: false), on: backend)
        let scorer = policy.scorer(random: RandomStream(seed: 1, name: "score"))
        #expect(scorer.configuration.scoreHead && !policy.configuration.scoreHead)
        #expect(scorer.store.find("head") == nil)
        #expect(scorer.store["score"].shape == [1, 8])
        #expect(scorer.store["score"].values.doubles.contains { $0 != 0 })
        #expect(scorer.store.count == policy.store.count - 11 * 8 + 8)
        for parameter in scorer.store.parameters where parameter.name != "score" {
            #expect(parameter.values.doubles == policy.store[parameter.name].values.doubles)
        }
        let other = policy.scorer(random: RandomStream(seed: 2, name: "score"))
        #expect(other.store["score"].values.doubles != scorer.store["score"].values.doubles)
        scorer.store["norm"].values.fill(from: repeatElement(0, count: 8))
        #expect(policy.store["norm"].values.doubles.allSatisfy { $0 != 0 })
    }

    /// What adapters add to the policy is part of its scorer.
    @Test func adaptersAreMergedIntoAScorer() {
        let backend = ReferenceBackend()
        let base = TinyDecoder.make(TinyDecoder.configuration(), on: backend)
        let adapted = TinyDecoder.adapted(base, TinyDecoder.lora())
        let scorer = adapted.scorer(random: RandomStream(seed: 1, name: "score"))
        let tokens = TinyDecoder.tokens(6)
        let pass = Pass(backend, Packing(lengths: [6]))
        #expect(scorer.adapters == nil)
        #expect(
            Distance.relative(
                scorer.infer(tokens, pass).doubles, adapted.infer(tokens, pass).doubles) < 1e-12)
    }

    @Test func aConfigurationWithoutTheKeyHasNoScoreHead() throws {
        var configuration = TinyDecoder.configuration(tied: false)
        configuration.scoreHead = true
        let data = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(DecoderConfiguration.self, from: data) == configuration)
        var document = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(document.removeValue(forKey: "scoreHead") as? Bool == true)
        let old = try JSONDecoder().decode(
            DecoderConfiguration.self, from: JSONSerialization.data(withJSONObject: document))
        #expect(!old.scoreHead)
        #expect(old.parameters.contains { $0.name == "head" })
    }
}
