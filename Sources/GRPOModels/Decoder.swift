package import GRPOTensors

/// The one decoder: an embedding, pre-norm blocks and a head, over the vocabulary or for a score.
package final class Decoder {
    package struct Saved {
        let tokens: [Int32]
        var blocks: [SavedBlock]
    }

    /// What a block's backward begins with.
    enum SavedBlock {
        case activations(Block.Saved)
        /// R `[tokens, hiddenSize]`; the activations are computed from it again.
        case input(Tensor)
    }

    package let configuration: DecoderConfiguration
    package let backend: any Backend
    /// The weights; frozen where there are adapters.
    package let store: ParameterStore
    /// What is trained beside frozen weights.
    package let adapters: AdapterSet?
    /// What makes scores of the residual stream, in place of log-probabilities.
    package let scoreHead: ScoreHead?
    private let tokenHead: TokenHead?
    private let embedding: Parameter
    package let blocks: [Block]
    /// R `[positions, headDim]`.
    let rope: Tensor

    /// A decoder whose parameters are all zero.
    package convenience init(_ configuration: DecoderConfiguration, backend: any Backend) {
        precondition(configuration.problems.isEmpty, "\(configuration.problems)")
        self.init(
            configuration, store: ParameterStore(configuration.parameters, backend: backend),
            rope: configuration.ropeTable(backend), adapters: nil, backend: backend)
    }

    /// A decoder over weights that others may share.
    init(
        _ configuration: DecoderConfiguration, store: ParameterStore, rope: Tensor,
        adapters: AdapterSet?, backend: any Backend
    ) {
        let epsilon = configuration.normEpsilon

        func linear(_ name: String) -> Linear {
            Linear(
                weight: store[name], bias: store.find(name + ".bias"),
                adapter: adapters?.adapter(of: name))
        }
        func norm(_ name: String) -> RMSNorm {
            RMSNorm(weight: store[name], epsilon: epsilon)
        }
        func headNorm(_ name: String) -> HeadNorm? {
            guard configuration.queryKeyNorm else { return nil }
            return HeadNorm(
                query: norm("\(name).query_norm"), key: norm("\(name).key_norm"),
                heads: configuration.heads, keyValueHeads: configuration.keyValueHeads)
        }

        self.configuration = configuration
        self.backend = backend
        self.store = store
        self.rope = rope
        self.adapters = adapters
        embedding = store["embedding"]
        blocks = (0..<configuration.layers).map { index in
            let attention = "layers.\(index).attention"
            let feedForward = "layers.\(index).feed_forward"
            return Block(
                attention: PreNorm(
                    norm: norm("\(attention).norm"),
                    inner: Attention(
                        index: index, heads: configuration.heads,
                        keyValueHeads: configuration.keyValueHeads,
                        queryKeyValue: linear("\(attention).qkv"), norm: headNorm(attention),
                        output: linear("\(attention).output"), rope: rope)),
                feedForward: PreNorm(
                    norm: norm("\(feedForward).norm"),
                    inner: FeedForward(
                        gateUp: linear("\(feedForward).gate_up"),
                        down: linear("\(feedForward).down"))))
        }
        if configuration.scoreHead {
            scoreHead = ScoreHead(
                norm: norm("norm"), weight: adapters?.scoreHead ?? store["score"])
            tokenHead = nil
        } else {
            scoreHead = nil
            tokenHead = TokenHead(
                norm: norm("norm"),
                weight: configuration.tiedHead ? store["embedding"] : store["head"])
        }
    }

    /// What makes log-probabilities of the residual stream.
    package var head: TokenHead {
        guard let tokenHead else {
            preconditionFailure("a decoder with a score head has no log-probabilities")
        }
        return tokenHead
    }

    /// A decoder with drawn parameters.
    package convenience init(
        _ configuration: DecoderConfiguration, random: RandomStream, backend: any Backend
    ) {
        self.init(configuration, backend: backend)
        store.initialize(configuration.parameters, random: random)
    }

    /// A frozen decoder with the same weights and without adapters, such as a reference model.
    package func frozenCopy() -> Decoder {
        let own = ParameterStore(configuration.parameters, backend: backend)
        own.copyValues(from: store)
        return Decoder(configuration, store: own, rope: rope, adapters: nil, backend: backend)
    }

    /// The residual stream after the last block, R `[tokens, hiddenSize]`.
    ///
    /// - Parameter checkpointing: whether only the input of each block is saved and backward runs
    ///   the block's forward again (Chen et al. 2016, "Training Deep Nets with Sublinear Memory
    ///   Cost"). Forward kernels are deterministic, so the gradients are equal bit for bit.
    package func forward(
        _ tokens: [Int32], _ pass: Pass, checkpointing: Bool = false
    ) -> (x: Tensor, saved: Saved) {
        var x = embed(tokens, pass)
        var saved = Saved(tokens: tokens, blocks: [])
        for block in blocks {
            if checkpointing {
                saved.blocks.append(.input(x))
                x = block.forward(x, pass).y
            } else {
                let (y, activations) = block.forward(x, pass)
                saved.blocks.append(.activations(activations))
                x = y
            }
        }
        return (x, saved)
    }

    /// `forward` without what backward would need: each block's is dropped at once.
    package func infer(_ tokens: [Int32], _ pass: Pass) -> Tensor {
        var x = embed(tokens, pass)
        for block in blocks { x = block.forward(x, pass).y }
        return x
    }

    /// Adds to the gradients of all parameters but the head's own. The saved activations are
    /// popped from the end, so that memory falls as the gradient descends.
    ///
    /// - Parameter dx: R `[tokens, hiddenSize]`.
    package func backward(_ dx: Tensor, _ saved: inout Saved, _ pass: Pass) {
        var dx = dx
        var remaining = blocks
        while let block = remaining.popLast(), let last = saved.blocks.popLast() {
            switch last {
            case .activations(let activations): dx = block.backward(dx, activations, pass)
            case .input(let x): dx = block.backward(dx, block.save(x, pass), pass)
            }
        }
        if let gradient = embedding.gradient {
            backend.embeddingBackward(dx, saved.tokens, into: gradient)
        }
    }

    private func embed(_ tokens: [Int32], _ pass: Pass) -> Tensor {
        precondition(
            tokens.count == pass.layout.tokenCount,
            "\(tokens.count) tokens in a pass of \(pass.layout.tokenCount)")
        return backend.embedding(embedding.values, tokens)
    }
}

extension Decoder {
    /// values ← share · other + (1 - share) · values, in Double, rounded once.
    package func mix(_ other: Decoder, share: Double) {
        precondition(
            adapters == nil && other.adapters == nil, "decoders with adapters cannot be mixed")
        guard share < 1 else { return store.copyValues(from: other.store) }
        let mixed = zip(store.values.doubles, other.store.values.doubles).map { own, new in
            share * new + (1 - share) * own
        }
        store.values.fill(from: mixed)
        store.didChange()
    }
}
