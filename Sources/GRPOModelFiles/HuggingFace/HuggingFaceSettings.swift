import GRPOJSON
import GRPOModels
import GRPOTokenizers

/// The configuration files of a Hugging Face directory, as transformers reads them.
struct HuggingFaceSettings {
    let configuration: DecoderConfiguration
    let family: DecoderFamily
    let tokenizer: TokenizerDescription
    let encoding: TensorEncoding

    /// `config.json`.
    var config: JSONValue {
        var members: [(String, JSONValue)] = [
            ("architectures", .array([.string(family.huggingFaceClass)])),
            ("model_type", .string(family.name)),
            ("vocab_size", .int(configuration.vocabularySize)),
            ("hidden_size", .int(configuration.hiddenSize)),
            ("intermediate_size", .int(configuration.intermediateSize)),
            ("num_hidden_layers", .int(configuration.layers)),
            ("num_attention_heads", .int(configuration.heads)),
            ("num_key_value_heads", .int(configuration.keyValueHeads)),
            ("head_dim", .int(configuration.headDim)),
            ("hidden_act", .string("silu")),
            ("max_position_embeddings", .int(configuration.maxPositions)),
            ("rms_norm_eps", .double(configuration.normEpsilon)),
        ]
        members += RopeSettings.members(configuration)
        members.append(("tie_word_embeddings", .bool(configuration.tiedHead)))
        if family.queryKeyValueBias == nil {
            members.append(("attention_bias", .bool(configuration.queryKeyValueBias)))
        } else {
            members.append(("use_sliding_window", .bool(false)))
        }
        if family.feedForwardBias == nil {
            members.append(("mlp_bias", .bool(configuration.feedForwardBias)))
        }
        members += tokenIDs
        members.append(("torch_dtype", .string(encoding.rawValue)))
        return object(members)
    }

    /// `generation_config.json`.
    var generation: JSONValue {
        object(tokenIDs)
    }

    private var tokenIDs: [(String, JSONValue)] {
        let endings = tokenizer.endOfTextIDs.map { JSONValue.int(Int($0)) }
        return [
            ("bos_token_id", tokenizer.bosID.map { .int(Int($0)) } ?? .null),
            (
                "eos_token_id",
                endings.count == 1 ? endings[0] : endings.isEmpty ? .null : .array(endings)
            ),
            ("pad_token_id", tokenizer.padID.map { .int(Int($0)) } ?? .null),
        ]
    }

    private func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { JSONValue.Member(key: $0.0, value: $0.1) })
    }
}
