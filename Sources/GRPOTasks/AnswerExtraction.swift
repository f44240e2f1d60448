/// Finds the answer in a completion. All ways are total, take linear time, look at ASCII
/// syntax only and prefer the end of the text, where an answer stands after the thinking.
public enum AnswerExtraction {
    /// The content of the last complete `<answer>…</answer>` after the thinking, without the
    /// white space (space, tab, line feed, carriage return) around it.
    ///
    /// The thinking ends with the last `</think>`; what stands before it is no answer. A thought
    /// that was opened and never closed has no answer after it. Where several blocks stand, the
    /// last counts, and in `<answer><answer>5</answer>` the inner one.
    public static func tagged(in text: String) -> String? {
        guard let tail = afterThinking(Array(text.utf8)),
            let close = ByteSearch.last(ByteSearch.answerClose, in: tail),
            let open = ByteSearch.last(
                ByteSearch.answerOpen, in: tail[..<close.lowerBound])
        else { return nil }
        let content = ByteSearch.trimmed(tail[open.upperBound..<close.lowerBound])
        return String(decoding: content, as: UTF8.self)
    }

    /// What stands behind the last `####` after the thinking, up to the end of its line, without
    /// the white space around it: GSM8K's way to mark the answer. An earlier mark does not count,
    /// or a completion could try one number after another.
    public static func marked(in text: String) -> String? {
        partsAtMark(of: text)?.answer
    }

    /// What stands after the thinking before the last `####`, and the answer behind it.
    static func partsAtMark(of text: String) -> (working: String, answer: String)? {
        guard let tail = afterThinking(Array(text.utf8)),
            let mark = ByteSearch.last(ByteSearch.hashMarks, in: tail)
        else { return nil }
        let line = tail[mark.upperBound...].prefix { $0 != 0x0A }
        return (
            String(decoding: tail[..<mark.lowerBound], as: UTF8.self),
            String(decoding: ByteSearch.trimmed(line), as: UTF8.self)
        )
    }

    /// The content of the last `\boxed{…}` after the thinking, its braces balanced, without the
    /// white space around it.
    public static func boxed(in text: String) -> String? {
        guard let tail = afterThinking(Array(text.utf8)),
            let open = ByteSearch.last(ByteSearch.boxOpen, in: tail)
        else { return nil }
        var depth = 1
        var index = open.upperBound
        while index < tail.endIndex {
            switch tail[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            default: break
            }
            if depth == 0 {
                let content = ByteSearch.trimmed(tail[open.upperBound..<index])
                return String(decoding: content, as: UTF8.self)
            }
            index += 1
        }
        return nil
    }

    /// The text behind the last `</think>`, or all of it where there is none; nil where a thought
    /// was opened and never closed.
    public static func afterThinking(_ text: String) -> String? {
        afterThinking(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func afterThinking(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        Thought(in: bytes).rest.map { bytes[$0] }
    }

    /// The last number in the text, in canonical form: thousands separators, leading zeros and
    /// a fraction of zeros are dropped, so `2,000.00` gives `2000`.
    ///
    /// A number is ASCII digits, grouped by commas in threes or not at all, with an optional
    /// fraction. A minus sign belongs to it where no digit, letter or closing parenthesis stands
    /// before the sign: `3-5` ends in 5, `= -5` in -5. A dollar sign may stand on either side of it:
    /// `-$5` and `$-5` are -5.
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

    /// The number that a text consists of, in the form of `lastNumber`; nil where it holds anything
    /// else. Allowed are white space around it and a dollar sign before its digits or its minus sign.
    public static func soleNumber(_ text: String) -> String? {
        var rest = ByteSearch.trimmed(Array(text.utf8)[...])
        func take(_ sign: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: sign) else { return false }
            rest = rest.dropFirst()
            return true
        }
        let hasDollar = take("$")
        let isNegative = take("-")
        if !hasDollar { _ = take("$") }
        let digits = Array(rest)
        guard let first = digits.first, ByteSearch.isDigit(first),
            endOfNumber(in: digits, from: 0) == digits.count
        else { return nil }
        return canonical(digits[...], negative: isNegative)
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
        let dollar = UInt8(ascii: "$")
        let sign = index > 0 && bytes[index - 1] == dollar ? index - 2 : index - 1
        guard sign >= 0, bytes[sign] == UInt8(ascii: "-") else { return false }
        guard sign > 0 else { return true }
        let before = bytes[sign - 1]
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
