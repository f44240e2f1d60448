import CGRPOKernels
import GRPOTensors

/// A weight for the products of our own: blocks of 64 outputs, each read from start to end.
///
/// On AVX-512 these are faster than the libraries' for few rows, where a call's own cost and the
/// waits for memory count, and as fast for many. They compute a row in one way whatever rows are
/// beside it.
final class BlockedWeight: PackedWeight, @unchecked Sendable {
    private let memory: PackedMemory.Piece
    private let bytesPerPanel: Int

    /// Whether this CPU has the products.
    static func isAvailable(for type: DType) -> Bool {
        grpo_has_blocked(type == .bfloat16 ? 1 : 0) != 0
    }

    /// Bytes of a panel of the given width.
    private static func bytes(panelWidth: Int, inputs: Int, type: DType) -> Int {
        Int(grpo_blocked_bytes(Int64(panelWidth), Int64(inputs), type == .bfloat16 ? 1 : 0))
    }

    /// Bytes of a weight's copy.
    static func bytes(outputs: Int, inputs: Int, type: DType) -> Int {
        let width = ProductTiles.panelWidth(outputs: outputs)
        return (outputs + width - 1) / width
            * bytes(panelWidth: width, inputs: inputs, type: type)
    }

    private var bytes: UnsafeMutableRawPointer { memory.bytes }

    init(outputs: Int, inputs: Int, type: DType, transposed: Bool, memory: PackedMemory) {
        let width = ProductTiles.panelWidth(outputs: outputs)
        bytesPerPanel = Self.bytes(panelWidth: width, inputs: inputs, type: type)
        self.memory = memory.piece(
            byteCount: Self.bytes(outputs: outputs, inputs: inputs, type: type))
        super.init(
            outputs: outputs, inputs: inputs, type: type, transposed: transposed,
            panelWidth: width)
    }

    override func pack(
        _ values: UnsafePointer<Float>, panel: Int, worker: Int, pool: WorkerPool
    ) {
        let columns = self.panel(panel)
        let pack = type == .bfloat16 ? grpo_block_weight_16 : grpo_block_weight_32
        pack(
            values + columns.lowerBound * (transposed ? 1 : inputs),
            Int64(transposed ? outputs : inputs), transposed ? 1 : 0, Int64(columns.count),
            Int64(inputs), bytes + panel * bytesPerPanel)
    }

    /// Whether sums pass through y on their way, which then may not be the residual.
    private var sumsInPieces: Bool {
        grpo_blocked_in_pieces(Int64(inputs), type == .bfloat16 ? 1 : 0) != 0
    }

    override func multiply(
        _ x: UnsafeRawPointer, rows: Int, panel: Int, bias: UnsafePointer<Float>?,
        residual: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>, worker: Int,
        pool: WorkerPool
    ) {
        if residual != nil, sumsInPieces {
            super.multiply(
                x, rows: rows, panel: panel, bias: bias, residual: residual, y: y, worker: worker,
                pool: pool)
        } else {
            multiply(
                x, rows: rows, panel: panel, bias: bias, residual: residual, y: y, stride: outputs,
                pool: pool)
        }
    }

    override func multiplyTile(
        _ x: UnsafeRawPointer, rows: Int, panel: Int, y: UnsafeMutablePointer<Float>, worker: Int,
        pool: WorkerPool
    ) {
        multiply(
            x, rows: rows, panel: panel, bias: nil, residual: nil, y: y,
            stride: self.panel(panel).count, pool: pool)
    }

    private func multiply(
        _ x: UnsafeRawPointer, rows: Int, panel: Int, bias: UnsafePointer<Float>?,
        residual: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>, stride: Int,
        pool: WorkerPool
    ) {
        // The panels between are the other workers'; behind the last lies the weight packed next.
        let ahead = Int64(pool.threads * bytesPerPanel)
        let columns = Int64(self.panel(panel).count)
        let weight = bytes + panel * bytesPerPanel
        if type == .bfloat16 {
            grpo_multiply_blocked_16(
                x.assumingMemoryBound(to: UInt16.self), Int64(rows), weight, columns,
                Int64(inputs), ahead, bias, residual, y, Int64(stride))
        } else {
            grpo_multiply_blocked_32(
                x.assumingMemoryBound(to: Float.self), Int64(rows), weight, columns,
                Int64(inputs), ahead, bias, residual, y, Int64(stride))
        }
    }
}
