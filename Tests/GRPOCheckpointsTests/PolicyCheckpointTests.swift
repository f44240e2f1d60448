import Foundation
import GRPOCPU
import GRPOCheckpoints
import GRPOModels
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import Testing

@Suite("Policies in checkpoints")
struct PolicyCheckpointTests {
    private let backend = CPUBackend(threads: 1)
    private let tokenizer = CharacterTokenizer(alphabet: "0123456789")

    private func decoder(seed: UInt64, layers: Int = 2, biases: Bool = false) -> Decoder {
        TinyDecoder.make(
            TinyDecoder.configuration(
                scaling: .llama3(
                    factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4,
                    originalMaxPositions: 64), tied: !biases, biases: biases, layers: layers),
            seed: seed, on: backend)
    }

    private func bits(_ tensor: Tensor, of store: ParameterStore) -> [[UInt32]] {
        store.parameters.map { parameter in
            let address = tensor.address + parameter.range.lowerBound * tensor.dtype.byteCount
            return Array(
                UnsafeRawBufferPointer(
                    start: address, count: parameter.range.count * tensor.dtype.byteCount
                ).bindMemory(to: UInt32.self))
        }
    }

    @Test("weights, moments and reference come back bit by bit", arguments: [false, true])
    func roundTrip(biases: Bool) throws {
        let directory = try TestDirectory()
        let policy = decoder(seed: 1, biases: biases)
        let reference = decoder(seed: 2, biases: biases)
        let (first, second) = (
            decoder(seed: 3, biases: biases), decoder(seed: 4, biases: biases)
        )
        // Numbers that a detour through decimals or another type would lose.
        policy.store.parameters[0].values.fill(
            from: (0..<policy.store.parameters[0].values.count).map { index in
                [1e-45, -0.0, 1.1754942e-38, 3.4028235e38, 0.1][index % 5]
            })
        let texts = ["rollouts.json": "[0.1, \"é\\u0000\"]", "progress.json": "{}"]
        let content = try PolicyCheckpoint.content(
            policy, tokenizer: tokenizer.description,
            moments: (first.store.values, second.store.values), reference: reference,
            texts: texts)
        let saved = try CheckpointStore(directory: directory.path).save(
            content, step: 7, stage: "grpo", createdBy: "test"
        ).checkpoint

        let file = try PolicyCheckpoint(try Checkpoint.verify(saved.path))
        #expect(file.configuration == policy.configuration)
        #expect(file.tokenizer == tokenizer.description)
        for (name, text) in texts { #expect(try file.text(name) == text) }
        #expect(try file.text("absent.json") == nil)

        let loaded = Decoder(file.configuration, backend: backend)
        let version = loaded.store.parameters[0].weight.version
        try file.load(into: loaded)
        #expect(loaded.store.parameters[0].weight.version != version)
        #expect(
            bits(loaded.store.values, of: loaded.store)
                == bits(policy.store.values, of: policy.store))
        let anchor = Decoder(file.configuration, backend: backend)
        #expect(try file.loadReference(into: anchor))
        #expect(
            bits(anchor.store.values, of: loaded.store)
                == bits(reference.store.values, of: policy.store))
        let moments = (
            Decoder(file.configuration, backend: backend),
            Decoder(file.configuration, backend: backend)
        )
        try file.load(
            firstMoment: moments.0.store.values, secondMoment: moments.1.store.values, of: loaded)
        #expect(
            bits(moments.0.store.values, of: loaded.store)
                == bits(first.store.values, of: policy.store))
        #expect(
            bits(moments.1.store.values, of: loaded.store)
                == bits(second.store.values, of: policy.store))
    }

    @Test("of a policy with adapters these alone are kept, without weights and reference")
    func adapters() throws {
        let directory = try TestDirectory()
        let settings = TinyDecoder.lora(.listed([.query, .down]))
        let policy = TinyDecoder.adapted(decoder(seed: 1), settings)
        let (first, second) = (
            TinyDecoder.adapted(decoder(seed: 1), settings, seed: 2),
            TinyDecoder.adapted(decoder(seed: 1), settings, seed: 3)
        )
        let content = try PolicyCheckpoint.content(
            policy, tokenizer: tokenizer.description,
            moments: (first.trained.values, second.trained.values), reference: policy.reference(),
            texts: [:])
        #expect(
            content.arrays.allSatisfy {
                $0.name.hasPrefix("adapters/") || $0.name.hasPrefix("optimizer/")
            })
        let saved = try CheckpointStore(directory: directory.path).save(
            content, step: 7, stage: "grpo", createdBy: "test"
        ).checkpoint
        let file = try PolicyCheckpoint(try Checkpoint.verify(saved.path))
        #expect(file.adapters == settings)
        let loaded = decoder(seed: 1).adapted(settings)
        try file.load(into: loaded)
        #expect(
            bits(loaded.trained.values, of: loaded.trained)
                == bits(policy.trained.values, of: policy.trained))
        let moments = (decoder(seed: 1).adapted(settings), decoder(seed: 1).adapted(settings))
        try file.load(
            firstMoment: moments.0.trained.values, secondMoment: moments.1.trained.values,
            of: loaded)
        #expect(
            bits(moments.1.trained.values, of: loaded.trained)
                == bits(second.trained.values, of: policy.trained))
        #expect(throws: CheckpointError.self) { try file.load(into: decoder(seed: 1)) }
    }

    @Test("a reward model is saved as what it is, its score head in place of the other")
    func rewardModel() throws {
        let directory = try TestDirectory()
        let random = RandomStream(seed: 1, name: "score")
        let model = decoder(seed: 1, biases: true).scorer(random: random)
        let moments = (
            decoder(seed: 3, biases: true).scorer(random: random),
            decoder(seed: 4, biases: true).scorer(random: random)
        )
        let content = try PolicyCheckpoint.content(
            model, tokenizer: tokenizer.description,
            moments: (moments.0.store.values, moments.1.store.values), reference: nil, texts: [:])
        #expect(content.arrays.contains { $0.name == "policy/score" && $0.shape == [1, 8] })
        #expect(!content.arrays.contains { $0.name == "policy/head" })
        let saved = try CheckpointStore(directory: directory.path).save(
            content, step: 7, stage: "taste", createdBy: "test"
        ).checkpoint
        let file = try PolicyCheckpoint(try Checkpoint.verify(saved.path))
        #expect(file.configuration.scoreHead)
        #expect(file.configuration == model.configuration)
        let loaded = Decoder(file.configuration, backend: backend)
        try file.load(into: loaded)
        #expect(
            bits(loaded.store.values, of: loaded.store)
                == bits(model.store.values, of: model.store))
        let other = Decoder(file.configuration, backend: backend)
        try file.load(
            firstMoment: other.store.values,
            secondMoment: Decoder(file.configuration, backend: backend).store.values, of: loaded)
        #expect(
            bits(other.store.values, of: loaded.store)
                == bits(moments.0.store.values, of: model.store))
        let pass = Pass(backend, Packing(lengths: [5]))
        let tokens = TinyDecoder.tokens(5)
        func score(_ decoder: Decoder) throws -> [Double] {
            try #require(decoder.scoreHead).scores(
                decoder.infer(tokens, pass), rows: [4], backend
            ).scores
        }
        #expect(try score(loaded) == score(model))
        // A policy is no reward model, though all else be equal.
        #expect(throws: CheckpointError.self) {
            try file.load(into: decoder(seed: 1, biases: true))
        }
    }

    @Test("equal policies have equal files")
    func deterministic() throws {
        let hashes = try (0..<2).map { _ in
            let directory = try TestDirectory()
            let content = try PolicyCheckpoint.content(
                decoder(seed: 1), tokenizer: tokenizer.description, moments: nil, reference: nil,
                texts: ["b": "2", "a": "1"])
            return try CheckpointStore(directory: directory.path).save(
                content, step: 1, stage: "x", createdBy: "test"
            ).checkpoint.hash
        }
        #expect(hashes[0] == hashes[1])
    }

    @Test("what is not there is said: no reference, no moments, no policy at all")
    func missing() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        let policy = decoder(seed: 1)
        let content = try PolicyCheckpoint.content(
            policy, tokenizer: tokenizer.description, moments: nil, reference: nil, texts: [:])
        let bare = try store.save(content, step: 1, stage: "x", createdBy: "test").checkpoint
        let file = try PolicyCheckpoint(bare)
        let other = decoder(seed: 5)
        #expect(try !file.loadReference(into: other))
        let name = "optimizer/first_moment/\(policy.store.parameters[0].name)"
        #expect(throws: CheckpointError.missingDataset(path: bare.path, name: name)) {
            try file.load(
                firstMoment: other.store.values, secondMoment: other.store.values, of: policy)
        }

        let sample = try store.saveSample(seed: 1, step: 2).checkpoint
        #expect(throws: CheckpointError.missingDataset(path: sample.path, name: "model.json")) {
            _ = try PolicyCheckpoint(sample).configuration
        }
    }

    /// A change of the configuration, and a part of what is said about it.
    static let hostile: [(@Sendable (inout DecoderConfiguration) -> Void, String)] = [
        ({ $0.heads = 1 << 62 }, "heads is 4611686018427387904"),
        ({ $0.normEpsilon = -1 }, "epsilon of the norms is -1.0"),
        ({ $0.hiddenSize = 1 << 20 }, "as model.json says"),
        ({ $0.layers = 4096 }, "holds no dataset"),
    ]

    @Test(
        "a configuration that asks for more than the file holds is refused",
        arguments: hostile.indices)
    func hostileConfiguration(index: Int) throws {
        let (change, message) = Self.hostile[index]
        let directory = try TestDirectory()
        let policy = decoder(seed: 1)
        var configuration = policy.configuration
        change(&configuration)
        var content = try PolicyCheckpoint.content(
            policy, tokenizer: tokenizer.description, moments: nil, reference: nil, texts: [:])
        content.texts["model.json"] = String(
            decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
        let saved = try CheckpointStore(directory: directory.path).save(
            content, step: 1, stage: "x", createdBy: "test"
        ).checkpoint
        let error = #expect(throws: CheckpointError.self) {
            _ = try PolicyCheckpoint(saved).configuration
        }
        #expect("\(String(describing: error))".contains(message), "\(String(describing: error))")
    }

    @Test("a decoder of another shape is refused by name")
    func otherShape() throws {
        let directory = try TestDirectory()
        let content = try PolicyCheckpoint.content(
            decoder(seed: 1, layers: 1), tokenizer: tokenizer.description, moments: nil,
            reference: nil, texts: [:])
        let saved = try CheckpointStore(directory: directory.path).save(
            content, step: 1, stage: "x", createdBy: "test"
        ).checkpoint
        let file = try PolicyCheckpoint(saved)
        let wider = TinyDecoder.make(
            TinyDecoder.configuration(vocabulary: 12, layers: 1), on: backend)
        let error = #expect(throws: CheckpointError.self) { try file.load(into: wider) }
        guard case .mismatch(_, let name, _, _)? = error else {
            Issue.record("expected a mismatch, found \(String(describing: error))")
            return
        }
        #expect(name.hasPrefix("policy/"))
    }

    @Test("a policy that is not finite is never saved", arguments: [Double.nan, .infinity])
    func nonFinite(value: Double) throws {
        let directory = try TestDirectory()
        let policy = decoder(seed: 1)
        let parameter = policy.store.parameters[1]
        var values = [Double](repeating: 0.5, count: parameter.values.count)
        values[2] = value
        parameter.values.fill(from: values)
        let content = try PolicyCheckpoint.content(
            policy, tokenizer: tokenizer.description, moments: nil, reference: nil, texts: [:])
        let error = #expect(throws: CheckpointError.self) {
            try CheckpointStore(directory: directory.path).save(
                content, step: 1, stage: "x", createdBy: "test")
        }
        guard case .nonFinite(let array, let index, _)? = error else {
            Issue.record("expected nonFinite, found \(String(describing: error))")
            return
        }
        #expect(array == "policy/\(parameter.name)")
        #expect(index == 2)
        #expect(directory.names == [])
    }
}
