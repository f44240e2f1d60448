/// What a file format calls the tensors of the one decoder. Which of them a model has, its
/// configuration says; a family adds no names of its own.
struct DecoderTensorNames {
    let embedding: String
    /// What stands before the names of a layer's tensors.
    let layer: @Sendable (Int) -> String
    let attentionNorm, query, key, value, queryNorm, keyNorm, output: String
    let feedForwardNorm, gate, up, down: String
    let norm, head, score: String

    static let huggingFace = DecoderTensorNames(
        embedding: "model.embed_tokens", layer: { "model.layers.\($0)." },
        attentionNorm: "input_layernorm", query: "self_attn.q_proj", key: "self_attn.k_proj",
        value: "self_attn.v_proj", queryNorm: "self_attn.q_norm", keyNorm: "self_attn.k_norm",
        output: "self_attn.o_proj", feedForwardNorm: "post_attention_layernorm",
        gate: "mlp.gate_proj", up: "mlp.up_proj", down: "mlp.down_proj", norm: "model.norm",
        head: "lm_head", score: "score")

    static let gguf = DecoderTensorNames(
        embedding: "token_embd", layer: { "blk.\($0)." }, attentionNorm: "attn_norm",
        query: "attn_q", key: "attn_k", value: "attn_v", queryNorm: "attn_q_norm",
        keyNorm: "attn_k_norm", output: "attn_output", feedForwardNorm: "ffn_norm",
        gate: "ffn_gate", up: "ffn_up", down: "ffn_down", norm: "output_norm", head: "output",
        score: "score")

    /// Where each tensor of a file goes.
    func bindings(_ configuration: DecoderConfiguration) -> [TensorBinding] {
        let hidden = configuration.hiddenSize
        let width = configuration.intermediateSize
        let queries = configuration.heads * configuration.headDim
        let keys = configuration.keyValueHeads * configuration.headDim
        var list: [TensorBinding] = []

        func bind(
            _ name: String, _ parameter: String, from row: Int = 0, _ shape: [Int],
            bias: Bool = false
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

        bind(embedding, "embedding", [configuration.vocabularySize, hidden])
        for index in 0..<configuration.layers {
            let prefix = layer(index)
            let attention = "layers.\(index).attention"
            let feedForward = "layers.\(index).feed_forward"
            let biased = configuration.queryKeyValueBias
            let wide = configuration.feedForwardBias
            bind(prefix + attentionNorm, "\(attention).norm", [hidden])
            bind(prefix + query, "\(attention).qkv", [queries, hidden], bias: biased)
            bind(prefix + key, "\(attention).qkv", from: queries, [keys, hidden], bias: biased)
            bind(
                prefix + value, "\(attention).qkv", from: queries + keys, [keys, hidden],
                bias: biased)
            if configuration.queryKeyNorm {
                bind(prefix + queryNorm, "\(attention).query_norm", [configuration.headDim])
                bind(prefix + keyNorm, "\(attention).key_norm", [configuration.headDim])
            }
            bind(
                prefix + output, "\(attention).output", [hidden, queries],
                bias: configuration.outputBias)
            bind(prefix + feedForwardNorm, "\(feedForward).norm", [hidden])
            bind(prefix + gate, "\(feedForward).gate_up", [width, hidden], bias: wide)
            bind(prefix + up, "\(feedForward).gate_up", from: width, [width, hidden], bias: wide)
            bind(prefix + down, "\(feedForward).down", [hidden, width], bias: wide)
        }
        bind(norm, "norm", [hidden])
        if configuration.scoreHead {
            bind(score, "score", [1, hidden])
        } else if !configuration.tiedHead {
            bind(head, "head", [configuration.vocabularySize, hidden])
        }
        return list
    }
}
