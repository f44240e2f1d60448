/// The last of DeepSeek-V3's three expressions, `SplitRule.deepSeekV3`, scanned by hand. It leaves
/// digits, controls and unassigned scalars between its matches.
struct DeepSeekScanner: WordScanner {
    private static let word: ScalarClass = [.letter, .mark]
    private static let symbol: ScalarClass = [.punctuation, .symbol]
    /// What `[^\r\n\p{L}\p{P}\p{S}]` keeps out, but for line ends.
    private static let notBeforeWord: ScalarClass = [.letter, .punctuation, .symbol]
    private let table = ScalarClass.Table()

    @inline(__always)
    func match(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        var position = start
        while position < bytes.count {
            let (first, length) = ScalarClass.next(in: bytes, at: position, table)
            if let end = wordEnd(in: bytes, from: position, first, length) {
                return position..<end
            }
            position += length
        }
        return nil
    }

    private func wordEnd(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ first: ScalarClass, _ length: Int
    ) -> Int? {
        let second = start + length
        var next = ScalarClass()
        if second < bytes.count { next = ScalarClass.next(in: bytes, at: second, table).0 }
        if bytes[start] < 0x80, !Self.symbol.isDisjoint(with: first), isASCIILetter(bytes, second) {
            var end = second + 1
            while isASCIILetter(bytes, end) { end += 1 }
            return end
        }
        let mayLead = Self.notBeforeWord.isDisjoint(with: first) && !isLineEnd(bytes[start])
        if !Self.word.isDisjoint(with: first) || mayLead && !Self.word.isDisjoint(with: next) {
            return ScalarClass.runEnd(in: bytes, of: Self.word, from: second, table)
        }
        if !Self.symbol.isDisjoint(with: first)
            || bytes[start] == UInt8(ascii: " ") && !Self.symbol.isDisjoint(with: next)
        {
            let end = ScalarClass.runEnd(in: bytes, of: Self.symbol, from: second, table)
            return lineEndRun(in: bytes, from: end)
        }
        return first == .space ? spaceEnd(in: bytes, from: start, endsLines: true, table) : nil
    }

    @inline(__always)
    private func isASCIILetter(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        position < bytes.count
            && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[position] | 0x20)
    }
}
