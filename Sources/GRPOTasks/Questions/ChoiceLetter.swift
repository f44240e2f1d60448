/// Reads which choice an answer names.
enum ChoiceLetter {
    /// The letter, or nil where the answer does not name one choice and nothing else. It may stand
    /// in parentheses, before a point, a colon or a parenthesis, after `Answer:`, and before the
    /// text of its own choice; the text of a choice alone names it too. Total and linear.
    static func letter(in answer: String, of problem: Problem) -> String? {
        let rest = withoutLabel(ByteSearch.trimmed(Array(answer.utf8)[...]))
        for (letter, choice) in choices(of: problem)
        where rest.elementsEqual(ByteSearch.trimmed(Array(choice.utf8)[...])) {
            return letter
        }
        let isOpen = rest.first == UInt8(ascii: "(")
        let named = isOpen ? rest.dropFirst() : rest
        guard let first = named.first, ByteSearch.isLetter(first) else { return nil }
        let letter = String(UnicodeScalar(first & 0xDF))
        guard let choice = problem.columns["choice_\(letter)"] else { return nil }
        var after = named.dropFirst()
        if isOpen {
            guard after.first == UInt8(ascii: ")") else { return nil }
            after = after.dropFirst()
        } else if let mark = after.first {
            guard [UInt8(ascii: ")"), UInt8(ascii: "."), UInt8(ascii: ":")].contains(mark) else {
                return nil
            }
            after = after.dropFirst()
        }
        let text = ByteSearch.trimmed(after)
        let isSole = text.isEmpty || text.elementsEqual([UInt8(ascii: ".")])
        return isSole || text.elementsEqual(ByteSearch.trimmed(Array(choice.utf8)[...]))
            ? letter : nil
    }

    private static func choices(of problem: Problem) -> [(letter: String, text: String)] {
        (0..<MultipleChoice.mostChoices).compactMap { place in
            let letter = MultipleChoice.letter(place)
            return problem.columns["choice_\(letter)"].map { (letter, $0) }
        }
    }

    /// Without `Answer:` before it, in small or large letters.
    private static func withoutLabel(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let label = Array("answer:".utf8)
        let start = bytes.prefix(label.count).map { ByteSearch.isLetter($0) ? $0 | 0x20 : $0 }
        return start == label ? ByteSearch.trimmed(bytes.dropFirst(label.count)) : bytes
    }
}
