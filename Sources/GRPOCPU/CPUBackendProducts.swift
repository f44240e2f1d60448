import CGRPOKernels
package import GRPOTensors

extension CPUBackend {
    /// Rows whose sum a bias's gradient takes in one piece.
    private static let biasRows = 256

    package func linear(
        _ x: Tensor, _ weight: Weight, bias: Tensor?, residual: Tensor?, y: Tensor
    ) {
        guard x.rows > 0 else { return }
        products.multiply(
            x.address, rows: x.rows, packed(weight), bias: bias.map { UnsafePointer($0.f32) },
            residual: residual.map { UnsafePointer($0.f32) }, y: y.f32)
    }

    package func linearBackwardInput(_ dy: Tensor, _ weight: Weight, dx: Tensor) {
        guard dy.rows > 0 else { return }
        products.multiply(
            dy.address, rows: dy.rows, packed(weight, transposed: true), y: dx.f32)
    }

    package func linearBackwardWeight(
        _ dy: Tensor, _ x: Tensor, dWeight: Tensor, dBias: Tensor?
    ) {
        guard dy.rows > 0 else { return }
        products.weightGradient(
            dy.address, x.address, rows: dy.rows, outputs: dy.columns, inputs: x.columns,
            type: activationType, dWeight: dWeight.f32)
        if let dBias { addColumnSums(of: dy, to: dBias) }
    }

    package func logits(_ hidden: Tensor, _ weight: Weight, logits: Tensor) {
        linear(hidden, weight, bias: nil, residual: nil, y: logits)
    }

    private func addColumnSums(of x: Tensor, to sums: Tensor) {
        let (rows, width, narrow) = (x.rows, x.columns, isNarrow(x))
        let source = x.address
        addPartialSums(rows: rows, rowsPerBlock: Self.biasRows, width: width, to: sums) {
            range, partial in
            let start = source + range.lowerBound * width * x.dtype.byteCount
            kernels.pointee.column_sums!(start, narrow, Int64(range.count), Int64(width), partial)
        }
    }

    /// Lets `body(range, partial)` write the sums over each block of rows `[width]`, then adds the
    /// blocks to `sums` in order.
    func addPartialSums(
        rows: Int, rowsPerBlock: Int, width: Int, to sums: Tensor,
        _ body: (_ range: Range<Int>, _ partial: UnsafeMutablePointer<Float>) -> Void
    ) {
        let blocks = (rows + rowsPerBlock - 1) / rowsPerBlock
        let storage = pool.storage(byteCount: blocks * width * MemoryLayout<Float>.size)
        defer { withExtendedLifetime(storage) {} }
        let partials = storage.bytes.assumingMemoryBound(to: Float.self)
        workers.run(tasks: blocks) { block, _ in
            let range = block * rowsPerBlock..<min(rows, (block + 1) * rowsPerBlock)
            body(range, partials + block * width)
        }
        for block in 0..<blocks {
            kernels.pointee.add!(partials + block * width, sums.f32, Int64(width), 0)
        }
    }
}
