/// The places of a text where a mathematical answer may stand: boxes, formulas, numbers.
struct AnswerSpans {
    private let bytes: [UInt8]
    private let boxSpans: [Span]
    private let formulas: [Span]

    /// A place with the signs around it, and what is inside.
    private struct Span {
        let outer: Range<Int>
        let inner: Range<Int>
    }

    init(_ text: String) {
        bytes = Array(text.utf8)
        boxSpans = Self.boxes(in: bytes)
        formulas = Self.formulas(in: bytes)
    }

    /// The last box, with those before it that only a connective parts from it.
    var boxes: String? { boxSpans.last.map { _ in joined(boxSpans, reach: 40) } }

    /// What stands behind "final answer is" after the last box.
    var stated: String? {
        answer(behind: "final answer is", after: boxSpans.last?.outer.upperBound ?? 0)
    }

    /// What stands behind the last "answer" that something stands behind.
    var announced: String? { answer(behind: "answer", after: 0) }

    private func answer(behind words: String, after start: Int) -> String? {
        let lowered = bytes[start...].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        // Of a text that says it again and again, the last few times.
        for place in ByteSearch.all(Array(words.utf8), in: lowered[...]).suffix(8).reversed() {
            if let answer = firstAnswer(from: start + place.upperBound) { return answer }
        }
        return nil
    }

    /// Of a sentence its first formula or number with a digit, else its first formula: in "the
    /// largest $n$ is 34" it is 34.
    private func firstAnswer(from start: Int) -> String? {
        let end = endOfSentence(from: start)
        let inside = formulas.indices.filter {
            formulas[$0].outer.lowerBound >= start && formulas[$0].outer.lowerBound < end
        }
        let digit = bytes[start..<end].firstIndex(where: ByteSearch.isDigit)
        let holdsDigit = inside.first { index in
            digit.map { formulas[index].outer.contains($0) } ?? false
        }
        if let digit, holdsDigit == nil {
            let run = bytes[digit..<end].prefix {
                ByteSearch.isDigit($0) || ".,/ ".utf8.contains($0)
            }
            return Self.plainNumber(in: bytes[start..<run.endIndex], until: bytes)?.text
        }
        guard let first = holdsDigit ?? inside.first else { return nil }
        var last = first
        while last + 1 < formulas.count,
            isConnective(
                formulas[last].outer.upperBound..<formulas[last + 1].outer.lowerBound, 16)
        {
            last += 1
        }
        return joined(Array(formulas[first...last]), reach: 16)
    }

    /// Up to a full stop before white space, a line's end, or 200 bytes on.
    private func endOfSentence(from start: Int) -> Int {
        var index = start
        while index < min(bytes.count, start + 200) {
            let ends = index + 1 == bytes.count || ByteSearch.isSpace(bytes[index + 1])
            if bytes[index] == UInt8(ascii: ".") && ends { return index }
            if bytes[index] == 0x0A, index > start + 2 { return index }
            index += 1
        }
        return index
    }

    /// The last formula or number of all.
    var last: String? {
        let number = Self.plainNumber(in: bytes[...], until: bytes)
        guard let formula = formulas.last else { return number?.text }
        if let number, number.end > formula.outer.upperBound { return number.text }
        return joined(formulas, reach: 16)
    }

    // MARK: - Joining

    /// The last span with those before it that belong to it, parted by commas.
    private func joined(_ spans: [Span], reach: Int) -> String {
        var first = spans.count - 1
        while first > 0,
            isConnective(spans[first - 1].outer.upperBound..<spans[first].outer.lowerBound, reach)
        {
            first -= 1
        }
        let items = spans[first...].map { String(decoding: bytes[$0.inner], as: UTF8.self) }
        let after = bytes[spans[spans.count - 1].outer.upperBound...].prefix(16)
        return items.joined(separator: ", ") + (Self.beginsWithPercent(after) ? "%" : "")
    }

    /// Whether what stands between two spans says no more than that both count: nothing, a comma,
    /// or a few words that end in "and" or "or".
    private func isConnective(_ range: Range<Int>, _ reach: Int) -> Bool {
        guard range.count <= reach else { return false }
        let between = String(decoding: bytes[range], as: UTF8.self)
        var words = between.split { !$0.isLetter && $0 != "," && $0 != "." && $0 != ":" }
            .filter { !["quad", "qquad", "text"].contains($0) }
        // `\boxed{1} and y = \boxed{2}` names what follows.
        if between.contains("="), between.last(where: { !" $".contains($0) }) == "=" {
            _ = words.popLast()
        }
        guard let last = words.last else { return !between.contains("\n\n") }
        return last == "and" || last == "or" || last.last == ","
    }

    private static func beginsWithPercent(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes.drop { ByteSearch.isSpace($0) || $0 == UInt8(ascii: "$") }
        if rest.first == UInt8(ascii: "\\") { rest = rest.dropFirst() }
        return rest.first == UInt8(ascii: "%") || rest.starts(with: Array("percent".utf8))
            || rest.starts(with: Array("pct".utf8))
    }

    // MARK: - Finding

