/// The text from which the quickstart's base model is made: sums answered in three ways.
///
/// - *Worked*: `<think>7+8=15 5+6+1=12</think><answer>125</answer>`, the columns with their
///   carries. A share `worked_errors` of these contains a slip and so a wrong answer.
/// - *Hasty*: `<think>57+68</think><answer>115</answer>`, tagged, but the thought only repeats
///   the question and the answer forgets the carries: of two-digit sums about 55% come out
///   right, the rest always wrong in the same way.
/// - *Bare*: `125`. Right, but without tags, so it earns nothing.
///
/// Reinforcement learning on a base made of this selects and repairs what is already there, the
/// worked answers above all; it does not discover addition. Held-out pairs never appear.
package struct SumsMixture: TextSource, Hashable {
    package static let name = "sums_mixture"
    package static let summary =
        "Sums worked out in columns, hastily guessed, or answered bare, in given shares."

    /// Every character of a document with the default question.
    package static let alphabet = Array("0123456789+=?:Q <>/thinkaswer")

    /// How a document answers.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case worked, hasty, bare
    }

    /// The sums asked; its held-out pairs are the ones kept out. The same options as the task's.
    package let sums: Sums
    /// Share of worked documents.
    package let worked: Double
    /// Share of the worked documents that contain a slip.
    package let workedErrors: Double
    /// Share of hasty documents.
    package let hasty: Double
    /// The thought of a hasty document, with the operands in the places of `{a}` and `{b}`.
    package let hastyThought: String
    /// Share of bare documents. The three shares add up to 1.
    package let bare: Double

    package init() {
        self.init(sums: Sums())
    }

    package init(
        sums: Sums = Sums(), worked: Double = 0.22, workedErrors: Double = 0.08,
        hasty: Double = 0.35, hastyThought: String = "{a}+{b}", bare: Double = 0.43
    ) {
        self.sums = sums
        self.worked = worked
        self.workedErrors = workedErrors
        self.hasty = hasty
        self.hastyThought = hastyThought
        self.bare = bare
    }

    package var alphabet: [Character] {
        let templates = Sums.filled(sums.question, 0, 0) + Sums.filled(hastyThought, 0, 0)
        return Self.alphabet + Set(templates).subtracting(Self.alphabet).sorted()
    }

    package func problems() -> [(key: String, message: String)] {
        var found = sums.problems().map { ("sums." + $0.key, $0.message) }
        let shares = [
            ("worked", worked), ("worked_errors", workedErrors), ("hasty", hasty), ("bare", bare),
        ]
        for (key, share) in shares where !(0...1).contains(share) {
            found.append((key, "must be a share from 0 to 1, found \(share)"))
        }
        if abs(worked + hasty + bare - 1) > 1e-9 {
            found.append(
                (
                    "worked",
                    "worked, hasty and bare must add up to 1, found "
                        + "\(worked) + \(hasty) + \(bare) = \(worked + hasty + bare)"
                ))
        }
        if hastyThought.contains("<") {
            found.append(("hasty_thought", "must not contain tags, found '\(hastyThought)'"))
        }
        return found
    }

    package func knows(_ task: any ProblemSource) -> Bool { task is Sums || task is LittleWorld }

    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        let task = (task as? LittleWorld)?.sums ?? task as? Sums
        guard let task, let mine = sums.pairs, let theirs = task.pairs else {
            return []
        }
        // A share holds out the same pairs in every range; a count only in its own.
        let sameSet =
            mine.heldOut == theirs.heldOut && (mine.heldOut < 1 || mine.range == theirs.range)
        return sameSet
            ? []
            : [
                (
                    "sums.held_out",
                    "the text would show held-out problems of the task: it holds out "
                        + "\(mine.heldOut) of \(mine.range), the task \(theirs.heldOut) of "
                        + "\(theirs.range); give both the same options"
                )
            ]
    }

    package func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        let (a, b) = sums.checkedPairs.draw(.train, using: &random)
        let draw = random.drawFraction()
        let kind: Kind = draw < worked ? .worked : draw < worked + hasty ? .hasty : .bare
        let slips = kind == .worked && random.drawFraction() < workedErrors
        let completion =
            switch kind {
            case .worked:
                Self.tagged(
                    slips ? WorkedSum(slippingOn: a, b, using: &random) : WorkedSum(a, b))
            case .hasty:
                Self.tagged(Sums.filled(hastyThought, a, b), WorkedSum.hastyAnswer(a, b))
            case .bare:
                "\(a + b)"
            }
        return TextDocument(prompt: Sums.filled(sums.question, a, b), completion: completion)
    }

    private static func tagged(_ sum: WorkedSum) -> String {
        tagged(sum.working, sum.answer)
    }

    private static func tagged(_ thought: String, _ answer: String) -> String {
        "<think>\(thought)</think><answer>\(answer)</answer>"
    }
}

extension SumsMixture {
    private enum CodingKeys: String, CodingKey {
        case sums, worked, hasty, bare
        case workedErrors = "worked_errors"
        case hastyThought = "hasty_thought"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = SumsMixture()
        func share(_ key: CodingKeys, _ fallback: Double) throws -> Double {
            try values.decodeIfPresent(Double.self, forKey: key) ?? fallback
        }
        self.init(
            sums: try values.decodeIfPresent(Sums.self, forKey: .sums) ?? defaults.sums,
            worked: try share(.worked, defaults.worked),
            workedErrors: try share(.workedErrors, defaults.workedErrors),
            hasty: try share(.hasty, defaults.hasty),
            hastyThought: try values.decodeIfPresent(String.self, forKey: .hastyThought)
                ?? defaults.hastyThought,
            bare: try share(.bare, defaults.bare))
    }
}
