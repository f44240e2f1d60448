import GRPOTasks

/// Letters behind "c=", whatever the first is: the first three are safe, the others are not. 36
/// labelled completions, and those behind the equals sign alone held out.
struct LetterLabels: PairSource, Equatable {
    static let name = "labels"
    static let summary = "Safe and unsafe letters."

    func pairCount() -> Int? { 36 }

    func pair(_ index: Int, using random: inout any RandomNumberGenerator) -> PreferencePair {
        let (prompt, letter) = (index % 36).quotientAndRemainder(dividingBy: 6)
        return labelled(Self.letters[prompt] + "=", letter)
    }

    func testPairs(limit: Int) -> [PreferencePair] {
        Array((0..<6).map { labelled("=", $0) }.prefix(limit))
    }

    private static let letters = LetterTask.alphabet.prefix(6).map { String($0) }

    private func labelled(_ prompt: String, _ letter: Int) -> PreferencePair {
        PreferencePair(prompt: prompt, completion: Self.letters[letter], label: letter < 3)
    }
}
