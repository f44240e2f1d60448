import Foundation
import GRPOModels
import GRPOReference
import GRPOTensors
import GRPOTestSupport
import Testing

/// Adapters beside frozen weights (Hu et al. 2021).
struct LoRATests {
    struct Variant: Sendable, CustomStringConvertible {
        let description: String
        let settings: LoRASettings
        let configuration: DecoderConfiguration
        let packing: TestPacking

        static let all = [
            Variant(
                description: "all projections", settings: TinyDecoder.lora(),
                configuration: TinyDecoder.configuration(), packing: .ragged),
            Variant(
                description: "q and v, biases, prefix",
                settings: TinyDecoder.lora(.listed([.value, .query]), rank: 2),
                configuration: TinyDecoder.configuration(tied: false, biases: true),
                packing: .sharedPrefix),
            Variant(
                description: "k, up and down, norms of q and k",
                settings: TinyDecoder.lora(
                    .listed([.key, .up, .down]), rank: 1, rankStabilized: true),
                configuration: TinyDecoder.configuration(headNorms: true), packing: .one),
        ]
    }

    /// dLoss / dlogp of every row of a pass, carried back to the trained parameters.
    private func accumulate(_ decoder: Decoder, _ packing: Packing, _ gradients: [Double]) {
        let backend = decoder.backend
        let count = packing.tokenCount
        let pass = Pass(backend, packing)
        var (x, saved) = decoder.forward(TinyDecoder.tokens(count), pass)
        let (_, head) = decoder.head.logProbabilities(
            x, rows: (0..<Int32(count)).map { $0 }, targets: TinyDecoder.tokens(count, seed: 2),
            temperature: 0.9, backend)
        x = decoder.head.backward(
            gradients, dEntropies: nil, head, tokenCount: count, backend)
        decoder.backward(x, &saved, pass)
    }

    private func logProbabilities(_ decoder: Decoder, _ packing: Packing) -> [Double] {
        let count = packing.tokenCount
        return decoder.head.logProbabilities(
            decoder.infer(TinyDecoder.tokens(count), Pass(decoder.backend, packing)),
            rows: (0..<Int32(count)).map { $0 }, targets: TinyDecoder.tokens(count, seed: 2),
            temperature: 0.9, decoder.backend
        ).result.logProbabilities
    }

