/// Texts end to end in one block: of each its own bytes and four more, where an array of `String`
/// takes sixteen, and sixty more for each that is longer than fifteen bytes.
///
/// For the vocabularies of strangers' files, whose lists of tokens are most of them: read into this
/// they take no more memory than they take in the file. A text is made when it is asked for.
package struct TextList: Sendable {
    /// All texts, one behind the other.
    private var bytes: [UInt8] = []
    /// Where each text ends.
    private var ends: [UInt32] = []

    package init() {}

    /// The most bytes that all texts have together.
    package static let mostBytes = Int(UInt32.max)

    /// The bytes of all texts.
    package var byteCount: Int { bytes.count }

    /// Makes place for so many texts more, of so many bytes in all.
    package mutating func reserve(texts: Int, bytes count: Int) {
        ends.reserveCapacity(ends.count + texts)
        bytes.reserveCapacity(bytes.count + count)
    }

    /// The bytes of one text, in UTF-8.
    package func bytes(at index: Int) -> ArraySlice<UInt8> { bytes[range(of: index)] }

    /// The first place of a text that has these very bytes.
    package func firstIndex(spelt text: some StringProtocol) -> Int? {
        let spelling = Array(text.utf8)
        return indices.first { bytes(at: $0).elementsEqual(spelling) }
    }

    /// Where a text stands again that one before it has already, byte by byte; nil where none does.
    ///
    /// - Parameter counts: which of them are compared.
    package func firstRepetition(where counts: (Int) -> Bool = { _ in true }) -> Int? {
        let bits = Swift.max(4, Int.bitWidth - (5 * count / 4).leadingZeroBitCount)
        var slots = [UInt32](repeating: .max, count: 1 << bits)
        for index in indices where counts(index) {
            let text = bytes(at: index)
            // FNV-1a, its high bits folded in.
            let hash = text.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01B3
            }
            var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1)
            while slots[slot] != .max {
                if bytes(at: Int(slots[slot])) == text { return index }
                slot = (slot + 1) & (slots.count - 1)
            }
            slots[slot] = UInt32(index)
        }
        return nil
    }

    private func range(of index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }
}

extension TextList: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { ends.count }

    package subscript(index: Int) -> String {
        get { String(decoding: bytes(at: index), as: UTF8.self) }
        set { replaceSubrange(index..<index + 1, with: CollectionOfOne(newValue)) }
    }

    package mutating func append(_ text: String) {
        bytes += text.utf8
        precondition(bytes.count <= Self.mostBytes, "\(bytes.count) bytes of texts")
        ends.append(UInt32(bytes.count))
    }

    package mutating func replaceSubrange(
        _ range: Range<Int>, with texts: some Collection<String>
    ) {
        let behind = range.upperBound..<count
        let start = range.lowerBound == 0 ? 0 : Int(ends[range.lowerBound - 1])
        let rest = behind.map { self[$0] }
        bytes.removeSubrange(start...)
        ends.removeSubrange(range.lowerBound...)
        for text in texts { append(text) }
        for text in rest { append(text) }
    }
}

extension TextList: ExpressibleByArrayLiteral, Equatable {
    package init(arrayLiteral texts: String...) {
        for text in texts { append(text) }
    }
}

extension TextList: Codable {
    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd { append(try container.decode(String.self)) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for text in self { try container.encode(text) }
    }
}
