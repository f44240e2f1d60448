import GRPOTensors

/// y += s (x Aᵀ) Bᵀ over the adapted outputs of a joint product (Hu et al. 2021, equation 3).
///
/// The projections of a joint product read one x, so one product makes all x Aᵀ. Their B become
/// one matrix E [outputs, parts · r] that holds s B of part t in the columns of t's rank and zeros
/// elsewhere, and one product more adds everything: exact zeros change no sum. E is made from B
/// whenever B has another version, so a stale one cannot be used.
final class LowRankAdapter {
    private let down: Parameter  // A, [parts * r, inputs]
    private let up: Parameter  // B, [outputs of the parts, r]
    private let parts: [AdapterLayout.Part]
    private let rank: Int
    private let scale: Double
    private let spread: Weight  // E, [outputs, parts * r]
    private var spreadVersion: UInt64 = 0

    init(
        _ product: AdapterLayout.Product, down: Parameter, up: Parameter, rank: Int,
        scale: Double, backend: any Backend
    ) {
        self.down = down
        self.up = up
        self.rank = rank
        self.scale = scale
        parts = product.parts
        spread = Weight(
            backend.zeros([product.outputs, product.parts.count * rank], backend.parameterType))
    }

    /// - Parameters:
    ///   - x: A `[tokens, inputs]`.
    ///   - y: R `[tokens, outputs]`.
    func forward(_ x: Tensor, addingTo y: Tensor, _ backend: any Backend) {
        backend.linear(hidden(x, backend), current(), bias: nil, residual: y, y: y)
    }

    /// With h = x Aᵀ: dh = dy E, dA += dhᵀ x, dx += dh A; dE = dyᵀ h, dB += s times its blocks.
    ///
    /// - Parameters:
    ///   - dy: A `[tokens, outputs]`.
    ///   - x: that of `forward`; h is computed from it again, bit for bit.
    ///   - dx: R `[tokens, inputs]`.
    func backward(_ dy: Tensor, _ x: Tensor, addingTo dx: Tensor, _ backend: any Backend) {
        if let gradient = up.gradient {
            let dSpread = backend.zeros(spread.values.shape, backend.parameterType)
            backend.linearBackwardWeight(dy, hidden(x, backend), into: dSpread)
            collect(dSpread, into: gradient)
        }
        let dHidden = backend.cast(
            backend.linearBackwardInput(dy, current()), to: backend.activationType)
        if let gradient = down.gradient {
            backend.linearBackwardWeight(dHidden, x, into: gradient)
        }
        backend.add(backend.linearBackwardInput(dHidden, down.weight), y: dx)
    }

    /// W += s B A, each element summed in Double in the order of the rank and rounded once.
    ///
    /// - Parameter weight: W, R `[outputs, inputs]`.
    func merge(into weight: Tensor) {
        switch weight.dtype {
        case .float64: merge(into: weight, Double.self, { $0 }, { $0 })
        case .float32: merge(into: weight, Float.self, { Double($0) }, { Float($0) })
        case .bfloat16, .int32: Self.refuse(weight.dtype)
        }
    }

    /// x Aᵀ, A `[tokens, parts * r]`.
    private func hidden(_ x: Tensor, _ backend: any Backend) -> Tensor {
        backend.cast(backend.linear(x, down.weight), to: backend.activationType)
    }

    /// E of the present B.
    private func current() -> Weight {
        guard spreadVersion != up.weight.version else { return spread }
        switch spread.values.dtype {
        case .float64: forEachBlock(Double.self, up.values, spread.values) { $1 = scale * $0 }
        case .float32:
            forEachBlock(Float.self, up.values, spread.values) { $1 = Float(scale * Double($0)) }
        case .bfloat16, .int32: Self.refuse(spread.values.dtype)
        }
        spread.didChange()
        spreadVersion = up.weight.version
        return spread
    }

    /// dB += s dE, block by block.
    private func collect(_ dSpread: Tensor, into gradient: Tensor) {
        switch gradient.dtype {
        case .float64: forEachBlock(Double.self, gradient, dSpread) { $0 += scale * $1 }
        case .float32:
            forEachBlock(Float.self, gradient, dSpread) {
                $0 = Float(Double($0) + scale * Double($1))
            }
        case .bfloat16, .int32: Self.refuse(gradient.dtype)
        }
    }

    private static func refuse(_ dtype: DType) -> Never {
        preconditionFailure("adapters of \(dtype), expected float32 or float64")
    }

    /// Calls `body(element of B, its element of E)` for all of B.
    @inline(__always)
    private func forEachBlock<Value: Element>(
        _ type: Value.Type, _ up: Tensor, _ spread: Tensor,
        _ body: (inout Value, inout Value) -> Void
    ) {
        let (narrow, wide) = (up.pointer(of: type), spread.pointer(of: type))
        let width = spread.columns
        for part in parts {
            for (row, output) in zip(part.upRows, part.outputs) {
                let place = output * width + part.downRows.lowerBound
                for k in 0..<rank { body(&narrow[row * rank + k], &wide[place + k]) }
            }
        }
    }

    @inline(__always)
    private func merge<Value: Element>(
        into weight: Tensor, _ type: Value.Type, _ widened: (Value) -> Double,
        _ rounded: (Double) -> Value
    ) {
        let (a, b, w) = (
            down.values.pointer(of: type), up.values.pointer(of: type), weight.pointer(of: type)
        )
        let inputs = weight.columns
        var sums = [Double](repeating: 0, count: inputs)
        for part in parts {
            for (row, output) in zip(part.upRows, part.outputs) {
                for i in 0..<inputs { sums[i] = 0 }
                for (k, downRow) in part.downRows.enumerated() {
                    let factor = scale * widened(b[row * rank + k])
                    let line = a + downRow * inputs
                    for i in 0..<inputs { sums[i] += factor * widened(line[i]) }
                }
                let line = w + output * inputs
                for i in 0..<inputs { line[i] = rounded(widened(line[i]) + sums[i]) }
            }
        }
    }
}