    @Test(arguments: Variant.all)
    func everyGradientAgainstDifferences(variant: Variant) {
        let backend = ReferenceBackend()
        let decoder = TinyDecoder.adapted(
            TinyDecoder.make(variant.configuration, on: backend), variant.settings)
        decoder.trained.enableGradients(backend)
        let packing = variant.packing.packing
        let weights = RandomStream(seed: 3, name: "dlogs")
            .normals(count: packing.tokenCount, step: 0, slot: 0)
        accumulate(decoder, packing, weights)
        let errors = GradientCheck.errors(
            decoder.trained.parameters.map {
                GradientCheck.Variable($0.name, $0.values, gradient: $0.gradient!.doubles)
            }, changed: decoder.trained.didChange
        ) {
            zip(logProbabilities(decoder, packing), weights).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(errors.count == decoder.trained.parameters.count && !errors.isEmpty)
        for (name, error) in errors where !(error < 1e-6) {
            Issue.record("\(name): relative error \(error)")
        }
    }

    /// Fresh adapters, whose B is 0, are no change at all: the reference of a stage is its policy.
    @Test(arguments: TestBackend.available)
    func freshAdaptersAddNothing(kind: TestBackend) {
        let plain = TinyDecoder.make(TinyDecoder.configuration(), on: kind.make())
        let packing = Packing(lengths: [7, 20])
        let before = logProbabilities(plain, packing)
        let adapted = plain.adapted(
            TinyDecoder.lora(), random: RandomStream(seed: 1, name: "test/lora"))
        #expect(logProbabilities(adapted, packing) == before)
        #expect(logProbabilities(adapted.reference(), packing) == before)
    }

    @Test func theWeightsAreFrozenAndShared() {
        let backend = ReferenceBackend()
        let plain = TinyDecoder.make(TinyDecoder.configuration(), on: backend)
        plain.store.enableGradients(backend)
        let decoder = TinyDecoder.adapted(plain, TinyDecoder.lora())
        let reference = decoder.reference()
        #expect(decoder.store === plain.store && reference.store === plain.store)
        #expect(plain.store.gradients == nil)
        #expect(plain.store.parameters.allSatisfy { $0.gradient == nil })
        decoder.trained.enableGradients(backend)
        let before = plain.store.values.doubles
        accumulate(decoder, Packing(lengths: [6]), [1, -1, 2, 0.5, 1, 1])
        #expect(decoder.trained.gradients!.doubles.contains { $0 != 0 })
        #expect(plain.store.values.doubles == before)
        #expect(reference.adapters == nil)
    }

    /// W + s B A computes what the adapters beside W compute, for every choice of projections.
    @Test(arguments: TestBackend.available, Variant.all)
    func mergedWeightsComputeTheSame(kind: TestBackend, variant: Variant) {
        let plain = TinyDecoder.make(variant.configuration, on: kind.make())
        let decoder = TinyDecoder.adapted(plain, variant.settings)
        let packing = Packing(lengths: [9, 4])
        let expected = logProbabilities(decoder, packing)
        let weights = plain.store.values.doubles
        let merged = decoder.merged()
        #expect(plain.store.values.doubles == weights)
        // What the adapters change is what a wrong merge would miss.
        let change = Distance.largest(logProbabilities(plain, packing), expected)
        let error = Distance.largest(logProbabilities(merged, packing), expected)
        #expect(change > 1e-2)
        #expect(error < change * (kind == .reference ? 1e-11 : kind.isBFloat16 ? 0.1 : 1e-3))
        let inPlace = decoder.mergedInPlace()
        #expect(inPlace.store === plain.store && inPlace.adapters == nil)
        #expect(inPlace.store.values.doubles == merged.store.values.doubles)
        #expect(logProbabilities(inPlace, packing) == logProbabilities(merged, packing))
    }

    /// FAILURES 26 and 27, of the matrix that is made from B.
    @Test(arguments: TestBackend.available)
    func changedAdaptersAreSeenAtOnce(kind: TestBackend) {
        let decoder = TinyDecoder.adapted(
            TinyDecoder.make(TinyDecoder.configuration(), on: kind.make()), TinyDecoder.lora())
        let packing = Packing(lengths: [9])
        let before = logProbabilities(decoder, packing)
        for name in ["layers.0.attention.qkv.lora_b", "layers.1.feed_forward.down.lora_a"] {
            let values = decoder.trained[name].values
            values.fill(from: values.doubles.map { $0 * 1.5 })
            decoder.trained.didChange()
            let after = logProbabilities(decoder, packing)
            #expect(after != before)
            let fresh = decoder.frozenCopy().adapted(TinyDecoder.lora())
            fresh.trained.copyValues(from: decoder.trained)
            #expect(after == logProbabilities(fresh, packing))
        }
    }

    /// Activations computed again give the gradient of those kept, bit for bit.
    @Test(arguments: TestBackend.available)
    func checkpointingChangesNoBit(kind: TestBackend) {
        func gradient(checkpointing: Bool) -> [Double] {
            let backend = kind.make()
            let decoder = TinyDecoder.adapted(
                TinyDecoder.make(TinyDecoder.configuration(headNorms: true), on: backend),
                TinyDecoder.lora())
            decoder.trained.enableGradients(backend)
            let pass = Pass(backend, Packing(lengths: [8, 5]))
            var (x, saved) = decoder.forward(
                TinyDecoder.tokens(13), pass, checkpointing: checkpointing)
            x.fill(from: (0..<x.count).map { Double($0 % 7) - 3 })
            decoder.backward(x, &saved, pass)
            return decoder.trained.gradients!.doubles
        }
        let kept = gradient(checkpointing: false)
        #expect(kept.contains { $0 != 0 })
        #expect(gradient(checkpointing: true) == kept)
    }

    /// Kaiming's uniform distribution with a = √5, as PEFT draws A: |a| ≤ 1 / √inputs.
    @Test func theFirstValuesArePEFTs() {
        let backend = ReferenceBackend()
        let configuration = DecoderConfiguration(
            vocabularySize: 8, hiddenSize: 64, intermediateSize: 100, layers: 2, heads: 4)
        let decoder = Decoder(configuration, backend: backend).adapted(
            TinyDecoder.lora(rank: 16), random: RandomStream(seed: 2, name: "test/lora"))
        for (name, inputs) in [("attention.qkv", 64.0), ("feed_forward.down", 100)] {
            let a = decoder.trained["layers.1.\(name).lora_a"].values.doubles
            let bound = 1 / inputs.squareRoot()
            #expect(a.allSatisfy { abs($0) <= bound })
            let mean = a.reduce(0, +) / Double(a.count)
            let variance = a.reduce(0) { $0 + $1 * $1 } / Double(a.count)
            #expect(abs(mean) < 0.1 * bound)
            #expect(abs(variance - bound * bound / 3) < 0.05 * bound * bound)
            #expect(
                decoder.trained["layers.1.\(name).lora_b"].values.doubles.allSatisfy { $0 == 0 })
        }
        let first = decoder.trained["layers.0.attention.qkv.lora_a"].values.doubles
        #expect(first != decoder.trained["layers.1.attention.qkv.lora_a"].values.doubles)
    }

