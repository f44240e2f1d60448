/// One record of a data file: what is asked, and what follows where that is known.
struct DataRecord: Sendable {
    /// Empty for a text without a question.
    var prompt: [Message]
    /// Empty where none is known.
    var completion: [Message]
    /// Of a preference the other completion, else empty.
    var rejected: [Message] = []
    /// Whether the record consists of turns rather than of plain text.
    var isConversation: Bool

    /// The record, where it asks anything.
    func asking(in column: String) throws(ColumnFault) -> DataRecord {
        guard prompt.contains(where: { !$0.content.isEmpty }) else {
            throw ColumnFault(
                column: column, found: "no prompt before the completion", expected: "a question")
        }
        return self
    }

    /// The hash of what is asked, or of a text without a question: it decides the split, and equal
    /// questions have equal keys. White space around it does not count, nor whether a single
    /// question is written as a text or as a turn.
    var key: UInt64 {
        let turns = prompt.isEmpty ? completion : prompt
        if turns.count == 1, turns[0].role != "system" {
            let text = ByteSearch.trimmed(Array(turns[0].content.utf8)[...])
            return StableHash.hash(text)
        }
        let text = turns.map { "\($0.role)\u{1F}\($0.content)" }.joined(separator: "\u{1E}")
        return StableHash.hash(text)
    }
}

extension DataRecord {
    /// All that it says, without the roles.
    var wholeText: String { (prompt + completion + rejected).text }
}

extension [Message] {
    /// The turns as one text, for people and for models without a template.
    var text: String { map(\.content).joined(separator: "\n\n") }
}
