import CGRPOKernels
import GRPOTensors

/// dWeight += dyᵀ x by loops of our own, where `BlockedWeight` is available.
///
/// x is brought into blocks once, for all; dy by the one task that has its outputs. Small weights,
/// where a library's calls are too short, gain most.
struct BlockedGradient {
    let rows: Int
    let outputs: Int
    let inputs: Int
    let type: DType

    /// Rows whose sum is formed in one piece, and then added to the gradient.
    private static let tokensOfBlock = 256
    /// Bytes of x in blocks; bounds the memory of the copy.
    private static let bytesOfPass = 4 << 20
    private static let width = Int(GRPO_BLOCK_WIDTH)

    private var flag: Int32 { type == .bfloat16 ? 1 : 0 }

    /// Outputs to a task: few for narrow weights, so that every worker has some.
    private var outputsOfTask: Int { outputs < 384 ? Self.width / 2 : Self.width }

    /// Whole blocks of rows whose x is in blocks at once.
    private var rowsOfPass: Int {
        let bytes = Self.tokensOfBlock * inputs * type.byteCount
        return max(4, Self.bytesOfPass / bytes) * Self.tokensOfBlock
    }

    /// - Parameters:
    ///   - dy: `[rows, outputs]` of `type`.
    ///   - x: `[rows, inputs]` of `type`.
    ///   - dWeight: `[outputs, inputs]`.
    func add(
        _ dy: UnsafeRawPointer, _ x: UnsafeRawPointer, to dWeight: UnsafeMutablePointer<Float>,
        pool: WorkerPool
    ) {
        for first in stride(from: 0, to: rows, by: rowsOfPass) {
            addPass(
                dy + first * outputs * type.byteCount, x + first * inputs * type.byteCount,
                rows: min(rowsOfPass, rows - first), to: dWeight, pool: pool)
        }
    }

    private func addPass(
        _ dy: UnsafeRawPointer, _ x: UnsafeRawPointer, rows: Int,
        to dWeight: UnsafeMutablePointer<Float>, pool: WorkerPool
    ) {
        let blockCount = (rows + Self.tokensOfBlock - 1) / Self.tokensOfBlock
        let columnBlocks = (inputs + Self.width - 1) / Self.width
        let bytes = Int(grpo_token_block_bytes(Int64(Self.tokensOfBlock), flag))
        let blocks = pool.sharedScratch(bytes: blockCount * columnBlocks * bytes)
        func tokens(_ block: Int) -> Int {
            min(Self.tokensOfBlock, rows - block * Self.tokensOfBlock)
        }

        pool.run(tasks: blockCount) { block, _ in
            for column in 0..<columnBlocks {
                arrange(
                    x, columns: inputs, row: block * Self.tokensOfBlock,
                    from: column * Self.width, width: Self.width, tokens: tokens(block),
                    into: blocks + (block * columnBlocks + column) * bytes)
            }
        }
        pool.run(tasks: (outputs + outputsOfTask - 1) / outputsOfTask) { task, worker in
            let first = task * outputsOfTask
            let count = min(outputsOfTask, outputs - first)
            let left = pool.scratch(worker, .operand, bytes: bytes)
            let add = type == .bfloat16 ? grpo_add_gradient_16 : grpo_add_gradient_32
            for block in 0..<blockCount {
                arrange(
                    dy, columns: outputs, row: block * Self.tokensOfBlock, from: first,
                    width: count, tokens: tokens(block), into: left)
                for column in 0..<columnBlocks {
                    let start = column * Self.width
                    add(
                        left, blocks + (block * columnBlocks + column) * bytes,
                        Int64(tokens(block)), Int64(count),
                        Int64(min(Self.width, inputs - start)), dWeight + first * inputs + start,
                        Int64(inputs))
                }
            }
        }
    }

    /// Columns of a few rows of a matrix, at most `width` and as many as there are, as a block.
    private func arrange(
        _ matrix: UnsafeRawPointer, columns: Int, row: Int, from first: Int, width: Int,
        tokens: Int, into block: UnsafeMutableRawPointer
    ) {
        let start = matrix + (row * columns + first) * type.byteCount
        let count = Int64(min(width, columns - first))
        if type == .bfloat16 {
            grpo_block_tokens_16(
                start.assumingMemoryBound(to: UInt16.self), Int64(columns), Int64(tokens), count,
                block)
        } else {
            grpo_block_tokens_32(
                start.assumingMemoryBound(to: Float.self), Int64(columns), Int64(tokens), count,
                block)
        }
    }
}
