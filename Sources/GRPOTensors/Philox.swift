/// The counter-based generator Philox4x32-10: a keyed bijection of 128-bit counters.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
package enum Philox {
    /// Ten rounds over `counter` under `key`.
    package static func block(
        counter: SIMD4<UInt32>, key: SIMD2<UInt32>
    ) -> SIMD4<UInt32> {
        var counter = counter
        var key = key
        for round in 0..<10 {
            if round > 0 { key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85) }
            let low = UInt32(0xD251_1F53).multipliedFullWidth(by: counter[0])
            let high = UInt32(0xCD9E_8D57).multipliedFullWidth(by: counter[2])
            counter = SIMD4(
                high.high ^ counter[1] ^ key[0], high.low,
                low.high ^ counter[3] ^ key[1], low.low)
        }
        return counter
    }
}

/// The random numbers of one purpose of one stage, addressed and never consumed.
///
/// The key is made of the run's seed and the stream's name, the counter of what the number is for.
/// There is no hidden state, so batch order, threads and resumption cannot change a number.
package struct RandomStream: Sendable {
    private let key: SIMD2<UInt32>

    /// - Parameter name: the stage and the purpose, such as `grpo/sample` or `pretrain/shuffle`.
    package init(seed: UInt64, name: String) {
        // FNV-1a over the name, then the finaliser of SplitMix64 over both.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var mixed = seed &+ 0x9E37_79B9_7F4A_7C15 &* (hash | 1)
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        key = SIMD2(UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
    }

    /// 128 random bits at a counter.
    package func bits(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
        Philox.block(counter: counter, key: key)
    }

    /// A number in [0, 1) with 53 random bits.
    ///
    /// - Parameters:
    ///   - step: the step of the stage.
    ///   - slot: the draw slot within the step; replaced prompts count too.
    ///   - sample: the completion within the group.
    ///   - position: the token within the completion.
    package func uniform(step: Int, slot: Int, sample: Int, position: Int) -> Double {
        let bits = self.bits(
            SIMD4(UInt32(step), UInt32(slot), UInt32(sample), UInt32(position)))
        let word = UInt64(bits[0]) << 32 | UInt64(bits[1])
        return Double(word >> 11) * 0x1p-53
    }

    /// A sequential generator that starts at (step, slot), for code that draws as it goes.
    package func generator(step: Int, slot: Int) -> CounterGenerator {
        CounterGenerator(stream: self, step: UInt32(step), slot: UInt32(slot))
    }

    /// `count` draws from a normal distribution, by Box and Muller's transform in Double.
    package func normals(count: Int, step: Int, slot: Int) -> [Double] {
        var generator = generator(step: step, slot: slot)
        var values: [Double] = []
        values.reserveCapacity(count + 1)
        while values.count < count {
            let radius = (-2 * Scalar.log(1 - generator.uniform())).squareRoot()
            let angle = 2 * Double.pi * generator.uniform()
            values.append(radius * Scalar.cos(angle))
            values.append(radius * Scalar.sin(angle))
        }
        values.removeLast(values.count - count)
        return values
    }
}

/// Draws one number after another from a stream at a fixed (step, slot).
package struct CounterGenerator: RandomNumberGenerator {
    private let stream: RandomStream
    private let step: UInt32
    private let slot: UInt32
    private var draws: UInt64 = 0

    fileprivate init(stream: RandomStream, step: UInt32, slot: UInt32) {
        self.stream = stream
        self.step = step
        self.slot = slot
    }

    package mutating func next() -> UInt64 {
        let bits = stream.bits(
            SIMD4(
                step, slot, UInt32(truncatingIfNeeded: draws >> 32),
                UInt32(truncatingIfNeeded: draws)))
        draws += 1
        return UInt64(bits[0]) << 32 | UInt64(bits[1])
    }

    /// A number in [0, 1) with 53 random bits.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
