/// How an answer is compared with the truth.
package enum AnswerVerifier: String, Codable, Sendable, CaseIterable {
    /// As decimal numbers: `$2,000.00` is `2000`. Nothing may stand beside the number.
    case number
    /// As texts, byte by byte, without the white space around them.
    case exact
    /// By what they mean as mathematics, in LaTeX or plain text: see `MathematicsVerifier`.
    case math

    /// A form in which equal answers are equal bytes; nil where an answer has none, and so cannot
    /// be right.
    package func form(of answer: String) -> String? {
        switch self {
        case .number: return AnswerExtraction.soleNumber(answer)
        case .exact: return Self.trimmed(answer)
        case .math: return MathematicsVerifier.canonicalText(of: answer)
        }
    }

    /// A ground truth as data sets write it, ready to be compared with. A number may stand at the
    /// end of a worked solution, behind `####`, and mathematics in its last box. Whether mathematics
    /// can be graded is said by the verdict: a data set with a few such rows is of use without them.
    package func truth(of text: String) -> String? {
        switch self {
        case .number: form(of: AnswerExtraction.marked(in: text) ?? text)
        case .exact: form(of: text)
        case .math: Self.trimmed(BoxedColumns.boxed(in: text) ?? text)
        }
    }

    /// The verdict on an answer, nil where a completion gives none.
    package func verdict(on answer: String?, truth text: String) -> Verdict {
        guard let truth = truth(of: text) else {
            return .ungradable(reason: "the true answer '\(text)' is not \(expectedTruth)")
        }
        if self == .math { return MathematicsVerifier.verdict(on: answer, truth: truth) }
        guard let given = answer.flatMap(form(of:)), given.utf8.elementsEqual(truth.utf8) else {
            return .wrong
        }
        return .right
    }

    private static func trimmed(_ text: String) -> String? {
        let bytes = ByteSearch.trimmed(Array(text.utf8)[...])
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// What a ground truth has to be, for messages.
    var expectedTruth: String {
        switch self {
        case .number: "a number, alone or behind the last ####"
        case .exact, .math: "text that is not empty"
        }
    }
}
