import CGRPOKernels
import CGRPOOpenBLAS
package import GRPOTensors

/// OpenBLAS, called on one thread at a time with weights as they are.
///
/// It multiplies float32 alone: bfloat16 operands are widened, so the rounding of the operands is
/// that of the other engine. Its sums are formed in another order for other numbers of rows. On
/// AVX-512 `BlockedWeight` takes float32 weights, and the library their gradients.
package final class OpenBLASEngine: MatrixEngine {
    package let kind = EngineKind.openblas
    package let name: String
    package let coreName: String
    package let rowsAreExact = false
    package let multipliesBFloat16 = false
    package let pool: WorkerPool

    /// Below this many rows loops of our own beat a library that packs its operands first.
    private static let fewRows = 64
    /// Rows whose operands are widened at once for a weight gradient.
    private static let tokensOfBlock = 512

    private let usesBlocked: Bool

    /// - Parameter usesBlocked: whether `BlockedWeight` may take the library's place.
    package init(pool: WorkerPool, usesBlocked: Bool = true) {
        self.pool = pool
        self.usesBlocked = usesBlocked
        grpo_openblas_use_single_thread()
        name = String(cString: grpo_openblas_config()).split(separator: " ").prefix(2)
            .joined(separator: " ")
        coreName = String(cString: grpo_openblas_core_name())
    }

    package func prefersBlocked(_ type: DType) -> Bool {
        usesBlocked && type == .float32 && BlockedWeight.isAvailable(for: type)
    }

    /// At least two panels where there is enough to share, whole vectors wide.
    private static func panelWidth(outputs: Int) -> Int {
        outputs < 128 ? outputs : min(512, (outputs / 2 + 15) / 16 * 16)
    }

    package func makePackedWeight(
        outputs: Int, inputs: Int, type: DType, transposed: Bool
    ) -> PackedWeight {
        OpenBLASWeight(
            outputs: outputs, inputs: inputs, type: type, transposed: transposed,
            panelWidth: Self.panelWidth(outputs: outputs))
    }

    package func pack(
        _ values: UnsafePointer<Float>, panel: Int, of weight: PackedWeight, worker: Int
    ) {
        let weight = own(weight)
        if let rounded = weight.rounded {
            let total = weight.outputs * weight.inputs
            let first = total * panel / weight.panelCount
            let end = total * (panel + 1) / weight.panelCount
            grpo_round_to_bfloat16(values + first, rounded + first, Int64(end - first))
        } else if panel == 0 {
            weight.values = values
        }
    }

    private func own(_ weight: PackedWeight) -> OpenBLASWeight {
        guard let weight = weight as? OpenBLASWeight else {
            preconditionFailure("a weight of \(Swift.type(of: weight)) in \(name)")
        }
        return weight
    }

    package func multiplyTile(
        _ x: UnsafeRawPointer, rows: Int, _ weight: PackedWeight, panel: Int,
        y: UnsafeMutablePointer<Float>, worker: Int
    ) {
        let weight = own(weight)
        let columns = weight.panel(panel)
        let chunk = ProductTiles.rowsOfTask
        for first in stride(from: 0, to: rows, by: chunk) {
            let count = min(chunk, rows - first)
            let left = widened(
                x + first * weight.inputs * weight.type.byteCount, stride: weight.inputs,
                rows: count, columns: weight.inputs, type: weight.type, worker: worker,
                use: .operand)
            let target = y + first * columns.count
            let depth = Int64(weight.inputs)
            if weight.transposed {
                grpo_openblas_multiply(
                    0, 0, Int64(count), Int64(columns.count), depth, left, depth,
                    weight.elements + columns.lowerBound, Int64(weight.outputs), 0, target,
                    Int64(columns.count))
            } else if count < Self.fewRows {
                grpo_multiply_few_rows(
                    left, Int64(count), weight.elements + columns.lowerBound * weight.inputs,
                    Int64(columns.count), depth, target)
            } else {
                grpo_openblas_multiply(
                    0, 1, Int64(count), Int64(columns.count), depth, left, depth,
                    weight.elements + columns.lowerBound * weight.inputs, depth, 0, target,
                    Int64(columns.count))
            }
        }
    }

    package func weightGradient(
        _ dy: UnsafeRawPointer, _ x: UnsafeRawPointer, rows: Int, outputs: Int, inputs: Int,
        type: DType, dWeight: UnsafeMutablePointer<Float>
    ) {
        let width = Self.panelWidth(outputs: outputs)
        pool.run(tasks: (outputs + width - 1) / width) { panel, worker in
            let column = panel * width
            let columns = min(width, outputs - column)
            let block = type == .bfloat16 ? Self.tokensOfBlock : rows
            for first in stride(from: 0, to: rows, by: block) {
                let count = min(block, rows - first)
                let left = widened(
                    dy + (first * outputs + column) * type.byteCount, stride: outputs,
                    rows: count, columns: columns, type: type, worker: worker, use: .operand)
                let right = widened(
                    x + first * inputs * type.byteCount, stride: inputs, rows: count,
                    columns: inputs, type: type, worker: worker, use: .library)
                grpo_openblas_multiply(
                    1, 0, Int64(columns), Int64(inputs), Int64(count), left,
                    Int64(type == .bfloat16 ? columns : outputs), right, Int64(inputs), 1,
                    dWeight + column * inputs, Int64(inputs))
            }
        }
    }

    /// The rows as float32: where they lie, or widened into scratch memory without gaps.
    private func widened(
        _ x: UnsafeRawPointer, stride: Int, rows: Int, columns: Int, type: DType, worker: Int,
        use: WorkerPool.ScratchUse
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

/// A weight as it lies in memory, or a copy rounded to bfloat16 and kept as float32.
private final class OpenBLASWeight: PackedWeight, @unchecked Sendable {
    var values: UnsafePointer<Float>?
    let rounded: UnsafeMutablePointer<Float>?

    override init(outputs: Int, inputs: Int, type: DType, transposed: Bool, panelWidth: Int) {
        rounded = type == .bfloat16 ? .allocate(capacity: outputs * inputs) : nil
        super.init(
            outputs: outputs, inputs: inputs, type: type, transposed: transposed,
            panelWidth: panelWidth)
    }

    deinit {
        rounded?.deallocate()
    }

    var elements: UnsafePointer<Float> {
        guard let elements = rounded.map({ UnsafePointer($0) }) ?? values else {
            preconditionFailure("a weight [\(outputs), \(inputs)] was used before it was packed")
        }
        return elements
    }
}
