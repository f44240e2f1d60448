import GRPOModels
import GRPOTokenizers

/// The small JSON files of a Hugging Face directory, as transformers writes them.
struct HuggingFaceSettings {
    let configuration: DecoderConfiguration
    let architecture: HuggingFaceArchitecture
    let tokenizer: TokenizerDescription
    let encoding: TensorEncoding

    /// Each file by its name.
    var files: [(name: String, document: JSONTree)] {
        [
            ("config.json", config), ("generation_config.json", generation),
            ("tokenizer_config.json", tokenizerConfig),
            ("special_tokens_map.json", specialTokens),
        ]
    }

    private var config: JSONTree {
        var members: [(String, JSONTree)] = [
            ("architectures", .array([.string(architecture.className)])),
            ("model_type", .string(architecture.modelType)),
            ("vocab_size", .integer(configuration.vocabularySize)),
            ("hidden_size", .integer(configuration.hiddenSize)),
            ("intermediate_size", .integer(configuration.intermediateSize)),
            ("num_hidden_layers", .integer(configuration.layers)),
            ("num_attention_heads", .integer(configuration.heads)),
            ("num_key_value_heads", .integer(configuration.keyValueHeads)),
            ("head_dim", .integer(configuration.headDim)),
            ("hidden_act", .string("silu")),
            ("max_position_embeddings", .integer(configuration.maxPositions)),
            ("rms_norm_eps", .real(configuration.normEpsilon)),
        ]
        members += RopeSettings.members(configuration)
        members.append(("tie_word_embeddings", .truth(configuration.tiedHead)))
        if architecture.queryKeyValueBias == nil {
            members.append(("attention_bias", .truth(configuration.queryKeyValueBias)))
            members.append(("mlp_bias", .truth(configuration.feedForwardBias)))
        } else {
            members.append(("use_sliding_window", .truth(false)))
        }
        members += tokenIDs
        members.append(("torch_dtype", .string(encoding.rawValue)))
        return object(members)
    }

    private var generation: JSONTree {
        object(tokenIDs)
    }

    private var tokenIDs: [(String, JSONTree)] {
        let endings = tokenizer.endOfTextIDs.map { JSONTree.integer(Int($0)) }
        return [
            ("bos_token_id", tokenizer.bosID.map { .integer(Int($0)) } ?? .null),
            (
                "eos_token_id",
                endings.count == 1 ? endings[0] : endings.isEmpty ? .null : .array(endings)
            ),
            ("pad_token_id", tokenizer.padID.map { .integer(Int($0)) } ?? .null),
        ]
    }

    private var tokenizerConfig: JSONTree {
        object(
            specialTokenMembers + [
                ("add_bos_token", .truth(tokenizer.addsBOS)),
                ("add_eos_token", .truth(false)),
                ("clean_up_tokenization_spaces", .truth(false)),
                ("model_max_length", .integer(configuration.maxPositions)),
                ("tokenizer_class", .string("PreTrainedTokenizerFast")),
            ])
    }

    private var specialTokens: JSONTree {
        object(specialTokenMembers)
    }

    /// The first ending is the one that transformers knows by a token.
    private var specialTokenMembers: [(String, JSONTree)] {
        [
            ("bos_token", tokenizer.bosID), ("eos_token", tokenizer.endOfTextIDs.first),
            ("pad_token", tokenizer.padID),
        ].compactMap { key, id in
            id.map { (key, JSONTree.string(tokenizer.tokens[Int($0)])) }
        }
    }

    private func object(_ members: [(String, JSONTree)]) -> JSONTree {
        .object(members.map { JSONTree.Member(key: $0.0, value: $0.1) })
    }
}
