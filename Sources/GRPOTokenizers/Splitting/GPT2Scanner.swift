/// GPT-2's expression, `SplitRule.gpt2`, scanned by hand: every byte of the text falls into exactly
/// one word, in one pass. SmolLM2 and StarCoder isolate every digit and then apply the same
/// expression to what lies between, which this does in the same pass.
struct GPT2Scanner: WordScanner {
    /// Whether each digit is a word of its own, which no space or neighbour joins.
    let isolatesDigits: Bool
    private let isolated: ScalarClass
    private let table = ScalarClass.Table()

    init(isolatesDigits: Bool) {
        self.isolatesDigits = isolatesDigits
        isolated = isolatesDigits ? [.number, .newNumber] : []
    }

    @inline(__always)
    func match(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        start..<wordEnd(in: bytes, from: start)
    }

    private func wordEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        if let end = contractionEnd(in: bytes, from: start) { return end }
        let (first, length) = ScalarClass.next(in: bytes, at: start, table)
        guard first == .space else {
            return runEnd(in: bytes, of: first, from: start + length)
        }
        let second = start + length
        if bytes[start] == UInt8(ascii: " "), second < bytes.count {
            let (next, nextLength) = ScalarClass.next(in: bytes, at: second, table)
            if next != .space, isolated.isDisjoint(with: next) {
                return runEnd(in: bytes, of: next, from: second + nextLength)
            }
        }
        return isolatesDigits
            ? spaceEndBeforeDigits(in: bytes, from: start)
            : spaceEnd(in: bytes, from: start, endsLines: false, table)
    }

    /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`; nil if none begins here.
    private func contractionEnd(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        guard bytes[start] == UInt8(ascii: "'"), start + 1 < bytes.count else { return nil }
        switch bytes[start + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return start + 2 < bytes.count && bytes[start + 2] == UInt8(ascii: "e")
                ? start + 3 : nil
        case UInt8(ascii: "l"):
            return start + 2 < bytes.count && bytes[start + 2] == UInt8(ascii: "l")
                ? start + 3 : nil
        default:
            return nil
        }
    }

    /// The end of the run of one class whose first scalar lies before `position`.
    @inline(__always)
    private func runEnd(
        in bytes: UnsafeBufferPointer<UInt8>, of first: ScalarClass, from position: Int
    ) -> Int {
        if !isolated.isDisjoint(with: first) { return position }
        let run = ScalarClass.neither.contains(first) ? .neither : first
        return ScalarClass.runEnd(
            in: bytes, of: run.subtracting(isolated), from: position, table)
    }

    /// As `spaceEnd`, where an isolated digit ends the text that the expression sees.
    private func spaceEndBeforeDigits(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int {
        var last = start
        var end = start
        while end < bytes.count {
            let (next, length) = ScalarClass.next(in: bytes, at: end, table)
            guard next == .space else {
                return !isolated.isDisjoint(with: next) || last == start ? end : last
            }
            last = end
            end += length
        }
        return end
    }
}
