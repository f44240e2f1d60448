/// The expression of Llama 3 and Qwen, `SplitRule.llama3`, `.qwen2` and `.qwen35`, scanned by hand:
/// they differ in how many digits make a word and whether marks count as letters.
struct LlamaScanner: WordScanner {
    private let digits: Int
    private let word: ScalarClass
    private let symbol: ScalarClass
    private let table = ScalarClass.Table()

    init(digits: Int, marksAreLetters: Bool) {
        self.digits = digits
        word = marksAreLetters ? [.letter, .mark] : .letter
        symbol = ScalarClass.neither.subtracting(word)
    }

    @inline(__always)
    func match(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        start..<wordEnd(in: bytes, from: start)
    }

    private func wordEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        if let end = contractionEnd(in: bytes, from: start) { return end }
        let (first, length) = ScalarClass.next(in: bytes, at: start, table)
        let second = start + length
        if !word.isDisjoint(with: first) {
            return ScalarClass.runEnd(in: bytes, of: word, from: second, table)
        }
        if first == .number { return numberEnd(in: bytes, from: second) }
        var next = ScalarClass.other
        var nextLength = 0
        if second < bytes.count {
            (next, nextLength) = ScalarClass.next(in: bytes, at: second, table)
            if !word.isDisjoint(with: next), !isLineEnd(bytes[start]) {
                return ScalarClass.runEnd(
                    in: bytes, of: word, from: second + nextLength, table)
            }
        }
        let beginsSymbols = !symbol.isDisjoint(with: first)
        let spaceBeforeSymbols =
            bytes[start] == UInt8(ascii: " ") && nextLength > 0
            && !symbol.isDisjoint(with: next)
        if beginsSymbols || spaceBeforeSymbols {
            let end = ScalarClass.runEnd(in: bytes, of: symbol, from: second, table)
            return lineEndRun(in: bytes, from: end)
        }
        return spaceEnd(in: bytes, from: start, endsLines: true, table)
    }

    /// `\p{N}{1,digits}`, whose first digit lies before `position`.
    private func numberEnd(in bytes: UnsafeBufferPointer<UInt8>, from position: Int) -> Int {
        var end = position
        var left = digits - 1
        while left > 0, end < bytes.count {
            let (next, length) = ScalarClass.next(in: bytes, at: end, table)
            guard next == .number else { break }
            end += length
            left -= 1
        }
        return end
    }

    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`, where the long s is an s too.
    @inline(__always)
    private func contractionEnd(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        guard bytes[start] == UInt8(ascii: "'"), start + 1 < bytes.count else { return nil }
        let third = start + 2 < bytes.count ? bytes[start + 2] : 0
        switch (bytes[start + 1] | 0x20, third | 0x20) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
            (UInt8(ascii: "d"), _):
            return start + 2
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        default:
            return bytes[start + 1] == 0xC5 && third == 0xBF ? start + 3 : nil
        }
    }
}
