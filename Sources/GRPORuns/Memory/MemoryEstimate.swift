package import GRPOModels
package import GRPOTensors

/// What training a decoder takes of memory at most, part by part, in bytes: from shapes alone,
/// before anything is allocated.
///
/// Sampling and training follow each other, so of cache and activations the larger counts.
package struct MemoryEstimate: Sendable {
    /// What of a stage decides on its memory.
    package struct Demand: Sendable {
        /// Rows of the largest forward and backward, one of them a target each.
        package var rows: Int
        /// Rows of the largest forward that no backward follows.
        package var scoringRows: Int
        /// Whether backward runs each block's forward again.
        package var checkpointing: Bool
        /// Whether a frozen copy of the policy stands beside it.
        package var reference: Bool
        /// Whether the reference is mixed with the policy, in Double.
        package var mixesReference: Bool
        /// Rows of the largest key-value cache.
        package var cacheRows: Int
        /// Prompt rows computed at once.
        package var prefillRows: Int
        /// Adapters that are trained in place of the weights.
        package var lora: LoRASettings?
        /// Whether anything is trained.
        package var trains: Bool
        /// Reward models that stand beside the policy.
        package var scorers: [DecoderConfiguration]

        package init(
            rows: Int, scoringRows: Int = 0, checkpointing: Bool = false, reference: Bool = false,
            mixesReference: Bool = false, cacheRows: Int = 0, prefillRows: Int = 0,
            lora: LoRASettings? = nil, trains: Bool = true, scorers: [DecoderConfiguration] = []
        ) {
            self.rows = rows
            self.scoringRows = scoringRows
            self.checkpointing = checkpointing
            self.reference = reference
            self.mixesReference = mixesReference
            self.cacheRows = cacheRows
            self.prefillRows = prefillRows
            self.lora = lora
            self.trains = trains
            self.scorers = scorers
        }
    }

    /// Master weights and rotary tables; policy and reference share one.
    package let parameters: Int
    package let gradients: Int
    package let moments: Int
    /// Weights as the products want them, for the forward and for the backward; none where they
    /// read the weights themselves.
    package let packedCopies: Int
    /// The most that lives between a micro-batch's forward and the end of its backward, or during a
    /// forward of more rows.
    package let activations: Int
    /// Keys and values while sampling, and what computing the prompts takes.
    package let cache: Int
    /// The program, its libraries, the tokenizer, scratch of the threads.
    package let program: Int

    package init(_ configuration: DecoderConfiguration, _ demand: Demand, backend: any Backend) {
        let shape = ActivationShape(configuration, backend, adapted: demand.lora != nil)
        let parameterBytes = backend.parameterType.byteCount
        func flat(_ shapes: [[Int]]) -> Int {
            let elements = shapes.reduce(0) { $0 + ($1.reduce(1, *) + 15) / 16 * 16 }
            return shape.block(elements * parameterBytes)
        }
        func copies(_ shapes: [[Int]], transposed: Bool) -> Int {
            shapes.reduce(0) {
                $0
                    + backend.packedBytes(
                        outputs: $1[0], inputs: $1[1], transposed: transposed)
            }
        }
        let store = flat(configuration.parameters.map(\.shape))
        func rotary(_ configuration: DecoderConfiguration) -> Int {
            shape.block(configuration.maxPositions * configuration.headDim * parameterBytes)
        }
        let adapters = demand.lora.map { AdapterLayout(configuration, $0) }
        let matrices =
            configuration.matrices + (adapters.map { $0.downMatrices + $0.spreadMatrices } ?? [])
        // Beside adapters the reference is the weights that they adapt.
        let hasCopy = demand.reference && adapters == nil

        parameters =
            (hasCopy ? 2 : 1) * store + rotary(configuration)
            + demand.scorers.reduce(0) { $0 + flat($1.parameters.map(\.shape)) + rotary($1) }
            + (adapters.map { flat($0.specifications.map(\.shape)) + flat($0.spreadMatrices) } ?? 0)
        gradients =
            demand.trains ? adapters.map { flat($0.specifications.map(\.shape)) } ?? store : 0
        moments = 2 * gradients
        // Reference and reward models run forward only.
        packedCopies =
            copies(matrices, transposed: false)
            + (demand.trains ? copies(matrices, transposed: true) : 0)
            + demand.scorers.reduce(0) { $0 + copies($1.matrices, transposed: false) }
            + (hasCopy ? copies(configuration.matrices, transposed: false) : 0)
        // Mixing widens both models to Double and makes a third (`Decoder.mix`).
        let mixing = demand.mixesReference ? 3 * store / parameterBytes * 8 : 0
        activations = max(
            demand.trains
                ? shape.training(rows: demand.rows, checkpointing: demand.checkpointing) : 0,
            shape.forward(rows: demand.scoringRows), mixing)
        cache = shape.sampling(cacheRows: demand.cacheRows, prefillRows: demand.prefillRows)
        program = Self.program + configuration.vocabularySize * Self.bytesOfToken
    }

    /// What is resident at the worst moment.
    package var peak: Int {
        parameters + gradients + moments + packedCopies + program
            + max(activations, cache)
    }

    /// The tensors' part of the peak: packed copies belong to the products.
    package var pooled: Int {
        parameters + gradients + moments + max(activations, cache)
    }

    /// Code, libraries, stacks and the allocator's slack.
    private static let program = 96 << 20
    /// A token's spelling in the tokenizer's tables.
    private static let bytesOfToken = 512
}

