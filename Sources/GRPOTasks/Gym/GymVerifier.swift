import GRPOJSON

/// How the answers of one of reasoning-gym's datasets are compared, for its own rows and for the
/// generators of this library.
///
/// Right is what reasoning-gym (0.1.25) gives its full score; what it gives a part of a score is
/// wrong. Departures, all to the stricter side: sorted numbers must be the numbers themselves, not
/// within 1 of them; a countdown is read by a grammar of numbers, `+ - * /` and parentheses, where
/// reasoning-gym evaluates what sympy understands, powers and functions included; exponents and
/// `NaN` are no numbers. Total, in time linear in the answer's length.
package enum GymVerifier: String, Sendable, Hashable, CaseIterable {
    /// Byte by byte, without the white space around it.
    case text
    /// The same in small letters.
    case smallLetters
    /// As decimal numbers: `+01,000.00` is `1000`.
    case number
    /// The first number of the answer, whatever stands beside it.
    case firstNumber
    /// A fraction, plain or LaTeX's: `3/4`, `$\frac{3}{4}$`. An equal one in other terms is wrong.
    case fraction
    /// A list of numbers, each perhaps in quotes: `['-7', '2', '10.5']`.
    case list
    /// An expression that uses each number of the problem once and has the target's value.
    case countdown
    /// Of datasets that this library does not know: as decimal numbers where the truth is one,
    /// otherwise byte by byte.
    case numberOrText

    /// The column that names the dataset.
    package static let datasetColumn = "source_dataset"

    private static let datasets: [String: GymVerifier] = [
        "chain_sum": .number, "products": .number, "gsm_templates": .number,
        "gsm_symbolic": .firstNumber,
        "basic_arithmetic": .text, "gcd": .text, "lcm": .text, "simple_equations": .text,
        "base_conversion": .text, "count_bits": .text, "letter_counting": .text,
        "leg_counting": .text, "spell_backward": .smallLetters,
        "fraction_simplification": .fraction, "number_sorting": .list, "countdown": .countdown,
    ]

    /// The names of the datasets whose answers are compared by their own rule.
    package static var knownDatasets: [String] { datasets.keys.sorted() }

    /// The verifier of a dataset.
    package init(dataset: String) {
        self = Self.datasets[dataset] ?? .numberOrText
    }

    /// Judges an answer; nil where none was given.
    package func verdict(on answer: String?, _ problem: Problem) -> Verdict {
        guard let truth = truth(of: problem) else {
            return .ungradable(
                reason: "the true answer \(printable(problem.answer)) is not \(expectedTruth)")
        }
        guard let given = answer.flatMap({ form(of: $0, to: problem) }),
            given.utf8.elementsEqual(truth.utf8)
        else { return .wrong }
        return .right
    }

    /// The ground truth in the form of `form(of:to:)`; nil where it is malformed.
    package func truth(of problem: Problem) -> String? {
        guard self == .countdown else { return form(of: problem.answer, to: problem) }
        guard GymCountdown.numbers(of: problem) != nil else { return nil }
        return GymCountdown.target(of: problem).map { "\($0)/1" }
    }

    /// An answer in a form in which equal answers are equal bytes; nil where it has none.
    package func form(of answer: String, to problem: Problem) -> String? {
        switch self {
        case .text: GymAnswer.text(answer)
        case .smallLetters: GymAnswer.text(answer.lowercased())
        case .number: GymAnswer.number(answer)
        case .firstNumber: GymAnswer.firstNumber(answer)
        case .fraction: GymAnswer.fraction(answer)
        case .list: GymAnswer.list(answer)
        case .countdown: GymCountdown.value(of: answer, in: problem)
        case .numberOrText:
            GymAnswer.number(problem.answer) == nil
                ? GymAnswer.text(answer) : GymAnswer.number(answer)
        }
    }

    /// What a ground truth has to be, for messages.
    package var expectedTruth: String {
        switch self {
        case .text, .smallLetters, .numberOrText: "text that is not empty"
        case .number: "a number"
        case .firstNumber: "text with a number"
        case .fraction: "a fraction such as 3/4"
        case .list: "a list of numbers such as ['1', '2']"
        case .countdown: "a whole target, in metadata.target, and its numbers in metadata.numbers"
        }
    }
}
