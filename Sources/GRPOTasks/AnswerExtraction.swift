/// Finds the answer in a completion. Both ways are total, take linear time, look at ASCII
/// syntax only and prefer the end of the text, where an answer stands after the thinking.
public enum AnswerExtraction {
    /// The content of the last complete `<answer>…</answer>` after the thinking, without the
    /// white space (space, tab, line feed, carriage return) around it.
    ///
    /// The thinking ends with the last `</think>`; what stands before it is no answer. A thought
    /// that was opened and never closed has no answer after it. Where several blocks stand, the
    /// last counts, and in `<answer><answer>5</answer>` the inner one.
    public static func tagged(in text: String) -> String? {
        let bytes = Array(text.utf8)
        var start = 0
        if let closing = ByteSearch.last(ByteSearch.thinkClose, in: bytes[...]) {
            start = closing.upperBound
        }
        let tail = bytes[start...]
        guard ByteSearch.last(ByteSearch.thinkOpen, in: tail) == nil,
            let close = ByteSearch.last(ByteSearch.answerClose, in: tail),
            let open = ByteSearch.last(
                ByteSearch.answerOpen, in: tail[..<close.lowerBound])
        else { return nil }
        let content = ByteSearch.trimmed(bytes[open.upperBound..<close.lowerBound])
        return String(decoding: content, as: UTF8.self)
    }

    /// The last number in the text, in canonical form: thousands separators, leading zeros and
    /// a fraction of zeros are dropped, so `2,000.00` gives `2000`.
    ///
    /// A number is ASCII digits, grouped by commas in threes or not at all, with an optional
    /// fraction. A minus sign belongs to it where no digit, letter or closing parenthesis stands
    /// before the sign: `3-5` ends in 5, `= -5` in -5.
    public static func lastNumber(in text: String) -> String? {
        let bytes = Array(text.utf8)
        guard let lastDigit = bytes.lastIndex(where: ByteSearch.isDigit) else { return nil }
        var index = 0
        var found: (range: Range<Int>, negative: Bool)?
        while index <= lastDigit {
            guard ByteSearch.isDigit(bytes[index]) else {
                index += 1
                continue
            }
            let end = endOfNumber(in: bytes, from: index)
            found = (index..<end, hasSign(before: index, in: bytes))
            index = end
        }
        return found.map { canonical(bytes[$0.range], negative: $0.negative) }
    }

    /// Index after the number that begins at `start`.
    private static func endOfNumber(in bytes: [UInt8], from start: Int) -> Int {
        var end = digitsEnd(in: bytes, from: start)
        if end - start <= 3 {
            while end < bytes.count, bytes[end] == UInt8(ascii: ","),
                digitsEnd(in: bytes, from: end + 1) == end + 4
            {
                end += 4
            }
        }
        if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."),
            ByteSearch.isDigit(bytes[end + 1])
        {
            end = digitsEnd(in: bytes, from: end + 1)
        }
        return end
    }

    /// Index after the digits that begin at `start`, or `start` where there are none.
    private static func digitsEnd(in bytes: [UInt8], from start: Int) -> Int {
        var end = start
        while end < bytes.count, ByteSearch.isDigit(bytes[end]) { end += 1 }
        return end
    }

    private static func hasSign(before index: Int, in bytes: [UInt8]) -> Bool {
        guard index > 0, bytes[index - 1] == UInt8(ascii: "-") else { return false }
        guard index > 1 else { return true }
        let before = bytes[index - 2]
        return
            !(ByteSearch.isDigit(before) || ByteSearch.isLetter(before)
            || before == UInt8(ascii: ")"))
    }

    private static func canonical(_ number: ArraySlice<UInt8>, negative: Bool) -> String {
        var digits = number.filter { $0 != UInt8(ascii: ",") }
        var fraction: [UInt8] = []
        if let point = digits.firstIndex(of: UInt8(ascii: ".")) {
            fraction = Array(digits[(point + 1)...])
            digits.removeSubrange(point...)
        }
        let zero = UInt8(ascii: "0")
        while fraction.last == zero { fraction.removeLast() }
        digits = Array(digits.drop { $0 == zero })
        if digits.isEmpty { digits = [zero] }
        let isZero = digits == [zero] && fraction.isEmpty
        let text =
            String(decoding: digits, as: UTF8.self)
            + (fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self))
        return negative && !isZero ? "-" + text : text
    }
}
