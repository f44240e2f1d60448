/// The added tokens of a vocabulary, ready to be found.
struct AddedTokens: Sendable {
    struct Match {
        /// What the token takes out of the text, stripped spaces included.
        let range: Range<Int>
        let id: Int32
    }

    private struct Entry: Sendable {
        let spelling: [UInt8]
        let token: AddedToken
    }

    /// By first byte, the longest first.
    private var entries: [[Entry]] = Array(repeating: [], count: 256)
    private(set) var isEmpty = true

    mutating func insert(_ spelling: [UInt8], _ token: AddedToken) {
        guard let first = spelling.first else { return }
        isEmpty = false
        entries[Int(first)].append(Entry(spelling: spelling, token: token))
    }

    /// To be called once, after all are inserted.
    mutating func sort() {
        for first in entries.indices {
            entries[first].sort { $0.spelling.count > $1.spelling.count }
        }
    }

    /// Calls `token` with each added token of the text and `piece` with the range of each stretch
    /// between, in order; no stretch is empty.
    ///
    /// The leftmost token counts, the longest of those that begin there. A special token that does
    /// not lie wholly in one of the `allowed` ranges is passed over as ordinary text, as Hugging
    /// Face `tokenizers` does when told to encode special tokens, and so is a token that is to be
    /// a word of its own and is not.
    func split(
        _ bytes: UnsafeBufferPointer<UInt8>, allowed: [Range<Int>],
        piece: (Range<Int>) throws(TokenizerError) -> Void, token: (Int32) -> Void
    ) throws(TokenizerError) {
        var start = 0
        while let match = isEmpty ? nil : first(in: bytes, from: start, allowed: allowed) {
            if start < match.range.lowerBound { try piece(start..<match.range.lowerBound) }
            token(match.id)
            start = match.range.upperBound
        }
        if start < bytes.count { try piece(start..<bytes.count) }
    }

    private func first(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, allowed: [Range<Int>]
    ) -> Match? {
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
            let token = entry.token
            let isAllowed =
                (!token.isSpecial || allowed.contains { $0.contains(range) })
                && (!token.isSingleWord || standsAlone(bytes, range))
            guard isAllowed else {
                position = range.upperBound
                continue
            }
            var (lower, upper) = (range.lowerBound, range.upperBound)
            if token.stripsLeft {
                while lower > start, let before = scalar(bytes, endingAt: lower),
                    before.properties.isWhitespace, lower - UTF8.width(before) >= start
                {
                    lower -= UTF8.width(before)
                }
            }
            if token.stripsRight {
                while let after = scalar(bytes, at: upper), after.properties.isWhitespace {
                    upper += UTF8.width(after)
                }
            }
            return Match(range: lower..<upper, id: token.id)
        }
        return nil
    }

    private func matches(
        _ entry: Entry, _ bytes: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> Bool {
        position + entry.spelling.count <= bytes.count
            && entry.spelling.indices.allSatisfy { bytes[position + $0] == entry.spelling[$0] }
    }

    /// Whether no word character (Unicode's `\w`) touches the range.
    private func standsAlone(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        let before = scalar(bytes, endingAt: range.lowerBound)
        let after = scalar(bytes, at: range.upperBound)
        return ![before, after].contains { $0.map(isWordCharacter) ?? false }
    }

    private func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        // To `tokenizers` 0.23 what Unicode 17 added is no word character.
        guard let age = properties.age, (age.major, age.minor) <= (16, 0) else { return false }
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark:
            return true
        default:
            return false
        }
    }

    private func scalar(
        _ bytes: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> Unicode.Scalar? {
        position < bytes.count ? Unicode.Scalar(scalarValue(in: bytes, at: position).value) : nil
    }

    private func scalar(
        _ bytes: UnsafeBufferPointer<UInt8>, endingAt end: Int
    ) -> Unicode.Scalar? {
        var position = end - 1
        while position > 0, bytes[position] & 0xC0 == 0x80 { position -= 1 }
        return position >= 0 ? scalar(bytes, at: position) : nil
    }
}
