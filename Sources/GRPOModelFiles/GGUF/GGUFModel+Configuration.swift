import Foundation
package import GRPOModels

extension GGUFModel {
    /// The shape of the decoder. Every tensor has been checked against it: none is missing, none
    /// is left over, all have the right shape and a type that can be read.
    ///
    /// The head is tied where the file has no `output.weight`. `maxPositions` is the file's
    /// context length, at most 131,072.
    package func configuration() throws(ModelFileError) -> DecoderConfiguration {
        let family = try family()
        guard !isVocabularyOnly else {
            throw ModelFileError(
                file: path, place: .file, found: "a vocabulary without weights",
                expected: "a model", remedy: "It serves `grpo tokenize`; name a whole model here.")
        }
        let shards = try file.integer("split.count", default: 1)
        guard shards <= 1 else {
            throw error(
                "split.count", found: "one shard of \(shards)", expected: "a whole model",
                remedy: "Join them first: `llama-gguf-split --merge FIRST.gguf WHOLE.gguf`.")
        }
        let configuration = try shape(family)
        if let problem = configuration.problems.first {
            throw error(
                "general.architecture", found: "a shape that cannot be built: \(problem)",
                expected: "a decoder of the \(family.name) architecture",
                remedy: "The metadata contradict each other; convert the model again.")
        }
        try checkTensors(configuration, family)
        return configuration
    }

    private func shape(_ family: DecoderFamily) throws(ModelFileError) -> DecoderConfiguration {
        let prefix = family.name + "."
        let experts = try file.integer(prefix + "expert_count", default: 0)
        guard experts == 0 else {
            throw error(
                prefix + "expert_count", found: "a mixture of \(experts) experts",
                expected: "a dense model",
                remedy: "Mixtures of experts cannot be computed here; use another model.")
        }
        // Every layer has tensors, so a small file describes few.
        let tensors = file.tensors.count
        let layers = try size(
            prefix + "block_count",
            most: min(tensors, DecoderConfiguration.mostLayers),
            because: tensors < DecoderConfiguration.mostLayers
                ? ": the file has \(tensors) tensors, and every layer has its own" : "")
        let hidden = try size(prefix + "embedding_length")
        let heads = try size(prefix + "attention.head_count")
        let positions = try size(prefix + "context_length", most: .max)
        let headDim = try headSize(prefix, default: max(1, hidden / heads))
        func has(_ name: String) -> Bool { file.contains("blk.0.\(name).bias") }
        return DecoderConfiguration(
            family: family.name,
            vocabularySize: try vocabularySize(prefix),
            hiddenSize: hidden,
            intermediateSize: try size(prefix + "feed_forward_length"),
            layers: layers,
            heads: heads,
            keyValueHeads: try size(prefix + "attention.head_count_kv", default: heads),
            headDim: headDim,
            maxPositions: min(positions, DecoderConfiguration.servedPositions),
            ropeTheta: try positive(prefix + "rope.freq_base", default: 10_000),
            ropeScaling: try ropeScaling(prefix, headDim: headDim),
            normEpsilon: try positive(prefix + "attention.layer_norm_rms_epsilon", default: nil),
            tiedHead: !file.contains("output.weight"),
            queryKeyValueBias: has("attn_q"),
            outputBias: has("attn_output"),
            feedForwardBias: has("ffn_down"),
            queryKeyNorm: family.queryKeyNorm)
    }

    /// A size from 1 to `most`.
    ///
    /// - Parameter reason: where `most` comes from, for the message.
    func size(
        _ key: String, default fallback: Int? = nil, most: Int = DecoderConfiguration.largestSize,
        because reason: String = ""
    ) throws(ModelFileError) -> Int {
        if let fallback, file.metadata[key] == nil { return fallback }
        let value = try file.integer(key)
        guard value >= 1, value <= most else {
            throw error(
                key, found: "\(value)", expected: "between 1 and \(most)\(reason)",
                remedy: "The file is damaged or not a model; convert the model again.")
        }
        return value
    }

    /// A positive number. A float32 is taken for the decimal it was rounded from: 1e-5, not
    /// 9.99999975e-06.
    func positive(
        _ key: String, default fallback: Double?
    ) throws(ModelFileError) -> Double {
        if let fallback, file.metadata[key] == nil { return fallback }
        var value = try file.real(key)
        if case .float32(let narrow) = file.metadata[key] { value = Double("\(narrow)") ?? value }
        guard value > 0, value.isFinite else {
            throw error(
                key, found: "\(value)", expected: "a positive number",
                remedy: "The file is damaged; convert the model again.")
        }
        return value
    }

    /// The rows of the embedding; the key, where there is one, must agree.
    private func vocabularySize(_ prefix: String) throws(ModelFileError) -> Int {
        let rows = try file.tensor(named: "token_embd.weight").shape.first ?? 0
        let size = try size(prefix + "vocab_size", default: rows)
        let tokens: Int
        if case .array(let array) = file.metadata["tokenizer.ggml.tokens"] {
            tokens = array.count
        } else {
            tokens = 0
        }
        guard tokens <= size else {
            throw error(
                "tokenizer.ggml.tokens", found: "\(tokens) tokens",
                expected: "at most \(size), the rows of token_embd.weight",
                remedy: "Tokenizer and weights belong to different models; convert again.")
        }
        return size
    }

    private func headSize(
        _ prefix: String, default fallback: Int
    ) throws(ModelFileError) -> Int {
        let most = DecoderConfiguration.largestHead
        let size = try size(prefix + "attention.key_length", default: fallback, most: most)
        for key in ["attention.value_length", "rope.dimension_count"] {
            let other = try self.size(prefix + key, default: size, most: most)
            guard other == size else {
                throw error(
                    prefix + key, found: "\(other)", expected: "\(size), the size of a head",
                    remedy: "Heads of several sizes and partly rotated heads cannot be computed "
                        + "here; use another model.")
            }
        }
        return size
    }
}
