/// Sums of two numbers: the task of the quickstart, and with other options the one on which a
/// small language model is trained.
package struct Sums: ProblemSource, Hashable {
    package static let name = "sums"
    package static let summary =
        "Sums of two numbers, such as Q:57+68=?, with pairs held out by a hash."

    /// Where a completion's answer is looked for.
    package enum AnswerStyle: String, Codable, Sendable, CaseIterable {
        /// Between `<answer>` and `</answer>`: the digits alone.
        case tags
        /// The last number of the text.
        case lastNumber = "last_number"
    }

    /// Digits of either operand, where `minimum` and `maximum` do not say otherwise.
    package let digits: Int
    /// Smallest operand; nil: the smallest of that many digits.
    package let minimum: Int?
    /// Largest operand; nil: the largest of that many digits.
    package let maximum: Int?
    /// The prompt, with the operands in the places of `{a}` and `{b}`.
    package let question: String
    /// Where the answer is looked for.
    package let answer: AnswerStyle
    /// How much is held out: below 1 a share of the pairs, from 1 on their number.
    package let heldOut: Double
    /// The pairs that the options describe; nil while they are out of range.
    package let pairs: SumPairs?

    package init() {
        self.init(digits: 2)
    }

    package init(
        digits: Int = 2, minimum: Int? = nil, maximum: Int? = nil,
        question: String = "Q:{a}+{b}=?", answer: AnswerStyle = .tags, heldOut: Double = 0.1
    ) {
        self.digits = digits
        self.minimum = minimum
        self.maximum = maximum
        self.question = question
        self.answer = answer
        self.heldOut = heldOut
        pairs =
            if let range = Self.range(digits: digits, minimum: minimum, maximum: maximum) {
                SumPairs(range: range, heldOut: heldOut)
            } else { nil }
    }

    /// Operands up to six digits, so that no sum and no count of pairs overflows.
    private static let largestOperand = 999_999

    /// The operands' range, or nil where the options give none.
    private static func range(digits: Int, minimum: Int?, maximum: Int?) -> ClosedRange<Int>? {
        guard (1...6).contains(digits) else { return nil }
        let power = (1..<digits).reduce(1) { value, _ in value * 10 }
        let low = minimum ?? (digits == 1 ? 0 : power)
        let high = maximum ?? (power * 10 - 1)
        guard low >= 0, high <= largestOperand, low <= high else { return nil }
        return low...high
    }

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if !(1...6).contains(digits) {
            found.append(("digits", "must be 1 to 6, found \(digits)"))
        }
        if let minimum, !(0...Self.largestOperand).contains(minimum) {
            found.append(("minimum", "must be 0 to \(Self.largestOperand), found \(minimum)"))
        }
        if let maximum, !(0...Self.largestOperand).contains(maximum) {
            found.append(("maximum", "must be 0 to \(Self.largestOperand), found \(maximum)"))
        }
        if found.isEmpty, pairs == nil {
            found.append(
                (
                    maximum == nil ? "minimum" : "maximum",
                    "the smallest operand is larger than the largest: minimum "
                        + "\(minimum.map(String.init) ?? "from digits"), maximum "
                        + "\(maximum.map(String.init) ?? "from digits"), digits \(digits)"
                ))
        }
        for place in ["{a}", "{b}"] where !question.contains(place) {
            found.append(("question", "must contain \(place), found '\(question)'"))
        }
        if let message = heldOutProblem() { found.append(("held_out", message)) }
        return found
    }

    private func heldOutProblem() -> String? {
        guard heldOut.isFinite, heldOut >= 1e-4, heldOut < 1 || heldOut.rounded() == heldOut else {
            return "must be a share from 0.0001 to below 1 or a whole number of pairs, "
                + "found \(heldOut)"
        }
        guard let pairs else { return nil }
        guard pairs.count <= SumPairs.listingLimit else {
            return heldOut < 1
                ? nil
                : "a number of pairs needs at most \(SumPairs.listingLimit) pairs to choose from, "
                    + "found \(pairs.count); give a share below 1"
        }
        if heldOut >= Double(pairs.count) {
            return "must leave pairs to train on: there are \(pairs.count), found \(heldOut)"
        }
        let empty = Split.allCases.first { !pairs.hasPair(in: $0) }
        return empty.map { split in
            "holds out \(split == .test ? 0 : pairs.count) of \(pairs.count) pairs; give a number "
                + "of pairs, such as 1"
        }
    }

    package func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let (a, b) = checkedPairs.draw(split, using: &random)
        return problem(a, b)
    }

    package func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        checkedPairs.heldOutPairs(limit: limit, seed: seed).map { problem($0, $1) }
    }

    /// Strict: with tags the answer is the sum's digits and nothing else, without sign, leading
    /// zeros or separators.
    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        guard !problem.answer.isEmpty, problem.answer.utf8.allSatisfy(ByteSearch.isDigit) else {
            return .ungradable(reason: "the true answer '\(problem.answer)' is not a number")
        }
        guard let given = given(in: completion),
            given.utf8.elementsEqual(problem.answer.utf8)
        else { return .wrong }
        return .right
    }

    /// The number that is given, where it is written as the verifier would accept it.
    package func answer(in completion: String, to problem: Problem) -> String? {
        given(in: completion).flatMap { given in
            AnswerExtraction.lastNumber(in: given) == given ? given : nil
        }
    }

    /// A right answer after a sum that is stated wrongly and then rightly, or after an answer block
    /// with another content.
    package func correctsItself(_ completion: String, _ problem: Problem) -> Bool? {
        switch verify(completion, problem) {
        case .ungradable: nil
        case .wrong: false
        case .right:
            SumStatement.corrects(SumStatement.all(in: completion))
                || AnswerExtraction.blocks(in: completion).dropLast().contains {
                    $0 != problem.answer
                }
        }
    }

    private func given(in completion: String) -> String? {
        switch answer {
        case .tags: AnswerExtraction.tagged(in: completion)
        case .lastNumber:
            AnswerExtraction.afterThinking(completion).flatMap(AnswerExtraction.lastNumber)
        }
    }

    package func contains(_ problem: Problem, in split: Split) -> Bool? {
        guard let a = problem.columns["a"].flatMap({ Int($0) }),
            let b = problem.columns["b"].flatMap({ Int($0) })
        else { return nil }
        let pairs = checkedPairs
        guard pairs.range.contains(a), pairs.range.contains(b) else { return false }
        return pairs.isHeldOut(a, b) == (split == .test)
    }

    /// The question of one pair.
    package func problem(_ a: Int, _ b: Int) -> Problem {
        Problem(
            id: "\(a)+\(b)", prompt: Self.filled(question, a, b), answer: "\(a + b)",
            columns: ["a": "\(a)", "b": "\(b)"])
    }

    /// A template with the operands in their places.
    static func filled(_ template: String, _ a: Int, _ b: Int) -> String {
        template.replacing("{a}", with: "\(a)").replacing("{b}", with: "\(b)")
    }

    /// The pairs, once `problems()` has found nothing.
    var checkedPairs: SumPairs {
        guard let pairs else {
            preconditionFailure("sums used with options out of range: \(problems())")
        }
        return pairs
    }
}

extension Sums {
    private enum CodingKeys: String, CodingKey {
        case digits, minimum, maximum, question, answer
        case heldOut = "held_out"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = Sums()
        self.init(
            digits: try values.decodeIfPresent(Int.self, forKey: .digits) ?? defaults.digits,
            minimum: try values.decodeIfPresent(Int.self, forKey: .minimum),
            maximum: try values.decodeIfPresent(Int.self, forKey: .maximum),
            question: try values.decodeIfPresent(String.self, forKey: .question)
                ?? defaults.question,
            answer: try values.decodeIfPresent(AnswerStyle.self, forKey: .answer)
                ?? defaults.answer,
            heldOut: try values.decodeIfPresent(Double.self, forKey: .heldOut)
                ?? defaults.heldOut)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(digits, forKey: .digits)
        try values.encode(minimum, forKey: .minimum)
        try values.encode(maximum, forKey: .maximum)
        try values.encode(question, forKey: .question)
        try values.encode(answer, forKey: .answer)
        try values.encode(heldOut, forKey: .heldOut)
    }
}
