import GRPOTasks

/// Of two letters after "c=" the earlier one is preferred, whatever the first is: 72 pairs, and 18
/// held out.
struct LetterPairs: PairSource, Equatable {
    static let name = "letters"
    static let summary = "Earlier letters."

    enum Flaw: String, Codable {
        case none, endless, empty, twins, long, answers, silent
    }

    /// What is wrong with them.
    var flaw = Flaw.none

    init() {}

    init(flaw: Flaw) {
        self.flaw = flaw
    }

    private static let letters = LetterTask.alphabet.prefix(6).map { String($0) }
    /// The ways to choose two of six letters, the earlier first.
    private static let choices = (0..<6).flatMap { a in (a + 1..<6).map { (a, $0) } }

    func problems() -> [(key: String, message: String)] { [] }

    func pairCount() -> Int? {
        switch flaw {
        case .endless: nil
        case .empty: 0
        default: 72
        }
    }

    func pair(_ index: Int, using random: inout any RandomNumberGenerator) -> PreferencePair {
        let place = index % 72
        let (prompt, choice) = (place % 6, place / 6)
        if flaw == .twins, place % 24 == 5 {
            return PreferencePair(prompt: "f=", chosen: "b", rejected: "b")
        }
        if flaw == .long, place == 50 {
            return PreferencePair(
                prompt: "a=", chosen: "a", rejected: String(repeating: "b", count: 40))
        }
        return pair(prompt, choice + 1 + choice / 4)
    }

    func testPairs(limit: Int) -> [PreferencePair] {
        Array([0, 5, 10].flatMap { choice in (0..<6).map { pair($0, choice) } }.prefix(limit))
    }

    private func pair(_ prompt: Int, _ choice: Int) -> PreferencePair {
        let (better, worse) = Self.choices[choice]
        func text(_ answer: Int, _ thought: Int) -> String {
            let (answer, thought) = (Self.letters[answer], Self.letters[thought])
            return flaw == .answers || flaw == .silent
                ? "<think>\(thought)</think><answer>\(answer)</answer>" : answer
        }
        return PreferencePair(
            prompt: Self.letters[prompt] + "=", chosen: text(better, worse),
            rejected: flaw == .silent ? "<answer></answer>" : text(worse, better))
    }
}
