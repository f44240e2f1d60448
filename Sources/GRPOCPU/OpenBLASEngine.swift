import CGRPOKernels
import CGRPOOpenBLAS
package import GRPOTensors

/// OpenBLAS, called on one thread at a time with weights as they are.
///
/// It multiplies float32 alone: bfloat16 operands are widened, so the rounding of the operands is
/// that of the other engine. Its sums are formed in another order for other numbers of rows. On
/// AVX-512 `BlockedWeight` and `BlockedGradient` take float32.
package final class OpenBLASEngine: MatrixEngine {
    package let kind = EngineKind.openblas
    package let name: String
    package let coreName: String
    package let multipliesBFloat16 = false
    package let pool: WorkerPool

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

    package func rowsAreExact(for type: DType) -> Bool {
        usesBlocked(for: type)
    }

    package func usesBlocked(for type: DType) -> Bool {
        usesBlocked && type == .float32 && BlockedWeight.isAvailable(for: type)
    }

    /// At least two panels where there is enough to share, whole vectors wide.
    private static func panelWidth(outputs: Int) -> Int {
        outputs < 128 ? outputs : min(512, (outputs / 2 + 15) / 16 * 16)
    }

    package func makePackedWeight(
        outputs: Int, inputs: Int, type: DType, transposed: Bool, memory: PackedMemory
    ) -> PackedWeight {
        if usesBlocked(for: type) {
            return BlockedWeight(
                outputs: outputs, inputs: inputs, type: type, transposed: transposed,
                memory: memory)
        }
        return OpenBLASWeight(
            outputs: outputs, inputs: inputs, type: type, transposed: transposed,
            panelWidth: Self.panelWidth(outputs: outputs))
    }

    package func packedBytes(outputs: Int, inputs: Int, type: DType) -> Int {
        usesBlocked(for: type)
            ? BlockedWeight.bytes(outputs: outputs, inputs: inputs, type: type)
            : OpenBLASWeight.bytes(outputs: outputs, inputs: inputs, type: type)
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
                let left = OpenBLASWeight.widened(
                    dy + (first * outputs + column) * type.byteCount, stride: outputs,
                    rows: count, columns: columns, type: type, worker: worker,
                    use: .operand, pool: pool)
                let right = OpenBLASWeight.widened(
                    x + first * inputs * type.byteCount, stride: inputs, rows: count,
                    columns: inputs, type: type, worker: worker, use: .library, pool: pool)
                grpo_openblas_multiply(
                    1, 0, Int64(columns), Int64(inputs), Int64(count), left,
                    Int64(type == .bfloat16 ? columns : outputs), right, Int64(inputs), 1,
                    dWeight + column * inputs, Int64(inputs))
            }
        }
    }
}
