/// The hash that decides which problems are held out. It is part of the data: changing it
/// changes every held-out set.
package enum StableHash {
    /// FNV-1a over the UTF-8 bytes, 64 bits, then the mixing function of SplitMix64, because
    /// the high bits of FNV-1a alone vary little over short keys.
    package static func hash(_ key: String) -> UInt64 { hash(key.utf8) }

    /// The same of bytes.
    package static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return SplitMix64.mix(hash)
    }

    /// The hash as a number in `0 ..< 1`.
    package static func fraction(_ key: String) -> Double { fraction(hash(key)) }

    /// A hash as a number in `0 ..< 1`.
    package static func fraction(_ hash: UInt64) -> Double { Double(hash >> 11) * 0x1p-53 }
}
