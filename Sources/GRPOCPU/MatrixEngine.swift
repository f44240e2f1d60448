package import GRPOTensors

/// A library that multiplies tiles of matrices, one thread to a call.
///
/// `MatrixProducts` cuts whole products into tiles and gives them to the workers of its pool; an
/// engine's weights compute one. Operands are float32, or bfloat16 with sums in float32. An engine belongs to
/// one pool: it keeps what the library needs once per worker.
package protocol MatrixEngine: AnyObject, Sendable {
    var kind: EngineKind { get }
    /// For people, such as `oneDNN 2.6.3`.
    var name: String { get }
    /// The processor the library runs its kernels for, such as `avx512_core_bf16` or `SkylakeX`.
    var coreName: String { get }
    /// Whether a row of a product of this type is the same bit for bit whatever rows are computed
    /// beside it.
    func rowsAreExact(for type: DType) -> Bool
    /// Whether the library multiplies bfloat16 itself; otherwise tiles are widened to float32, with
    /// the same rounding of the operands.
    var multipliesBFloat16: Bool { get }
    var pool: WorkerPool { get }

    /// Whether products of this type are those of `BlockedWeight` and `BlockedGradient`, which must
    /// be available, and not the library's.
    func usesBlocked(for type: DType) -> Bool

    /// A packed weight with undefined contents, of shape [outputs, inputs].
    ///
    /// - Parameters:
    ///   - transposed: the values to be packed are those of the transpose, [inputs, outputs].
    ///   - memory: where its copy of the values is to be.
    func makePackedWeight(
        outputs: Int, inputs: Int, type: DType, transposed: Bool, memory: PackedMemory
    ) -> PackedWeight

    /// Bytes of the copy of the values that such a weight keeps; 0 where it refers to them.
    func packedBytes(outputs: Int, inputs: Int, type: DType) -> Int

    /// dWeight += dyᵀ x, the work shared out over the pool: dy [rows, outputs], x [rows, inputs],
    /// dWeight [outputs, inputs].
    func weightGradient(
        _ dy: UnsafeRawPointer, _ x: UnsafeRawPointer, rows: Int, outputs: Int, inputs: Int,
        type: DType, dWeight: UnsafeMutablePointer<Float>)
}

/// The matrix libraries there are.
package enum EngineKind: String, Sendable, Codable, CaseIterable {
    case onednn
    case openblas
}

/// Why an engine cannot be used on this machine.
package struct EngineUnavailable: Error, CustomStringConvertible {
    package let description: String
}
