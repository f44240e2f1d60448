import CGRPOKernels
package import GRPOTensors

extension CPUBackend {
    package func gatherRows(_ x: Tensor, _ rows: [Int32], y: Tensor) {
        let bytes = x.columns * x.dtype.byteCount
        let (source, target) = (x.address, y.address)
        rows.withUnsafeBufferPointer { rows in
            forEachBlock(of: rows.count, cost: bytes / 4) { range, _ in
                for index in range {
                    (target + index * bytes).copyMemory(
                        from: source + Int(rows[index]) * bytes, byteCount: bytes)
                }
            }
        }
    }

    package func scatterRows(_ x: Tensor, _ rows: [Int32], y: Tensor) {
        let bytes = x.columns * x.dtype.byteCount
        let (source, target) = (x.address, y.address)
        rows.withUnsafeBufferPointer { rows in
            forEachBlock(of: rows.count, cost: bytes / 4) { range, _ in
                for index in range {
                    (target + Int(rows[index]) * bytes).copyMemory(
                        from: source + index * bytes, byteCount: bytes)
                }
            }
        }
    }

    package func cast(_ x: Tensor, y: Tensor) {
        let (source, target) = (x.address, y.address)
        let (from, to) = (x.dtype.byteCount, y.dtype.byteCount)
        switch (x.dtype, y.dtype) {
        case (.float32, .bfloat16):
            forEachBlock(of: x.count) { range, _ in
                kernels.pointee.narrow!(
                    (source + range.lowerBound * from).assumingMemoryBound(to: Float.self),
                    (target + range.lowerBound * to).assumingMemoryBound(to: UInt16.self),
                    Int64(range.count))
            }
        case (.bfloat16, .float32):
            forEachBlock(of: x.count) { range, _ in
                kernels.pointee.widen!(
                    (source + range.lowerBound * from).assumingMemoryBound(to: UInt16.self),
                    (target + range.lowerBound * to).assumingMemoryBound(to: Float.self),
                    Int64(range.count))
            }
        case let (old, new) where old == new:
            forEachBlock(of: x.count) { range, _ in
                (target + range.lowerBound * to).copyMemory(
                    from: source + range.lowerBound * to, byteCount: range.count * to)
            }
        default:
            y.fill(from: x.doubles)
        }
    }

    package func add(_ x: Tensor, y: Tensor) {
        let (narrow, size) = (isNarrow(y), y.dtype.byteCount)
        let (source, target) = (x.address, y.address)
        forEachBlock(of: y.count) { range, _ in
            kernels.pointee.add!(
                source + range.lowerBound * size, target + range.lowerBound * size,
                Int64(range.count), narrow)
        }
    }

    package func zero(_ x: Tensor) {
        let target = x.address
        forEachBlock(of: x.count * x.dtype.byteCount, cost: 4) { range, _ in
            (target + range.lowerBound).initializeMemory(
                as: UInt8.self, repeating: 0, count: range.count)
        }
    }

    package func squaredNorm(_ x: Tensor) -> Double {
        let source = x.f32
        let size = Self.elementsPerTask
        var sums = [Double](repeating: 0, count: (x.count + size - 1) / size)
        sums.withUnsafeMutableBufferPointer { sums in
            forEachBlock(of: x.count, size: size) { range, _ in
                sums[range.lowerBound / size] = kernels.pointee.squared_norm!(
                    source + range.lowerBound, Int64(range.count))
            }
        }
        return sums.reduce(0, +)
    }

    package func firstNonFinite(_ x: Tensor) -> Int? {
        let (narrow, bytes, source) = (isNarrow(x), x.dtype.byteCount, x.address)
        let size = Self.elementsPerTask
        var found = [Int](repeating: -1, count: (x.count + size - 1) / size)
        found.withUnsafeMutableBufferPointer { found in
            forEachBlock(of: x.count, size: size) { range, _ in
                let index = kernels.pointee.first_non_finite!(
                    source + range.lowerBound * bytes, Int64(range.count), narrow)
                if index >= 0 { found[range.lowerBound / size] = range.lowerBound + Int(index) }
            }
        }
        return found.first { $0 >= 0 }
    }

    package func adamW(
        _ values: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
        step: AdamWStep
    ) {
        let correction1 = 1 - Scalar.pow(step.beta1, Double(step.step))
        let correction2 = 1 - Scalar.pow(step.beta2, Double(step.step))
        let factors = grpo_adamw(
            gradient_scale: step.gradientScale, beta1: step.beta1, beta2: step.beta2,
            decay: step.learningRate * step.weightDecay, rate: step.learningRate / correction1,
            correction: 1 / correction2.squareRoot(), epsilon: step.epsilon)
        let (p, g, m, v) = (values.f32, gradient.f32, firstMoment.f32, secondMoment.f32)
        forEachBlock(of: values.count) { range, _ in
            let start = range.lowerBound
            withUnsafePointer(to: factors) {
                kernels.pointee.adamw!(
                    p + start, g + start, m + start, v + start, Int64(range.count), $0)
            }
        }
    }
}
