import CGRPOKernels
package import GRPOTensors

extension CPUBackend {
    package func embedding(_ table: Tensor, _ tokens: [Int32], y: Tensor) {
        let width = table.columns
        let (source, target) = (table.f32, y.f32)
        tokens.withUnsafeBufferPointer { tokens in
            forEachBlock(of: tokens.count, cost: width) { range, _ in
                kernels.pointee.embedding!(
                    source, tokens.baseAddress! + range.lowerBound, Int64(range.count),
                    Int64(width), target + range.lowerBound * width)
            }
        }
    }

    /// Tasks split the channels, so that every element of the table sums in the order of tokens.
    package func embeddingBackward(_ dy: Tensor, _ tokens: [Int32], dTable: Tensor) {
        guard !tokens.isEmpty else { return }
        let width = dTable.columns
        let (source, target) = (dy.f32, dTable.f32)
        let channels = max(64, blockSize(cost: tokens.count) / 16 * 16)
        tokens.withUnsafeBufferPointer { tokens in
            workers.run(tasks: (width + channels - 1) / channels) { task, _ in
                kernels.pointee.embedding_backward!(
                    source, tokens.baseAddress!, Int64(tokens.count), Int64(width),
                    Int64(task * channels), Int64(min(width, (task + 1) * channels)), target)
            }
        }
    }

    package func rmsNorm(
        _ x: Tensor, weight: Tensor, epsilon: Double, y: Tensor, inverseRMS: Tensor
    ) {
        let (width, narrow, size) = (x.columns, isNarrow(y), y.dtype.byteCount)
        let (source, scale, inverse, target) = (x.f32, weight.f32, inverseRMS.f32, y.address)
        forEachBlock(of: x.rows, cost: width) { range, _ in
            let start = range.lowerBound
            kernels.pointee.rms_norm!(
                source + start * width, scale, epsilon, Int64(range.count), Int64(width),
                target + start * width * size, narrow, inverse + start)
        }
    }

    package func rmsNormBackward(
        _ dy: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, dx: Tensor, dWeight: Tensor?
    ) {
        let width = x.columns
        let (dySource, xSource, scale) = (dy.f32, x.f32, weight.f32)
        let (inverse, target) = (inverseRMS.f32, dx.f32)
        func run(_ range: Range<Int>, _ partial: UnsafeMutablePointer<Float>?) {
            let start = range.lowerBound
            kernels.pointee.rms_norm_backward!(
                dySource + start * width, xSource + start * width, scale, inverse + start,
                Int64(range.count), Int64(width), target + start * width, partial)
        }
        if let dWeight {
            addPartialSums(
                rows: x.rows, rowsPerBlock: blockSize(cost: width), width: width, to: dWeight, run)
        } else {
            forEachBlock(of: x.rows, cost: width) { range, _ in run(range, nil) }
        }
    }

    package func rope(
        _ qkv: Tensor, positions: [Int32], table: Tensor, headDim: Int, q: Tensor, k: Tensor,
        v: Tensor
    ) {
        let (width, narrow, size) = (qkv.columns, isNarrow(q), q.dtype.byteCount)
        let (qWidth, kWidth) = (q.columns, k.columns)
        let (source, angles) = (qkv.f32, table.f32)
        let (qTarget, kTarget, vTarget) = (q.address, k.address, v.address)
        positions.withUnsafeBufferPointer { positions in
            forEachBlock(of: positions.count, cost: width) { range, _ in
                let start = range.lowerBound
                kernels.pointee.rope!(
                    source + start * width, positions.baseAddress! + start, angles,
                    Int64(range.count), Int64(qWidth / headDim), Int64(kWidth / headDim),
                    Int64(headDim), qTarget + start * qWidth * size,
                    kTarget + start * kWidth * size, vTarget + start * kWidth * size, narrow)
            }
        }
    }

    package func ropeBackward(
        dq: Tensor, dk: Tensor, dv: Tensor, positions: [Int32], table: Tensor, headDim: Int,
        dqkv: Tensor
    ) {
        let (width, narrow, size) = (dqkv.columns, isNarrow(dqkv), dqkv.dtype.byteCount)
        let (qWidth, kWidth) = (dq.columns, dk.columns)
        let (dq, dk, dv, angles, target) = (dq.f32, dk.f32, dv.f32, table.f32, dqkv.address)
        positions.withUnsafeBufferPointer { positions in
            forEachBlock(of: positions.count, cost: width) { range, _ in
                let start = range.lowerBound
                kernels.pointee.rope_backward!(
                    dq + start * qWidth, dk + start * kWidth, dv + start * kWidth,
                    positions.baseAddress! + start, angles, Int64(range.count),
                    Int64(qWidth / headDim), Int64(kWidth / headDim), Int64(headDim),
                    target + start * width * size, narrow)
            }
        }
    }

    package func swiglu(_ gateUp: Tensor, y: Tensor) {
        let (width, narrow, size) = (y.columns, isNarrow(y), y.dtype.byteCount)
        let (source, target) = (gateUp.f32, y.address)
        forEachBlock(of: y.rows, cost: width) { range, _ in
            kernels.pointee.swiglu!(
                source + range.lowerBound * 2 * width, Int64(range.count), Int64(width),
                target + range.lowerBound * width * size, narrow)
        }
    }

    package func swigluBackward(_ dy: Tensor, gateUp: Tensor, dGateUp: Tensor) {
        let (width, narrow, size) = (dy.columns, isNarrow(dGateUp), dGateUp.dtype.byteCount)
        let (dySource, source, target) = (dy.f32, gateUp.f32, dGateUp.address)
        forEachBlock(of: dy.rows, cost: width) { range, _ in
            let start = range.lowerBound
            kernels.pointee.swiglu_backward!(
                dySource + start * width, source + start * 2 * width, Int64(range.count),
                Int64(width), target + start * 2 * width * size, narrow)
        }
    }
}
