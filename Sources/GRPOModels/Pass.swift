package import GRPOTensors

/// What a forward and its backward know beside the activations.
package struct Pass {
    package let backend: any Backend
    package let layout: AttentionLayout
    /// Where keys and values of generation live; nil where they stand beside the queries.
    package let cache: KeyValueCache?
    /// The cache row of each token of the pass.
    package let cacheRows: [Int32]
    let headPlaces: HeadPlaces

    /// A pass over whole sequences, for training and scoring.
    package init(_ backend: any Backend, _ packing: Packing) {
        self.backend = backend
        self.layout = packing.layout
        self.cache = nil
        self.cacheRows = []
        headPlaces = HeadPlaces(tokens: layout.tokenCount)
    }

    /// A pass whose keys and values join those of earlier passes.
    package init(
        _ backend: any Backend, _ layout: AttentionLayout, cache: KeyValueCache, rows: [Int32]
    ) {
        precondition(
            rows.count == layout.tokenCount, "\(rows.count) rows for \(layout.tokenCount) tokens")
        var layout = layout
        layout.keysAreCached = true
        self.backend = backend
        self.layout = layout
        self.cache = cache
        self.cacheRows = rows
        headPlaces = HeadPlaces(tokens: layout.tokenCount)
    }
}

/// Keys and values of every layer, in rows that the caller assigns. What a row holds before a pass
/// writes it is undefined, and no span may name it. Keys are arranged by `Backend.storeKeys`.
package final class KeyValueCache {
    /// One pair a layer: `[rows, keyValueHeads * headDim]`, the backend's activation type.
    package let layers: [(k: Tensor, v: Tensor)]
    package let rows: Int

    /// What one row takes in all layers, in bytes.
    package static func rowBytes(
        _ configuration: DecoderConfiguration, backend: any Backend
    ) -> Int {
        2 * configuration.layers * configuration.keyValueHeads * configuration.headDim
            * backend.activationType.byteCount
    }

    package init(_ configuration: DecoderConfiguration, rows: Int, backend: any Backend) {
        let rows = backend.wholeKeyBlocks(rows)
        let shape = [rows, configuration.keyValueHeads * configuration.headDim]
        self.rows = rows
        layers = (0..<configuration.layers).map { _ in
            (
                backend.empty(shape, backend.activationType),
                backend.empty(shape, backend.activationType)
            )
        }
    }
}
