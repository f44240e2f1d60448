/// Ids by byte strings: the tokens of a vocabulary, or the words that are single tokens.
struct ByteStringTable: Sendable {
    private var slots: [Int32]
    /// All strings end to end; entry `i` is `bytes[offsets[i] ..< offsets[i + 1]]`.
    private var bytes: [UInt8] = []
    private var offsets: [Int32] = [0]
    private var ids: [Int32] = []

    init(capacity: Int) {
        let bits = max(4, Int.bitWidth - (2 * capacity).leadingZeroBitCount)
        slots = Array(repeating: -1, count: 1 << bits)
    }

    /// Enters a string unless it is already there; at most `capacity` strings.
    mutating func insert(_ string: [UInt8], id: Int32) {
        string.withUnsafeBufferPointer { string in
            let slot = slot(of: string)
            guard slots[slot] < 0 else { return }
            precondition(2 * ids.count <= slots.count, "\(ids.count) strings in \(slots.count)")
            slots[slot] = Int32(ids.count)
            bytes += string
            offsets.append(Int32(bytes.count))
            ids.append(id)
        }
    }

    subscript(string: [UInt8]) -> Int32? {
        string.withUnsafeBufferPointer { self[$0] }
    }

    @inline(__always)
    subscript(string: UnsafeBufferPointer<UInt8>) -> Int32? {
        let entry = slots[slot(of: string)]
        return entry < 0 ? nil : ids[Int(entry)]
    }

    /// The slot that holds the string, or the free one where it belongs.
    @inline(__always)
    private func slot(of string: UnsafeBufferPointer<UInt8>) -> Int {
        var slot = Int(truncatingIfNeeded: Self.hash(string)) & (slots.count - 1)
        while slots[slot] >= 0, !isEqual(Int(slots[slot]), string) {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    @inline(__always)
    private func isEqual(_ entry: Int, _ string: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = Int(offsets[entry])
        guard Int(offsets[entry + 1]) - start == string.count else { return false }
        for index in 0..<string.count where bytes[start + index] != string[index] { return false }
        return true
    }

    /// Eight bytes at a time through a multiplication, the high half folded onto the low.
    @inline(__always)
    private static func hash(_ string: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = UInt64(string.count)
        var position = 0
        while position < string.count {
            var word: UInt64 = 0
            let end = min(position + 8, string.count)
            while position < end {
                word = word << 8 | UInt64(string[position])
                position += 1
            }
            let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = product.high ^ product.low
        }
        return hash
    }
}
