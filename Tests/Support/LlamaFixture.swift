import Foundation
package import GRPOModels
package import GRPOTensors

/// One of the tiny models of `Tests/GRPOModelsTests/Fixtures`, of each family, with what PyTorch
/// says of it.
package struct LlamaFixture {
    package static let names = [
        "llama-tied", "llama-untied", "llama-linear", "qwen2-untied", "qwen3-tied",
    ]

    package struct Document: Decodable {
        package let config: Configuration
        package let lengths: [Int]
        package let promptLengths: [Int]
        package let advantages: [Double]
        package let clip: Double
        package let beta: Double
        package let optimizer: Optimizer
        package let lossSequenceMean: Double
        package let lossTokenMean: Double
        package let stepLosses: [Double]
        package let stepGradientNorms: [Double]
        package let tokensOutsideClipRange: Int
        package let greedy: [[Int32]]
    }

    package struct Optimizer: Decodable {
        package let learningRate: Double
        package let weightDecay: Double
        package let maxGradNorm: Double
    }

    package struct Configuration: Decodable {
        let modelType: String
        let hiddenSize: Int
        let numHiddenLayers: Int
        let numAttentionHeads: Int
        let numKeyValueHeads: Int
        let headDim: Int
        let intermediateSize: Int
        let vocabSize: Int
        let maxPositionEmbeddings: Int
        let tieWordEmbeddings: Bool
        let rmsNormEps: Double
        let attentionBias: Bool?
        let mlpBias: Bool?
        let ropeParameters: Rope
    }

    struct Rope: Decodable {
        let ropeType: String
        let ropeTheta: Double
        let factor: Double?
        let lowFreqFactor: Double?
        let highFreqFactor: Double?
        let originalMaxPositionEmbeddings: Int?
    }

    package let document: Document
    package let arrays: SafetensorsFixture

    package init(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "GRPOModelsTests/Fixtures")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        document = try decoder.decode(
            Document.self, from: Data(contentsOf: folder.appending(path: "\(name).json")))
        arrays = try SafetensorsFixture(
            contentsOf: folder.appending(path: "\(name).safetensors"))
    }

    package var configuration: DecoderConfiguration {
        let config = document.config
        let rope = config.ropeParameters
        let scaling: RopeScaling =
            switch rope.ropeType {
            case "linear": .linear(factor: rope.factor!)
            case "llama3":
                .llama3(
                    factor: rope.factor!, lowFrequencyFactor: rope.lowFreqFactor!,
                    highFrequencyFactor: rope.highFreqFactor!,
                    originalMaxPositions: rope.originalMaxPositionEmbeddings!)
            default: .none
            }
        let isQwen2 = config.modelType == "qwen2"
        return DecoderConfiguration(
            family: config.modelType, vocabularySize: config.vocabSize,
            hiddenSize: config.hiddenSize,
            intermediateSize: config.intermediateSize, layers: config.numHiddenLayers,
            heads: config.numAttentionHeads, keyValueHeads: config.numKeyValueHeads,
            headDim: config.headDim, maxPositions: config.maxPositionEmbeddings,
            ropeTheta: rope.ropeTheta, ropeScaling: scaling, normEpsilon: config.rmsNormEps,
            tiedHead: config.tieWordEmbeddings,
            queryKeyValueBias: isQwen2 || config.attentionBias ?? false,
            outputBias: config.attentionBias ?? false,
            feedForwardBias: config.mlpBias ?? false,
            queryKeyNorm: config.modelType == "qwen3")
    }

    /// The decoder with the initial parameters.
    package func decoder(on backend: any Backend) -> Decoder {
        let decoder = Decoder(configuration, backend: backend)
        for binding in bindings {
            let values = arrays["parameter." + binding.tensorName].doubles
            rows(binding, of: decoder.store[binding.parameter].values).fill(from: values)
        }
        decoder.store.didChange()
        return decoder
    }

    package var bindings: [TensorBinding] {
        DecoderFamily.huggingFaceBindings(configuration)
    }

    /// The norm-wise relative error of every tensor the file has under `prefix`, by its Hugging
    /// Face name.
    ///
    /// - Parameter tensor: the parameter's side of the comparison, such as its gradient.
    package func errors(
        under prefix: String, _ tensor: (_ parameter: String) -> Tensor
    ) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: bindings.map { binding in
                let found = rows(binding, of: tensor(binding.parameter)).doubles
                let expected = arrays[prefix + binding.tensorName].doubles
                return (binding.tensorName, Distance.relative(found, expected))
            })
    }

    /// The norm-wise relative error of all those tensors together.
    package func totalError(
        under prefix: String, _ tensor: (_ parameter: String) -> Tensor
    ) -> Double {
        Distance.relative(
            bindings.flatMap { rows($0, of: tensor($0.parameter)).doubles },
            bindings.flatMap { arrays[prefix + $0.tensorName].doubles })
    }

    /// The token ids of each sequence.
    package var sequences: [[Int32]] {
        let tokens = arrays["tokens"].integers.map(Int32.init)
        var start = 0
        return document.lengths.map { length in
            defer { start += length }
            return Array(tokens[start..<start + length])
        }
    }

    /// The ids of each prompt and of its completion.
    package var pairs: [(prompt: [Int32], completion: [Int32])] {
        zip(sequences, document.promptLengths).map { ids, count in
            (Array(ids[..<count]), Array(ids[count...]))
        }
    }

    package func value(_ name: String) -> [Double] { arrays["value." + name].doubles }

    private func rows(_ binding: TensorBinding, of tensor: Tensor) -> Tensor {
        tensor.rows(binding.rows)
    }
}
