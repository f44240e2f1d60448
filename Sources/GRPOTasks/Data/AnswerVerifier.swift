/// How an answer is compared with the truth: both are brought into one form, in which equal answers
/// are equal bytes.
package enum AnswerVerifier: String, Codable, Sendable, CaseIterable {
    /// As decimal numbers: `$2,000.00` is `2000`. Nothing may stand beside the number.
    case number
    /// As texts, byte by byte, without the white space around them.
    case exact

    /// The form of an answer; nil where it has none, and so cannot be right.
    package func form(of answer: String) -> String? {
        switch self {
        case .number: return AnswerExtraction.soleNumber(answer)
        case .exact:
            let text = ByteSearch.trimmed(Array(answer.utf8)[...])
            return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
        }
    }

    /// The form of a ground truth as data sets write it. A number may stand at the end of a worked
    /// solution, behind `####`.
    package func truth(of text: String) -> String? {
        switch self {
        case .number: form(of: AnswerExtraction.marked(in: text) ?? text)
        case .exact: form(of: text)
        }
    }

    /// What a ground truth has to be, for messages.
    var expectedTruth: String {
        switch self {
        case .number: "a number, alone or behind the last ####"
        case .exact: "text that is not empty"
        }
    }
}
