import CGRPOKernels
import GRPOTensors

/// Weight gradients in float32 by our own products, for an engine whose library is slower.
struct BlockedGradient {
    let pool: WorkerPool

    /// Whether this CPU has the products.
    static var isAvailable: Bool { BlockedWeight.isAvailable(for: .float32) }

    /// Tokens of a block of the sum.
    private static let tokensOfBlock = 256
    /// Rows of dWeight to a task.
    private static let width = 96

    /// dWeight += dyᵀ x: dy [rows, outputs], x [rows, inputs], dWeight [outputs, inputs].
    ///
    /// Every element continues one sum over the rows, in their order.
    func add(
        _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, outputs: Int, inputs: Int,
        to dWeight: UnsafeMutablePointer<Float>
    ) {
        let pass = ProductTiles.tokensOfPass
        for first in stride(from: 0, to: rows, by: pass) {
            addPass(
                dy + first * outputs, x + first * inputs, rows: min(pass, rows - first),
                outputs: outputs, inputs: inputs, to: dWeight)
        }
    }

    /// x is blocked over its tokens, then every panel of outputs adds the blocks in order.
    private func addPass(
        _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, outputs: Int, inputs: Int,
        to dWeight: UnsafeMutablePointer<Float>
    ) {
        let tokens = Self.tokensOfBlock
        let blocks = (rows + tokens - 1) / tokens
        let stride = Int(grpo_blocked_bytes(Int64(inputs), Int64(tokens), 0))
        let blocked = pool.sharedScratch(bytes: blocks * stride)
        pool.run(tasks: blocks) { block, _ in
            let first = block * tokens
            grpo_block_weight_32(
                x + first * inputs, Int64(inputs), 1, Int64(inputs),
                Int64(min(tokens, rows - first)), blocked + block * stride)
        }
        pool.run(tasks: (outputs + Self.width - 1) / Self.width) { panel, worker in
            let column = panel * Self.width
            let columns = min(Self.width, outputs - column)
            let turned = pool.scratch(
                worker, .operand, bytes: columns * tokens * MemoryLayout<Float>.stride)
            for block in 0..<blocks {
                let first = block * tokens
                let count = Int64(min(tokens, rows - first))
                grpo_transpose_32(
                    UnsafeRawPointer(dy + first * outputs + column).assumingMemoryBound(
                        to: UInt32.self),
                    Int64(outputs), count, Int64(columns),
                    turned.assumingMemoryBound(to: UInt32.self), count, count)
                grpo_multiply_blocked_32(
                    turned.assumingMemoryBound(to: Float.self), Int64(columns),
                    blocked + block * stride, Int64(inputs), count, 1, nil, nil,
                    dWeight + column * inputs, Int64(inputs))
            }
        }
    }
}
