/// A tensor of a model file and the rows of the parameter it fills.
package struct TensorBinding: Sendable, Equatable {
    package let tensorName: String
    package let parameter: String
    package let rows: Range<Int>
    package let shape: [Int]
}

/// Llama (Touvron et al. 2023) and what shares its layout, such as SmolLM2.
package enum LlamaFamily {
    /// Where each tensor of a Hugging Face checkpoint goes.
    package static func huggingFaceBindings(
        _ configuration: DecoderConfiguration
    ) -> [TensorBinding] {
        bindings(
            configuration, embedding: "model.embed_tokens", layer: { "model.layers.\($0)." },
            names: Names(
                attentionNorm: "input_layernorm", query: "self_attn.q_proj",
                key: "self_attn.k_proj", value: "self_attn.v_proj", output: "self_attn.o_proj",
                feedForwardNorm: "post_attention_layernorm", gate: "mlp.gate_proj",
                up: "mlp.up_proj", down: "mlp.down_proj"), norm: "model.norm", head: "lm_head")
    }

    /// Where each tensor of a GGUF file goes; q and k rows are permuted there.
    package static func ggufBindings(_ configuration: DecoderConfiguration) -> [TensorBinding] {
        bindings(
            configuration, embedding: "token_embd", layer: { "blk.\($0)." },
            names: Names(
                attentionNorm: "attn_norm", query: "attn_q", key: "attn_k", value: "attn_v",
                output: "attn_output", feedForwardNorm: "ffn_norm", gate: "ffn_gate",
                up: "ffn_up", down: "ffn_down"), norm: "output_norm", head: "output")
    }

    private struct Names {
        let attentionNorm, query, key, value, output: String
        let feedForwardNorm, gate, up, down: String
    }

    private static func bindings(
        _ configuration: DecoderConfiguration, embedding: String, layer: (Int) -> String,
        names: Names, norm: String, head: String
    ) -> [TensorBinding] {
        let hidden = configuration.hiddenSize
        let width = configuration.intermediateSize
        let queries = configuration.heads * configuration.headDim
        let keys = configuration.keyValueHeads * configuration.headDim
        var list: [TensorBinding] = []

        func bind(
            _ name: String, _ parameter: String, from row: Int = 0, _ shape: [Int], bias: Bool
        ) {
            let rows = row..<row + shape[0]
            list.append(
                TensorBinding(
                    tensorName: name + ".weight", parameter: parameter, rows: rows, shape: shape))
            if bias {
                list.append(
                    TensorBinding(
                        tensorName: name + ".bias", parameter: parameter + ".bias", rows: rows,
                        shape: [shape[0]]))
            }
        }

        bind(embedding, "embedding", [configuration.vocabularySize, hidden], bias: false)
        for index in 0..<configuration.layers {
            let prefix = layer(index)
            let attention = "layers.\(index).attention"
            let feedForward = "layers.\(index).feed_forward"
            let biased = configuration.queryKeyValueBias
            bind(prefix + names.attentionNorm, "\(attention).norm", [hidden], bias: false)
            bind(prefix + names.query, "\(attention).qkv", [queries, hidden], bias: biased)
            bind(
                prefix + names.key, "\(attention).qkv", from: queries, [keys, hidden],
                bias: biased)
            bind(
                prefix + names.value, "\(attention).qkv", from: queries + keys, [keys, hidden],
                bias: biased)
            bind(
                prefix + names.output, "\(attention).output", [hidden, queries],
                bias: configuration.outputBias)
            bind(prefix + names.feedForwardNorm, "\(feedForward).norm", [hidden], bias: false)
            bind(
                prefix + names.gate, "\(feedForward).gate_up", [width, hidden],
                bias: configuration.feedForwardBias)
            bind(
                prefix + names.up, "\(feedForward).gate_up", from: width, [width, hidden],
                bias: configuration.feedForwardBias)
            bind(
                prefix + names.down, "\(feedForward).down", [hidden, width],
                bias: configuration.feedForwardBias)
        }
        bind(norm, "norm", [hidden], bias: false)
        if !configuration.tiedHead {
            bind(head, "head", [configuration.vocabularySize, hidden], bias: false)
        }
        return list
    }
}
