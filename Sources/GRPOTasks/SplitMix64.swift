/// A small generator for draws that belong to a key rather than to a training run: the order of
/// held-out problems, a random reward.
///
/// Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators": a counter with
/// a fixed odd increment, passed through a mixing function.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var state: UInt64

    /// The generator of a seed. Any seed will do, 0 included.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// The mixing function: a bijection on 64 bits in which each input bit flips each output
    /// bit about half of the time.
    package static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
