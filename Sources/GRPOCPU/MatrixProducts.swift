package import GRPOTensors

/// Whole matrix products on a pool of workers: cut into tiles that depend on shapes, never on
/// threads, each computed by the engine's library or by loops of our own.
package final class MatrixProducts: Sendable {
    package let engine: any MatrixEngine

    package let memory: PackedMemory

    /// - Parameter storage: where the memory of packed weights is from.
    package init(engine: any MatrixEngine, storage: StoragePool = StoragePool()) {
        self.engine = engine
        memory = PackedMemory(storage)
    }

    package var pool: WorkerPool { engine.pool }

    /// Packs a matrix W [outputs, inputs] for y = x Wᵀ.
    ///
    /// For dx = dy W, name W's shape the other way round: with `transposed`, `values` is
    /// [inputs, outputs], and `multiply` takes dy [rows, inputs] to dx [rows, outputs].
    ///
    /// - Parameters:
    ///   - values: row-major; must outlive the result, as an engine may refer to them.
    ///   - old: a packed weight of the same shape, type and direction, whose memory is overwritten
    ///     and which is then the result.
    package func pack(
        _ values: UnsafePointer<Float>, outputs: Int, inputs: Int, type: DType,
        transposed: Bool = false, reusing old: PackedWeight? = nil
    ) -> PackedWeight {
        let weight: PackedWeight
        if let old, old.outputs == outputs, old.inputs == inputs, old.type == type,
            old.transposed == transposed
        {
            weight = old
        } else {
            weight = engine.makePackedWeight(
                outputs: outputs, inputs: inputs, type: type, transposed: transposed,
                memory: memory)
        }
        pool.run(tasks: weight.panelCount) { panel, worker in
            weight.pack(values, panel: panel, worker: worker, pool: pool)
        }
        return weight
    }

    /// y = x Wᵀ + bias + residual.
    ///
    /// - Parameters:
    ///   - x: `[rows, inputs]` of the weight's type.
    ///   - bias: `[outputs]`.
    ///   - residual: `[rows, outputs]`; may be `y` itself.
    ///   - y: `[rows, outputs]`.
    package func multiply(
        _ x: UnsafeRawPointer, rows: Int, _ weight: PackedWeight,
        bias: UnsafePointer<Float>? = nil, residual: UnsafePointer<Float>? = nil,
        y: UnsafeMutablePointer<Float>
    ) {
        let chunk = ProductTiles.rowsOfTask
        let panels = weight.panelCount
        let rowBytes = weight.inputs * weight.type.byteCount
        pool.run(tasks: (rows + chunk - 1) / chunk * panels) { task, worker in
            let first = task / panels * chunk
            let column = weight.panel(task % panels).lowerBound
            let offset = first * weight.outputs + column
            weight.multiply(
                x + first * rowBytes, rows: min(chunk, rows - first), panel: task % panels,
                bias: bias.map { $0 + column }, residual: residual.map { $0 + offset },
                y: y + offset, worker: worker, pool: pool)
        }
    }

    /// The product of any number of rows with one panel, from inside a task of the pool; the
    /// numbers are those of `multiply` bit for bit where the engine's rows are exact.
    ///
    /// - Parameters:
    ///   - x: `[rows, inputs]` of the weight's type.
    ///   - y: `[rows, width of the panel]`, contiguous.
    ///   - worker: that of the calling task, whose scratch for `.operation` and `.tile` is left
    ///     alone.
    package func multiplyTile(
        _ x: UnsafeRawPointer, rows: Int, _ weight: PackedWeight, panel: Int,
        y: UnsafeMutablePointer<Float>, worker: Int
    ) {
        weight.multiplyTile(x, rows: rows, panel: panel, y: y, worker: worker, pool: pool)
    }

    /// dWeight += dyᵀ x.
    ///
    /// The sum over rows runs in fixed blocks, in order, so threads cannot change it; cutting the
    /// rows into several calls can.
    ///
    /// - Parameters:
    ///   - dy: `[rows, outputs]` of `type`.
    ///   - x: `[rows, inputs]` of `type`.
    ///   - dWeight: `[outputs, inputs]`.
    package func weightGradient(
        _ dy: UnsafeRawPointer, _ x: UnsafeRawPointer, rows: Int, outputs: Int, inputs: Int,
        type: DType, dWeight: UnsafeMutablePointer<Float>
    ) {
        guard rows > 0 else { return }
        if engine.usesBlocked(for: type) {
            BlockedGradient(rows: rows, outputs: outputs, inputs: inputs, type: type)
                .add(dy, x, to: dWeight, pool: pool)
        } else {
            engine.weightGradient(
                dy, x, rows: rows, outputs: outputs, inputs: inputs, type: type, dWeight: dWeight)
        }
    }
}
