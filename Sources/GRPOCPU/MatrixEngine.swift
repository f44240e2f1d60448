package import GRPOTensors

/// A library that multiplies tiles of matrices, one thread to a call.
///
/// `MatrixProducts` cuts whole products into tiles and gives them to the workers of its pool; an
/// engine computes one. Operands are float32, or bfloat16 with sums in float32. An engine belongs to
/// one pool: it keeps what the library needs once per worker.
package protocol MatrixEngine: AnyObject, Sendable {
    var kind: EngineKind { get }
    /// For people, such as `oneDNN 2.6.3`.
    var name: String { get }
    /// The processor the library runs its kernels for, such as `avx512_core_bf16` or `SkylakeX`.
    var coreName: String { get }
    /// Whether a row of a product is the same bit for bit whatever rows are computed beside it.
    var rowsAreExact: Bool { get }
    /// Whether the library multiplies bfloat16 itself; otherwise tiles are widened to float32, with
    /// the same rounding of the operands.
    var multipliesBFloat16: Bool { get }
    var pool: WorkerPool { get }

    /// Whether weights of the type are better left to `BlockedWeight`, which must be available.
    func prefersBlocked(_ type: DType) -> Bool

    /// A packed weight with undefined contents, of shape [outputs, inputs].
    ///
    /// - Parameter transposed: the values to be packed are those of the transpose, [inputs, outputs].
    func makePackedWeight(
        outputs: Int, inputs: Int, type: DType, transposed: Bool
    ) -> PackedWeight

    /// Fills a panel of `weight` from row-major values, rounding them to the weight's type.
    func pack(
        _ values: UnsafePointer<Float>, panel: Int, of weight: PackedWeight, worker: Int)

    /// y = x Wᵀ over one panel: x [rows, inputs], y [rows, width of the panel], both contiguous.
    func multiplyTile(
        _ x: UnsafeRawPointer, rows: Int, _ weight: PackedWeight, panel: Int,
        y: UnsafeMutablePointer<Float>, worker: Int)

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
