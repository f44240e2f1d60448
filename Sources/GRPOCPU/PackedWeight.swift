import CGRPOKernels
package import GRPOTensors

/// A weight as its engine wants it, cut into panels of outputs.
///
/// Panels depend on the weight's shape alone, so the sums of an output are formed in one way
/// whatever the number of rows or threads.
package class PackedWeight: @unchecked Sendable {
    /// Columns of the product.
    package let outputs: Int
    /// Columns of x.
    package let inputs: Int
    /// float32 or bfloat16: of x and of the weight's elements.
    package let type: DType
    /// Whether the values are those of the transpose, [inputs, outputs].
    package let transposed: Bool
    /// The number of outputs of every panel but perhaps the last.
    package let panelWidth: Int

    init(outputs: Int, inputs: Int, type: DType, transposed: Bool, panelWidth: Int) {
        precondition(
            type == .float32 || type == .bfloat16, "a weight of \(type) in a matrix engine")
        precondition(
            outputs > 0 && inputs > 0 && panelWidth > 0,
            "a weight [\(outputs), \(inputs)] in panels of \(panelWidth)")
        self.outputs = outputs
        self.inputs = inputs
        self.type = type
        self.transposed = transposed
        self.panelWidth = panelWidth
    }

    package var panelCount: Int { (outputs + panelWidth - 1) / panelWidth }

    /// The outputs of a panel.
    package func panel(_ index: Int) -> Range<Int> {
        index * panelWidth..<min(outputs, (index + 1) * panelWidth)
    }

    /// Fills a panel from row-major values, rounded to the type.
    ///
    /// - Parameter values: [outputs, inputs] or, `transposed`, [inputs, outputs]; may be referred to
    ///   as long as the weight lives.
    func pack(_ values: UnsafePointer<Float>, panel: Int, worker: Int, pool: WorkerPool) {
        preconditionFailure("\(Swift.type(of: self)) does not pack")
    }

    /// y = x Wᵀ over one panel: x `[rows, inputs]`, y `[rows, width of the panel]`, contiguous.
    func multiplyTile(
        _ x: UnsafeRawPointer, rows: Int, panel: Int, y: UnsafeMutablePointer<Float>, worker: Int,
        pool: WorkerPool
    ) {
        preconditionFailure("\(Swift.type(of: self)) does not multiply")
    }

    /// y = x Wᵀ + bias + residual over one panel: bias, residual and y begin at the panel's first
    /// output, rows `outputs` elements apart; residual may be y.
    func multiply(
        _ x: UnsafeRawPointer, rows: Int, panel: Int, bias: UnsafePointer<Float>?,
        residual: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>, worker: Int,
        pool: WorkerPool
    ) {
        if panelCount == 1, bias == nil, residual == nil {
            return multiplyTile(x, rows: rows, panel: panel, y: y, worker: worker, pool: pool)
        }
        let width = self.panel(panel).count
        let tile = pool.scratch(
            worker, .tile, bytes: rows * width * MemoryLayout<Float>.stride
        ).assumingMemoryBound(to: Float.self)
        multiplyTile(x, rows: rows, panel: panel, y: tile, worker: worker, pool: pool)
        grpo_store_tile(tile, Int64(rows), Int64(width), bias, residual, y, Int64(outputs))
    }
}
