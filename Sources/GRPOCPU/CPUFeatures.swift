import CGRPOKernels

/// The instruction sets the kernels are compiled for.
package enum KernelLevel: Int, CaseIterable, Sendable {
    /// What every CPU of the architecture has.
    case baseline
    /// AVX2 and fused multiply-add.
    case v3
    /// AVX-512.
    case v4

    /// The kernels of the level, or nil where this CPU lacks it.
    var kernels: UnsafePointer<grpo_kernels>? {
        grpo_kernels_at(Int32(rawValue))
    }

    /// For people, such as `x86-64-v4`.
    package var name: String {
        String(cString: grpo_level_name(Int32(rawValue)))
    }

    /// The levels this CPU has, from the least.
    package static var available: [KernelLevel] {
        allCases.filter { $0.kernels != nil }
    }

    /// The highest of them.
    package static var best: KernelLevel {
        available.last ?? .baseline
    }
}

extension KernelLevel {
    /// exp of every element, as the kernels compute it. The level must be available.
    package func exponential(_ x: [Float]) -> [Float] {
        map(x, kernels!.pointee.exponential!)
    }

    /// log of every element.
    package func logarithm(_ x: [Float]) -> [Float] {
        map(x, kernels!.pointee.logarithm!)
    }

    private func map(
        _ x: [Float],
        _ function: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int64) -> Void
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: x.count) { y, count in
            function(x, y.baseAddress, Int64(x.count))
            count = x.count
        }
    }
}
