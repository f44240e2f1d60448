import CGRPOKernels
package import GRPOTensors

extension CPUBackend {
    /// Bytes of the logits' gradient that exist at once.
    private static let gradientBytes = 48 << 20

    /// Rows whose logits' gradient exists at once.
    private func gradientRows(vocabulary: Int) -> Int {
        max(64, Self.gradientBytes / (vocabulary * activationType.byteCount) / 64 * 64)
    }

    package func headGradientBytes(rows: Int, vocabulary: Int) -> Int {
        min(gradientRows(vocabulary: vocabulary), rows) * vocabulary * activationType.byteCount
    }

    /// Computes the logits again, a chunk of rows at a time, and turns them into their gradient
    /// [rows, vocabulary], which then is the dy of an ordinary product.
    package func logProbabilitiesBackward(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double,
        forward: TokenLogProbabilities, dLogProbabilities: [Double], dEntropies: [Double]?,
        dHidden: Tensor, dWeight: Tensor?
    ) {
        precondition(
            targets.count == hidden.rows && dLogProbabilities.count == hidden.rows,
            "\(targets.count) targets, \(dLogProbabilities.count) gradients of \(hidden.rows) rows")
        let inverse = Float(1 / temperature)
        let rows: [grpo_head_row] = targets.indices.map { row in
            grpo_head_row(
                inverse_temperature: inverse, lse: Float(forward.logSumExps[row]),
                entropy: Float(forward.entropies[row]), d_logp: Float(dLogProbabilities[row]),
                d_entropy: Float(dEntropies?[row] ?? 0))
        }
        let width = hidden.columns
        let chunk = gradientRows(vocabulary: weight.outputs)
        let dLogits = pool.storage(
            byteCount: headGradientBytes(rows: targets.count, vocabulary: weight.outputs))
        defer { withExtendedLifetime(dLogits) {} }
        let backward = packed(weight, transposed: true)
        for start in stride(from: 0, to: targets.count, by: chunk) {
            let range = start..<min(targets.count, start + chunk)
            let source = UnsafeRawPointer(
                hidden.address + start * width * hidden.dtype.byteCount)
            fillLogitsGradient(
                source, packed(weight), rows: rows[range], targets: targets[range],
                dLogits: dLogits.bytes)
            products.multiply(
                dLogits.bytes, rows: range.count, backward, y: dHidden.f32 + start * width)
            guard let dWeight else { continue }
            products.weightGradient(
                dLogits.bytes, source, rows: range.count, outputs: weight.outputs, inputs: width,
                type: activationType, dWeight: dWeight.f32)
        }
    }

    private func fillLogitsGradient(
        _ source: UnsafeRawPointer, _ packed: PackedWeight, rows: ArraySlice<grpo_head_row>,
        targets: ArraySlice<Int32>, dLogits: UnsafeMutableRawPointer
    ) {
        let (count, first) = (rows.count, rows.startIndex)
        let chunks = (count + Self.headRows - 1) / Self.headRows
        let size = activationType.byteCount
        let narrow: Int32 = activationType == .bfloat16 ? 1 : 0
        let rowBytes = packed.inputs * packed.type.byteCount
        let tileBytes = Self.headRows * packed.panelWidth * MemoryLayout<Float>.size
        workers.run(tasks: packed.panelCount * chunks) { task, worker in
            let (panel, chunk) = (task / chunks, task % chunks)
            let start = chunk * Self.headRows
            let range = start..<min(count, start + Self.headRows)
            let tokens = packed.panel(panel)
            let tile = workers.scratch(worker, bytes: tileBytes).assumingMemoryBound(
                to: Float.self)
            products.multiplyTile(
                source + start * rowBytes, rows: range.count, packed, panel: panel, y: tile,
                worker: worker)
            for row in range {
                withUnsafePointer(to: rows[first + row]) { numbers in
                    kernels.pointee.head_gradient!(
                        tile + (row - start) * tokens.count, Int64(tokens.count), numbers,
                        Int64(targets[first + row]) - Int64(tokens.lowerBound),
                        dLogits + (row * packed.outputs + tokens.lowerBound) * size, narrow)
                }
            }
        }
    }
}
