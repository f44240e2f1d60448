package import GRPOModels
package import GRPOTensors

/// What training a decoder takes of memory at most, part by part, in bytes: from shapes alone,
/// before anything is allocated.
///
/// Sampling and training follow each other, so of cache and activations the larger counts.
package struct MemoryEstimate: Equatable, Sendable {
    /// What of a stage decides on its memory.
    package struct Demand: Equatable, Sendable {
        /// Rows of the largest forward and backward, one of them a target each.
        package var rows: Int
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
        /// Whether the policy of the stage before is still there.
        package var keepsEarlier: Bool
        /// Adapters that are trained in place of the weights.
        package var lora: LoRASettings?

        package init(
            rows: Int, checkpointing: Bool = false, reference: Bool = false,
            mixesReference: Bool = false, cacheRows: Int = 0, prefillRows: Int = 0,
            keepsEarlier: Bool = false, lora: LoRASettings? = nil
        ) {
            self.rows = rows
            self.checkpointing = checkpointing
            self.reference = reference
            self.mixesReference = mixesReference
            self.cacheRows = cacheRows
            self.prefillRows = prefillRows
            self.keepsEarlier = keepsEarlier
            self.lora = lora
        }
    }

    /// Master weights and rotary tables, of policy and reference.
    package let parameters: Int
    package let gradients: Int
    package let moments: Int
    /// Weights as the products want them: for the forward, and transposed for the backward.
    package let packedCopies: Int
    /// The most that lives between a micro-batch's forward and the end of its backward.
    package let activations: Int
    /// Keys and values while sampling, and what computing the prompts takes.
    package let cache: Int
    /// Weights, gradients and packed copies of the stage before, where a stage starts from another.
    package let earlier: Int
    /// The program, its libraries, the tokenizer, scratch of the threads.
    package let program: Int

    package init(_ configuration: DecoderConfiguration, _ demand: Demand, backend: any Backend) {
        let shape = ActivationShape(configuration, backend, adapted: demand.lora != nil)
        let parameterBytes = backend.parameterType.byteCount
        func flat(_ shapes: [[Int]]) -> Int {
            let elements = shapes.reduce(0) { $0 + ($1.reduce(1, *) + 15) / 16 * 16 }
            return shape.block(elements * parameterBytes)
        }
        func copies(_ shapes: [[Int]]) -> (forward: Int, backward: Int) {
            Self.packedCopies(of: shapes, element: backend.activationType.byteCount)
        }
        let store = flat(configuration.parameters.map(\.shape))
        let weights =
            store + shape.block(configuration.maxPositions * configuration.headDim * parameterBytes)
        let weightCopies = copies(configuration.matrices)
        let adapters = demand.lora.map { AdapterLayout(configuration, $0) }
        let adapterCopies = copies(adapters.map { $0.downMatrices + $0.spreadMatrices } ?? [])
        // Beside adapters the reference is the weights that they adapt.
        let hasCopy = demand.reference && adapters == nil

        parameters =
            (hasCopy ? 2 : 1) * weights
            + (adapters.map { flat($0.specifications.map(\.shape)) + flat($0.spreadMatrices) } ?? 0)
        gradients = adapters.map { flat($0.specifications.map(\.shape)) } ?? store
        moments = 2 * gradients
        // The reference runs forward only.
        packedCopies =
            weightCopies.forward + weightCopies.backward + adapterCopies.forward
            + adapterCopies.backward + (hasCopy ? weightCopies.forward : 0)
        // Mixing widens both models to Double and makes a third (`Decoder.mix`).
        let mixing = demand.mixesReference ? 3 * store / parameterBytes * 8 : 0
        activations = max(
            shape.training(rows: demand.rows, checkpointing: demand.checkpointing), mixing)
        cache = shape.sampling(cacheRows: demand.cacheRows, prefillRows: demand.prefillRows)
        earlier =
            demand.keepsEarlier
            ? weights + store + weightCopies.forward + weightCopies.backward : 0
        program = Self.program + configuration.vocabularySize * Self.bytesOfToken
    }

    /// What is resident at the worst moment.
    package var peak: Int {
        parameters + gradients + moments + packedCopies + earlier + program
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

    /// Copies are cut into blocks of 64 outputs.
    private static func packedCopies(
        of matrices: [[Int]], element: Int
    ) -> (forward: Int, backward: Int) {
        matrices.reduce(into: (0, 0)) { sum, shape in
            let (outputs, inputs) = (shape[0], shape[1])
            sum.0 += (outputs + 63) / 64 * 64 * inputs * element
            sum.1 += (inputs + 63) / 64 * 64 * outputs * element
        }
    }
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
    /// Whether adapters add to the products.
    private let adapted: Bool
    /// Bytes of an element of the residual stream, and of the products' inputs.
    private let (wide, narrow): (Int, Int)

    /// Bytes of the logits' gradient that exist at once, and rows of logits that sampling holds.
    private static let (gradientBytes, samplingRows) = (48 << 20, 64)

    init(_ configuration: DecoderConfiguration, _ backend: any Backend, adapted: Bool) {
        self.configuration = configuration
        self.adapted = adapted
        (wide, narrow) = (backend.parameterType.byteCount, backend.activationType.byteCount)
    }

    func block(_ bytes: Int) -> Int { StoragePool.sizeClass(bytes) }

    private func residual(_ rows: Int) -> Int { block(rows * configuration.hiddenSize * wide) }
    private func normalized(_ rows: Int) -> Int {
        block(rows * configuration.hiddenSize * narrow)
    }

    /// What a block saves: x of both norms, q, k, v, the attention's output and log-sum-exp, gate
    /// and up; q and k before a norm of their heads.
    private func saved(_ rows: Int) -> Int {
        let heads = configuration.heads * configuration.headDim
        let keys = configuration.keyValueHeads * configuration.headDim
        return 2 * residual(rows) + 2 * block(rows * heads * narrow)
            + 2 * block(rows * keys * narrow) + block(rows * configuration.heads * wide)
            + block(rows * 2 * configuration.intermediateSize * wide)
            + (configuration.queryKeyNorm
                ? block(rows * heads * wide) + block(rows * keys * wide) : 0)
    }

    /// Between the forward and the end of the backward: what is saved, and beside it the larger of
    /// the head's backward and the last block's.
    func training(rows: Int, checkpointing: Bool) -> Int {
        let layers = configuration.layers
        let kept = checkpointing ? layers * residual(rows) : layers * saved(rows)
        let recomputed = checkpointing ? saved(rows) - residual(rows) : 0
        return kept + max(head(rows), recomputed + feedForwardBackward(rows))
    }

    /// The last residual stream, its gathered rows, their norm; the gradients of all three and of
    /// the logits.
    private func head(_ rows: Int) -> Int {
        let row = configuration.vocabularySize * narrow
        let chunk = max(64, Self.gradientBytes / row / 64 * 64)
        return 3 * residual(rows) + normalized(rows)
            + max(2 * residual(rows), block(min(chunk, rows) * row))
    }

    /// dy and its cast, the norm's output, the activated product's gradient and an adapter's share
    /// of it, the gradient of gate and up.
    private func feedForwardBackward(_ rows: Int) -> Int {
        let width = rows * configuration.intermediateSize
        return residual(rows) + 2 * normalized(rows) + (adapted ? 2 : 1) * block(width * wide)
            + max(block(width * narrow), block(2 * width * narrow))
    }

    /// The cache, and the larger of a prefill's block and the logits that tokens are drawn from.
    func sampling(cacheRows: Int, prefillRows: Int) -> Int {
        guard cacheRows > 0 else { return 0 }
        let keys = configuration.keyValueHeads * configuration.headDim
        let cache = 2 * configuration.layers * block(cacheRows * keys * narrow)
        let prefill =
            saved(prefillRows) + residual(prefillRows) + normalized(prefillRows)
            + block(prefillRows * configuration.intermediateSize * narrow)
        let logits = block(Self.samplingRows * configuration.vocabularySize * wide)
        return cache + max(prefill, logits)
    }
}