    /// Every row of every A and B has one PEFT name.
    @Test(arguments: [LoRATargets.allLinear, .listed([.value, .query, .up])])
    func namesCoverEveryParameter(targets: LoRATargets) {
        let configuration = TinyDecoder.configuration()
        let settings = TinyDecoder.lora(targets)
        let decoder = TinyDecoder.make(configuration, on: ReferenceBackend()).adapted(settings)
        let bindings = AdapterLayout(configuration, settings).peftBindings
        #expect(bindings.count == 2 * configuration.layers * targets.targets.count)
        #expect(Set(bindings.map(\.tensorName)).count == bindings.count)
        for parameter in decoder.trained.parameters {
            let rows = bindings.filter { $0.parameter == parameter.name }
                .flatMap { Array($0.rows) }
            #expect(rows == Array(0..<parameter.shape[0]), "\(parameter.name)")
        }
        #expect(
            bindings[0].tensorName
                == "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight")
    }

    @Test func settingsAreCheckedAndCoded() throws {
        var settings = LoRASettings()
        #expect(settings.problems().isEmpty)
        #expect(settings.scale == 2)
        settings.useRSLoRA = true
        #expect(settings.scale == 8)
        settings.targetModules = .listed([.up, .query])
        let data = try JSONEncoder().encode(settings)
        #expect(try JSONDecoder().decode(LoRASettings.self, from: data) == settings)
        #expect(settings.targetModules.targets == [.query, .up])
        settings.r = 0
        settings.alpha = 0
        settings.dropout = 0.05
        settings.targetModules = .listed([])
        #expect(settings.problems().map(\.key) == ["r", "alpha", "dropout", "target_modules"])
    }

    /// The rotary table never changes, and a long one is large.
    @Test func copiesShareTheRotaryTable() {
        let backend = ReferenceBackend()
        let configuration = TinyDecoder.configuration(positions: 1 << 14)
        let plain = TinyDecoder.make(configuration, on: backend)
        let adapted = TinyDecoder.adapted(plain, TinyDecoder.lora())
        for copy in [plain.frozenCopy, adapted.merged] {
            let before = backend.pool.bytesInUse
            let table = configuration.maxPositions * configuration.headDim * 8
            withExtendedLifetime(copy()) {
                #expect($0.store !== plain.store)
                #expect(backend.pool.bytesInUse - before < table)
            }
        }
    }

    /// The trained numbers and nothing else have gradients, so memory follows the adapters.
    @Test func memoryFollowsTheAdapters() {
        func gradients(_ lora: LoRASettings?) -> Int {
            let backend = ReferenceBackend()
            var decoder = TinyDecoder.make(
                TinyDecoder.configuration(vocabulary: 400), on: backend)
            if let lora { decoder = decoder.adapted(lora) }
            let before = backend.pool.bytesInUse
            decoder.trained.enableGradients(backend)
            return backend.pool.bytesInUse - before
        }
        #expect(gradients(TinyDecoder.lora(rank: 1)) * 5 < gradients(nil))
    }
}
