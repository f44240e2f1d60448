import CGRPOKernels
import CGRPOOpenBLAS
import GRPOTensors

/// A weight as it lies in memory, or a copy rounded to bfloat16 and kept as float32.
final class OpenBLASWeight: PackedWeight, @unchecked Sendable {
    /// Below this many rows loops of our own beat a library that packs its operands first.
    private static let fewRows = 64

    private var values: UnsafePointer<Float>?
    private let rounded: UnsafeMutablePointer<Float>?

    /// Bytes of a weight's copy.
    static func bytes(outputs: Int, inputs: Int, type: DType) -> Int {
        type == .bfloat16 ? outputs * inputs * MemoryLayout<Float>.stride : 0
    }

    override init(outputs: Int, inputs: Int, type: DType, transposed: Bool, panelWidth: Int) {
        rounded = type == .bfloat16 ? .allocate(capacity: outputs * inputs) : nil
        super.init(
            outputs: outputs, inputs: inputs, type: type, transposed: transposed,
            panelWidth: panelWidth)
    }

    deinit {
        rounded?.deallocate()
    }

    private var elements: UnsafePointer<Float> {
        guard let elements = rounded.map({ UnsafePointer($0) }) ?? values else {
            preconditionFailure("a weight [\(outputs), \(inputs)] was used before it was packed")
        }
        return elements
    }

    override func pack(
        _ values: UnsafePointer<Float>, panel: Int, worker: Int, pool: WorkerPool
    ) {
        if let rounded {
            let total = outputs * inputs
            let first = total * panel / panelCount
            let end = total * (panel + 1) / panelCount
            grpo_round_to_bfloat16(values + first, rounded + first, Int64(end - first))
        } else if panel == 0 {
            self.values = values
        }
    }

    override func multiplyTile(
        _ x: UnsafeRawPointer, rows: Int, panel: Int, y: UnsafeMutablePointer<Float>, worker: Int,
        pool: WorkerPool
    ) {
        let columns = self.panel(panel)
        let (width, depth) = (Int64(columns.count), Int64(inputs))
        for first in stride(from: 0, to: rows, by: ProductTiles.rowsOfTask) {
            let count = min(ProductTiles.rowsOfTask, rows - first)
            let left = Self.widened(
                x + first * inputs * type.byteCount, stride: inputs, rows: count, columns: inputs,
                type: type, worker: worker, use: .operand, pool: pool)
            let target = y + first * columns.count
            if transposed {
                grpo_openblas_multiply(
                    0, 0, Int64(count), width, depth, left, depth, elements + columns.lowerBound,
                    Int64(outputs), 0, target, width)
            } else if count < Self.fewRows {
                grpo_multiply_few_rows(
                    left, Int64(count), elements + columns.lowerBound * inputs, width, depth,
                    target)
            } else {
                grpo_openblas_multiply(
                    0, 1, Int64(count), width, depth, left, depth,
                    elements + columns.lowerBound * inputs, depth, 0, target, width)
            }
        }
    }

    /// The rows as float32: where they lie, or widened into scratch memory without gaps.
    static func widened(
        _ x: UnsafeRawPointer, stride: Int, rows: Int, columns: Int, type: DType, worker: Int,
        use: WorkerPool.ScratchUse, pool: WorkerPool
    ) -> UnsafePointer<Float> {
        guard type == .bfloat16 else { return x.assumingMemoryBound(to: Float.self) }
        let target = pool.scratch(
            worker, use, bytes: rows * columns * MemoryLayout<Float>.stride
        ).assumingMemoryBound(to: Float.self)
        grpo_widen_rows(
            x.assumingMemoryBound(to: UInt16.self), Int64(stride), Int64(rows), Int64(columns),
            target)
        return UnsafePointer(target)
    }
}
