import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOTestSupport

/// A tiny random model of the decoder's fixtures, and the GGUF file of its parameters as
/// llama.cpp's converter would write it.
struct TinyLlama {
    static let names = [
        "llama-tied", "llama-untied", "llama-linear", "qwen2-untied", "qwen3-tied",
    ]

    let configuration: DecoderConfiguration
    let fixture: SafetensorsFixture
    let lengths: [Int]

    private struct Document: Decodable {
        struct Rope: Decodable {
            let ropeType: String
            let ropeTheta: Double
            let factor: Double?
            let originalMaxPositionEmbeddings: Int?
        }

        struct Config: Decodable {
            let modelType: String
            let hiddenSize, numHiddenLayers, numAttentionHeads, numKeyValueHeads: Int
            let headDim, intermediateSize, vocabSize, maxPositionEmbeddings: Int
            let tieWordEmbeddings: Bool
            let rmsNormEps: Double
            let attentionBias, mlpBias: Bool?
            let ropeParameters: Rope
        }

        let config: Config
        let lengths: [Int]
    }

    init(_ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("GRPOModelsTests/Fixtures")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let document = try decoder.decode(
            Document.self, from: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
        let config = document.config
        let rope = config.ropeParameters
        let scaling: RopeScaling =
            switch rope.ropeType {
            case "linear": .linear(factor: rope.factor ?? 1)
            case "llama3":
                .llama3(
                    factor: rope.factor ?? 1, lowFrequencyFactor: 1, highFrequencyFactor: 4,
                    originalMaxPositions: rope.originalMaxPositionEmbeddings ?? 0)
            default: .none
            }
        let attentionBias = config.attentionBias ?? false
        configuration = DecoderConfiguration(
            family: config.modelType, vocabularySize: config.vocabSize,
            hiddenSize: config.hiddenSize,
            intermediateSize: config.intermediateSize, layers: config.numHiddenLayers,
            heads: config.numAttentionHeads, keyValueHeads: config.numKeyValueHeads,
            headDim: config.headDim, maxPositions: config.maxPositionEmbeddings,
            ropeTheta: rope.ropeTheta, ropeScaling: scaling, normEpsilon: config.rmsNormEps,
            tiedHead: config.tieWordEmbeddings,
            queryKeyValueBias: config.modelType == "qwen2" || attentionBias,
            outputBias: attentionBias, feedForwardBias: config.mlpBias ?? false,
            queryKeyNorm: config.modelType == "qwen3")
        fixture = try SafetensorsFixture(
            contentsOf: folder.appendingPathComponent("\(name).safetensors"))
        lengths = document.lengths
    }

    var tokens: [Int32] { fixture["tokens"].integers.map { Int32($0) } }

    /// The file; `change` may alter a tensor's dimensions and values, or drop it with nil.
    func file(
        without dropped: Set<String> = [],
        change: (String, inout [UInt64], inout [Float]) -> Void = { _, _, _ in }
    ) -> GGUFBytes {
        var file = GGUFBytes()
        addMetadata(to: &file)
        let places = zip(
            DecoderFamily.huggingFaceBindings(configuration),
            DecoderFamily.ggufBindings(configuration))
        for (source, target) in places {
            var values = fixture["parameter." + source.tensorName].floats
            let columns = target.shape.count == 1 ? 1 : target.shape[1]
            let projection = target.tensorName.split(separator: ".").dropLast().last
            let heads = ["attn_q": configuration.heads, "attn_k": configuration.keyValueHeads]
            if configuration.family == "llama",
                let heads = projection.flatMap({ heads[String($0)] })
            {
                values.withUnsafeMutableBufferPointer {
                    RopePermutation.permute($0, heads: heads, columns: columns)
                }
            }
            var dimensions = target.shape.reversed().map { UInt64($0) }
            change(target.tensorName, &dimensions, &values)
            guard !dropped.contains(target.tensorName) else { continue }
            file.tensor(
                target.tensorName, dimensions, type: 0,
                bytes: values.flatMap { GGUFBytes.integer($0.bitPattern) })
        }
        if case .llama3 = configuration.ropeScaling {
            let (dim, theta) = (configuration.headDim, configuration.ropeTheta)
            let plain = RopeScaling.none.frequencies(headDim: dim, theta: theta)
            let scaled = configuration.ropeScaling.frequencies(headDim: dim, theta: theta)
            file.tensor(
                "rope_freqs.weight", [UInt64(dim / 2)], type: 0,
                bytes: zip(plain, scaled).flatMap {
                    GGUFBytes.integer(Float($0 / $1).bitPattern)
                })
        }
        return file
    }

    private func addMetadata(to file: inout GGUFBytes) {
        let prefix = configuration.family + "."
        file.add("general.architecture", configuration.family)
        file.add("general.name", "tiny")
        file.add(prefix + "block_count", configuration.layers)
        file.add(prefix + "context_length", configuration.maxPositions)
        file.add(prefix + "embedding_length", configuration.hiddenSize)
        file.add(prefix + "feed_forward_length", configuration.intermediateSize)
        file.add(prefix + "attention.head_count", configuration.heads)
        file.add(prefix + "attention.head_count_kv", configuration.keyValueHeads)
        file.add(
            prefix + "attention.layer_norm_rms_epsilon", Float(configuration.normEpsilon))
        file.add(prefix + "rope.freq_base", Float(configuration.ropeTheta))
        file.add(prefix + "rope.dimension_count", configuration.headDim)
        if configuration.family == "qwen3" {
            file.add(prefix + "attention.key_length", configuration.headDim)
        }
        switch configuration.ropeScaling {
        case .none: break
        case .linear(let factor):
            file.add(prefix + "rope.scaling.type", "linear")
            file.add(prefix + "rope.scaling.factor", Float(factor))
        case .llama3(_, _, _, let original):
            file.add(prefix + "rope.scaling.original_context_length", original)
        }
    }
}

extension GGUFBytes {
    /// An unsigned integer of 32 bits, as converters write sizes.
    mutating func add(_ key: String, _ value: Int) {
        add(key, type: 4, Self.integer(UInt32(value)))
    }

    mutating func add(_ key: String, _ value: Float) {
        add(key, type: 6, Self.integer(value.bitPattern))
    }

    mutating func add(_ key: String, _ value: Bool) {
        add(key, type: 7, [value ? 1 : 0])
    }

    mutating func add(_ key: String, _ values: [String]) {
        add(
            key, type: 9,
            Self.integer(UInt32(8)) + Self.integer(UInt64(values.count))
                + values.flatMap { Self.string($0) })
    }

    mutating func add(_ key: String, _ values: [Int32]) {
        add(
            key, type: 9,
            Self.integer(UInt32(5)) + Self.integer(UInt64(values.count))
                + values.flatMap { Self.integer($0) })
    }

    /// The same file with another value of a key it has.
    mutating func replace(_ key: String, _ add: (inout GGUFBytes) -> Void) {
        entries.removeAll { $0.starts(with: Self.string(key)) }
        add(&self)
    }
}
