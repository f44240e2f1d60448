/// Questions with choices, in the shape of GPQA and MMLU, answered by a letter.
///
/// Which letter is the right one does not depend on the run: the choices of each question are
/// shuffled by `shuffle_seed` and the question itself. Questions with a choice such as "all of the
/// above" want `shuffle_seed: null`.
package struct MultipleChoice: QuestionSource {
    package static let name = "multiple_choice"
    package static let summary =
        "Questions with choices from a file, answered by a letter (GPQA, MMLU)."

    /// In the question the choices stand in the place of `{choices}`, a line `A) text` for each.
    package let options: QuestionOptions<MultipleChoiceColumns>
    /// Names the order of each question's choices; null: as in the file.
    package let shuffleSeed: Int?
    /// Where in a completion the letter is looked for.
    package let answer: AnswerPlace

    /// A to Z.
    static let mostChoices = 26

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, trainFile: DataPath? = nil,
        columns: MultipleChoiceColumns = MultipleChoiceColumns(),
        question: String = "{question}\n\n{choices}", shuffleSeed: Int? = 0,
        answer: AnswerPlace = .tags
    ) {
        options = QuestionOptions(
            file: file, trainFile: trainFile, columns: columns, question: question)
        self.shuffleSeed = shuffleSeed
        self.answer = answer
    }

    package func problems() -> [(key: String, message: String)] {
        var own = options.columns.problems()
        if answer == .lastNumber {
            own.append(("answer", "a letter is no number; use tags, boxed or text"))
        }
        if options.columns.correct != nil, shuffleSeed == nil {
            own.append(
                ("shuffle_seed", "with columns.correct the right choice stands first; give a seed"))
        }
        return problems(own: own, places: [QuestionPlace.question, QuestionPlace.choices])
    }

    package func problem(of row: QuestionRow) throws(ColumnFault) -> Problem {
        let asked = try row.text(options.columns.question)
        let (choices, right) = try options.columns.choices(of: row)
        let key = StableHash.hash(
            ([asked] + choices.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
                .joined(separator: "\u{1F}"))
        let order = order(of: choices.count, key: key)
        let letters = order.indices.map(Self.letter)
        let lines = zip(letters, order).map { "\($0)) \(choices[$1])" }
        guard let place = order.firstIndex(of: right) else {
            preconditionFailure("choice \(right) of \(choices.count)")
        }
        let prompt = options.question
            .replacing(QuestionPlace.choices, with: lines.joined(separator: "\n"))
            .replacing(QuestionPlace.question, with: asked)
        var data = row.columns(leavingOut: options.columns.all)
        for (letter, choice) in zip(letters, order) { data["choice_\(letter)"] = choices[choice] }
        return Problem(
            id: String(key, radix: 16), prompt: prompt, answer: letters[place], columns: data)
    }

    /// Which choice stands at each place.
    private func order(of count: Int, key: UInt64) -> [Int] {
        var order = Array(0..<count)
        guard let shuffleSeed else { return order }
        var random = SplitMix64(
            seed: SplitMix64.mix(UInt64(bitPattern: Int64(shuffleSeed))) ^ key)
        for place in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(place, random.drawInteger(below: place + 1))
        }
        return order
    }

    static func letter(_ place: Int) -> String {
        String(UnicodeScalar(UInt8(ascii: "A") + UInt8(place)))
    }

    // MARK: - Verification

    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        guard problem.columns["choice_\(problem.answer)"] != nil else {
            return .ungradable(reason: "the true answer '\(problem.answer)' is no choice's letter")
        }
        return answer(in: completion, to: problem) == problem.answer ? .right : .wrong
    }

    package func answer(in completion: String, to problem: Problem) -> String? {
        answer.answer(in: completion).flatMap { ChoiceLetter.letter(in: $0, of: problem) }
    }
}

extension MultipleChoice {
    private enum CodingKeys: String, CodingKey {
        case answer
        case shuffleSeed = "shuffle_seed"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = MultipleChoice()
        options = try QuestionOptions(from: decoder, defaults: defaults.options)
        shuffleSeed = try values.decodeIfPresent(Int.self, forKey: .shuffleSeed)
        answer = try values.decodeIfPresent(AnswerPlace.self, forKey: .answer) ?? defaults.answer
    }

    package func encode(to encoder: any Encoder) throws {
        try options.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(shuffleSeed, forKey: .shuffleSeed)
        try values.encode(answer, forKey: .answer)
    }
}