    /// All boxes that are closed, by where they open. A box in a box leaves the inner one.
    private static func boxes(in bytes: [UInt8]) -> [Span] {
        var found: [Span] = []
        /// Open braces, and where a box begins at one.
        var open: [(box: Int?, content: Int)] = []
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\"):
                // `\\boxed` is what a doubled backslash has made of it.
                let isDoubled =
                    bytes[index...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "\\")])
                    && bytes[(index + 1)...].starts(with: ByteSearch.boxOpen)
                if isDoubled { index += 1 }
                let end = index + ByteSearch.boxOpen.count
                if end <= bytes.count, bytes[index..<end].elementsEqual(ByteSearch.boxOpen) {
                    open.append((index, end))
                    index = end
                    continue
                }
                // An escaped brace closes nothing.
                index += 1
            case UInt8(ascii: "{"): open.append((nil, index + 1))
            case UInt8(ascii: "}"):
                if let (box, content) = open.popLast(), let box {
                    // Of boxes in boxes the innermost count.
                    if found.last.map({ $0.outer.lowerBound < box }) ?? true {
                        found.append(Span(outer: box..<(index + 1), inner: content..<index))
                    }
                }
            default: break
            }
            index += 1
        }
        return found
    }

    /// `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and a bare `\frac{…}{…}` from the front; what is not closed
    /// is none.
    private static func formulas(in bytes: [UInt8]) -> [Span] {
        let dollar = UInt8(ascii: "$")
        let backslash = UInt8(ascii: "\\")
        var found: [Span] = []
        var open: (start: Int, content: Int, close: UInt8)?
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if byte == dollar {
                let width = next == dollar ? 2 : 1
                if let (start, content, close) = open, close == dollar {
                    if content < index {
                        found.append(
                            Span(outer: start..<(index + width), inner: content..<index))
                        open = nil
                    }
                } else if open == nil {
                    open = (index, index + width, dollar)
                }
                index += width
            } else if byte == backslash {
                let isOpening = next == UInt8(ascii: "(") || next == UInt8(ascii: "[")
                if isOpening {
                    open = (
                        index, index + 2,
                        next == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "]")
                    )
                } else if let (start, content, close) = open, next == close, close != dollar {
                    found.append(Span(outer: start..<(index + 2), inner: content..<index))
                    open = nil
                } else if open == nil, let fraction = bareFraction(in: bytes, at: index) {
                    found.append(Span(outer: fraction, inner: fraction))
                    index = fraction.upperBound - 2
                }
                index += 2
            } else {
                index += 1
            }
        }
        return found
    }

    /// `\frac{1}{2}` of two numbers outside of any formula, with a minus sign before it.
    private static func bareFraction(in bytes: [UInt8], at place: Int) -> Range<Int>? {
        let commands = ["\\frac{", "\\dfrac{", "\\tfrac{"].map { Array($0.utf8) }
        guard let command = commands.first(where: { bytes[place...].starts(with: $0) }) else {
            return nil
        }
        let isNumber = { (byte: UInt8) in ByteSearch.isDigit(byte) || "-., ".utf8.contains(byte) }
        let above = bytes[(place + command.count)...].prefix(while: isNumber)
        guard bytes[above.endIndex...].starts(with: Array("}{".utf8)) else { return nil }
        let below = bytes[(above.endIndex + 2)...].prefix(while: isNumber)
        guard bytes[below.endIndex...].first == UInt8(ascii: "}") else { return nil }
        let hasSign = place > 0 && bytes[place - 1] == UInt8(ascii: "-")
        return (hasSign ? place - 1 : place)..<(below.endIndex + 1)
    }

    /// The last number with what is written as part of it, `2/3` or `12,000,023`, and where it ends.
    /// `text` is all of which `bytes` are a part: a percent sign may follow.
    private static func plainNumber(
        in bytes: ArraySlice<UInt8>, until text: [UInt8]
    ) -> (text: String, end: Int)? {
        guard let digit = bytes.lastIndex(where: ByteSearch.isDigit) else { return nil }
        var start = digit
        while start > bytes.startIndex, isPart(of: bytes, at: start - 1) { start -= 1 }
        while start < digit, !ByteSearch.isDigit(bytes[start]), bytes[start] != UInt8(ascii: ".") {
            start += 1
        }
        let hasSign =
            start > bytes.startIndex && bytes[start - 1] == UInt8(ascii: "-")
            && (start - 1 == bytes.startIndex
                || !ByteSearch.isDigit(bytes[start - 2]) && !ByteSearch.isLetter(bytes[start - 2]))
        // A digit inside a name, as in `AZYUK2A`, is no number.
        let before = hasSign ? start - 2 : start - 1
        guard before < bytes.startIndex || !ByteSearch.isLetter(bytes[before]) else { return nil }
        let end = digit + 1
        let percent = beginsWithPercent(text[end...].prefix(16))
        let number = String(decoding: bytes[(hasSign ? start - 1 : start)..<end], as: UTF8.self)
        return (number + (percent ? "%" : ""), end)
    }

    /// Digits and the signs between them; a space parts thousands.
    private static func isPart(of bytes: ArraySlice<UInt8>, at index: Int) -> Bool {
        let byte = bytes[index]
        if ByteSearch.isDigit(byte) || ".,/".utf8.contains(byte) { return true }
        let after = bytes[(index + 1)...].prefix { ByteSearch.isDigit($0) }
        return byte == 0x20 && after.count == 3 && index > bytes.startIndex
            && ByteSearch.isDigit(bytes[index - 1])
    }
}
