import GRPOJSON

/// The forms of answers: each reads a whole answer, or gives nil.
enum GymAnswer {
    /// Without the white space around it; nil where nothing is left.
    static func text(_ answer: String) -> String? {
        let text = ByteSearch.trimmed(Array(answer.utf8)[...])
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    /// A decimal number in canonical form. Commas anywhere, a sign, leading zeros and a fraction of
    /// zeros do not count, nor white space around it.
    static func number(_ answer: String) -> String? {
        let bytes = ByteSearch.trimmed(Array(answer.utf8)[...])
        var rest = bytes.filter { $0 != UInt8(ascii: ",") }[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let point = UInt8(ascii: ".")
        if rest.first == point { rest = [UInt8(ascii: "0")] + rest }
        if rest.last == point { rest = rest.dropLast() }
        guard let first = rest.first, ByteSearch.isDigit(first) else { return nil }
        return AnswerExtraction.soleNumber(
            (isNegative ? "-" : "") + String(decoding: rest, as: UTF8.self))
    }

    /// The first number of the answer; nil where a letter follows it at once.
    static func firstNumber(_ answer: String) -> String? {
        let bytes = Array(answer.utf8)
        guard let start = bytes.firstIndex(where: ByteSearch.isDigit) else { return nil }
        let separators = [UInt8(ascii: ","), UInt8(ascii: ".")]
        var number = bytes[start...].prefix {
            ByteSearch.isDigit($0) || separators.contains($0)
        }
        let next = bytes[number.endIndex...].first
        guard next.map(ByteSearch.isLetter) != true else { return nil }
        while let last = number.last, separators.contains(last) { number = number.dropLast() }
        let isNegative = start > 0 && bytes[start - 1] == UInt8(ascii: "-")
        return AnswerExtraction.soleNumber(
            (isNegative ? "-" : "") + String(decoding: number, as: UTF8.self))
    }

    /// `numerator/denominator` without leading zeros.
    static func fraction(_ answer: String) -> String? {
        var bytes = ByteSearch.trimmed(Array(answer.utf8)[...])
        let dollar = UInt8(ascii: "$")
        while bytes.first == dollar { bytes = bytes.dropFirst() }
        while bytes.last == dollar { bytes = bytes.dropLast() }
        bytes = ByteSearch.trimmed(bytes)
        for command in ["\\frac", "\\dfrac"] where bytes.starts(with: command.utf8) {
            bytes = bytes.dropFirst(command.utf8.count)
            guard let numerator = braced(&bytes), let denominator = braced(&bytes), bytes.isEmpty
            else { return nil }
            return "\(numerator)/\(denominator)"
        }
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2, let numerator = whole(parts[0]), let denominator = whole(parts[1])
        else { return nil }
        return "\(numerator)/\(denominator)"
    }

    /// Takes `{digits}` off the front.
    private static func braced(_ bytes: inout ArraySlice<UInt8>) -> String? {
        bytes = bytes.drop(while: ByteSearch.isSpace)
        guard bytes.first == UInt8(ascii: "{"),
            let close = bytes.firstIndex(of: UInt8(ascii: "}"))
        else { return nil }
        defer { bytes = bytes[(close + 1)...] }
        return whole(bytes[(bytes.startIndex + 1)..<close])
    }

    /// Digits alone, with white space around them; leading zeros are dropped.
    private static func whole(_ bytes: ArraySlice<UInt8>) -> String? {
        let digits = ByteSearch.trimmed(bytes)
        guard !digits.isEmpty, digits.allSatisfy(ByteSearch.isDigit) else { return nil }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        return significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self)
    }

    /// The numbers of a JSON list in canonical form; Python's single quotes are double ones.
    static func list(_ answer: String) -> String? {
        let quoted = answer.utf8.map { $0 == UInt8(ascii: "'") ? UInt8(ascii: "\"") : $0 }
        guard let elements = (try? JSONValue(reading: quoted))?.elements, !elements.isEmpty else {
            return nil
        }
        var numbers: [String] = []
        for element in elements {
            let text: String? =
                switch element {
                case .string(let text): text
                case .int, .unsigned, .double: element.text
                default: nil
                }
            guard let number = text.flatMap(number) else { return nil }
            numbers.append(number)
        }
        return numbers.joined(separator: " ")
    }
}