extension DecoderConfiguration {
    /// The shapes of the weights that multiply: rows of an embedding of its own are looked up.
    fileprivate var matrices: [[Int]] {
        parameters.filter { $0.shape.count == 2 && ($0.name != "embedding" || tiedHead) }
            .map(\.shape)
    }
}

/// The tensors of a forward, a backward and a sampling pass, as the layers make them.
private struct ActivationShape {
    private let configuration: DecoderConfiguration
    private let backend: any Backend
    /// Whether adapters add to the products.
    private let adapted: Bool
    /// Bytes of an element of the residual stream, and of the products' inputs.
    private let (wide, narrow): (Int, Int)

    init(_ configuration: DecoderConfiguration, _ backend: any Backend, adapted: Bool) {
        self.configuration = configuration
        self.backend = backend
        self.adapted = adapted
        (wide, narrow) = (backend.parameterType.byteCount, backend.activationType.byteCount)
    }

    func block(_ bytes: Int) -> Int { StoragePool.sizeClass(bytes) }

    private func residual(_ rows: Int) -> Int { block(rows * configuration.hiddenSize * wide) }
    private func normalized(_ rows: Int) -> Int {
        block(rows * configuration.hiddenSize * narrow)
    }

    /// The columns of q, and those of k and of v.
    private var queryWidth: Int { configuration.heads * configuration.headDim }
    private var keyWidth: Int { configuration.keyValueHeads * configuration.headDim }

    /// What a block saves: x of both norms, q, k, v, the attention's output and log-sum-exp, gate
    /// and up; q and k before a norm of their heads.
    private func saved(_ rows: Int) -> Int {
        2 * residual(rows) + 2 * block(rows * queryWidth * narrow)
            + 2 * block(rows * keyWidth * narrow) + block(rows * configuration.heads * wide)
            + block(rows * 2 * configuration.intermediateSize * wide)
            + (configuration.queryKeyNorm
                ? block(rows * queryWidth * wide) + block(rows * keyWidth * wide) : 0)
    }

    /// A forward alone: what one block saves and what it makes beside that.
    func forward(rows: Int) -> Int {
        guard rows > 0 else { return 0 }
        return saved(rows) + residual(rows) + normalized(rows)
            + block(rows * configuration.intermediateSize * narrow)
    }

    /// Between the forward and the end of the backward: what is saved, and beside it the largest of
    /// the head's backward and those of the last block's halves.
    func training(rows: Int, checkpointing: Bool) -> Int {
        let layers = configuration.layers
        let kept = checkpointing ? layers * residual(rows) : layers * saved(rows)
        let recomputed = checkpointing ? saved(rows) - residual(rows) : 0
        return kept
            + max(
                head(rows),
                recomputed + max(feedForwardBackward(rows), attentionBackward(rows)))
    }

    /// The last residual stream, its gathered rows, their norm; the gradients of all three and of
    /// the logits. A score head gathers one row of a sequence, which is next to nothing.
    private func head(_ rows: Int) -> Int {
        guard !configuration.scoreHead else { return 2 * residual(rows) }
        let logits = backend.headGradientBytes(
            rows: rows, vocabulary: configuration.vocabularySize)
        return 3 * residual(rows) + normalized(rows) + max(2 * residual(rows), block(logits))
    }

    /// dy and its cast, the norm's output, the activated product's gradient and an adapter's share
    /// of it, the gradient of gate and up.
    private func feedForwardBackward(_ rows: Int) -> Int {
        let width = rows * configuration.intermediateSize
        return residual(rows) + 2 * normalized(rows) + (adapted ? 2 : 1) * block(width * wide)
            + block(2 * width * narrow)
    }

    /// dy and the norm's output; beside them in turn the gradients of the attention's output and of
    /// q, k and v; of these and of the row that they are parts of; of that row and a norm's share of
    /// q's, or the row cast; of the row and of the input.
    private func attentionBackward(_ rows: Int) -> Int {
        let hasNorm = configuration.queryKeyNorm
        let columns = rows * (queryWidth + 2 * keyWidth)
        let query = block(rows * queryWidth * wide)
        let parts = query + 2 * block(rows * keyWidth * wide)
        let whole = block(columns * (hasNorm ? wide : narrow))
        let cast = block(columns * narrow)
        return residual(rows) + normalized(rows)
            + max(
                query + parts, parts + whole, hasNorm ? whole + max(2 * query, cast) : 0,
                cast + residual(rows))
    }

    /// The cache, and the larger of a prefill's block and the logits that tokens are drawn from.
    func sampling(cacheRows: Int, prefillRows: Int) -> Int {
        guard cacheRows > 0 else { return 0 }
        let cache = 2 * configuration.layers * block(cacheRows * keyWidth * narrow)
        let logits = backend.samplingBytes(
            rows: cacheRows, vocabulary: configuration.vocabularySize)
        return cache + max(forward(rows: prefillRows), block(logits))
    }
}
