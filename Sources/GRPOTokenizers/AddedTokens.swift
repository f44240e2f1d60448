/// Tokens that are cut out of a text before it is split into words.
struct AddedTokens: Sendable {
    struct Match {
        let range: Range<Int>
        let id: Int32
    }

    private struct Entry: Sendable {
        let spelling: [UInt8]
        let id: Int32
        let isSpecial: Bool
    }

    /// By first byte, the longest first.
    private var entries: [[Entry]] = Array(repeating: [], count: 256)
    private(set) var isEmpty = true

    mutating func insert(_ spelling: [UInt8], id: Int32, isSpecial: Bool) {
        guard let first = spelling.first else { return }
        isEmpty = false
        let entry = Entry(spelling: spelling, id: id, isSpecial: isSpecial)
        entries[Int(first)].append(entry)
        entries[Int(first)].sort { $0.spelling.count > $1.spelling.count }
    }

    /// The leftmost added token from `start` on, the longest of those that begin there.
    ///
    /// A special token that does not lie wholly in one of the `allowed` ranges is passed over as
    /// ordinary text, as Hugging Face `tokenizers` does when told to encode special tokens.
    func first(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, allowed: [Range<Int>]
    ) -> Match? {
        guard !isEmpty else { return nil }
        var position = start
        while position < bytes.count {
            let candidates = entries[Int(bytes[position])]
            guard
                !candidates.isEmpty,
                let entry = candidates.first(where: { matches($0, bytes, at: position) })
            else {
                position += 1
                continue
            }
            let range = position..<position + entry.spelling.count
            if !entry.isSpecial || allowed.contains(where: { $0.contains(range) }) {
                return Match(range: range, id: entry.id)
            }
            position = range.upperBound
        }
        return nil
    }

    private func matches(
        _ entry: Entry, _ bytes: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> Bool {
        position + entry.spelling.count <= bytes.count
            && entry.spelling.indices.allSatisfy { bytes[position + $0] == entry.spelling[$0] }
    }
}
