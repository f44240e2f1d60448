/// How text is split into words, inside which alone byte pairs merge.
///
/// GPT-2's rule is the regular expression
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
/// leftmost alternative first; SmolLM2's isolates every digit and then applies the same
/// expression to what lies between. Both are scanned by hand: every byte of the text falls into
/// exactly one word, in one pass.
struct PreTokenizer: Sendable {
    /// Whether each digit is a word of its own, which no space or neighbour joins.
    private let isolatesDigits: Bool
    private let table = ScalarClass.Table()

    /// The names that `tokenizer.ggml.pre` uses. Files converted before the key existed say
    /// `default`; GPT-2's expression was then the only one.
    static let known = ["gpt-2", "smollm", "default"]

    /// - Throws: `TokenizerError.unknownPreTokenizer`.
    init(named name: String?) throws(TokenizerError) {
        switch name {
        case "gpt-2", "default": isolatesDigits = false
        case "smollm": isolatesDigits = true
        default: throw .unknownPreTokenizer(name, known: Self.known)
        }
    }

    /// The end of the word that begins at `start`, where `start < bytes.count`; the bytes are
    /// valid UTF-8 and are looked at as if nothing followed them.
    func wordEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        if let end = contractionEnd(in: bytes, from: start) { return end }
        let (first, length) = ScalarClass.next(in: bytes, at: start, table)
        guard first == .space else {
            return runEnd(in: bytes, of: first, from: start + length)
        }
        let second = start + length
        if bytes[start] == UInt8(ascii: " "), second < bytes.count {
            let (next, nextLength) = ScalarClass.next(in: bytes, at: second, table)
            if next != .space, !isIsolated(next) {
                return runEnd(in: bytes, of: next, from: second + nextLength)
            }
        }
        return spaceEnd(in: bytes, from: start)
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

    private func isIsolated(_ scalar: ScalarClass) -> Bool {
        isolatesDigits && (scalar == .number || scalar == .newNumber)
    }

    /// The end of the run of one class whose first scalar lies before `position`.
    @inline(__always)
    private func runEnd(
        in bytes: UnsafeBufferPointer<UInt8>, of run: ScalarClass, from position: Int
    ) -> Int {
        if isIsolated(run) { return position }
        // To the expression a number newer than its tables is like any other symbol.
        let wanted = run == .newNumber ? .other : run
        var end = position
        while end < bytes.count {
            let (next, length) = ScalarClass.next(in: bytes, at: end, table)
            let matches = next == wanted || (next == .newNumber && wanted == .other)
            guard matches, !isIsolated(next) else { break }
            end += length
        }
        return end
    }

    /// The end of the spaces from `start`: all of them before the end of the text or an isolated
    /// digit, else all but the last, which is left to the word that follows; at least one.
    private func spaceEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var last = start
        var end = start
        while end < bytes.count {
            let (next, length) = ScalarClass.next(in: bytes, at: end, table)
            guard next == .space else {
                return isIsolated(next) || last == start ? end : last
            }
            last = end
            end += length
        }
        return end
    }
}
