/// What the columns of a data file are, and how a record is made of them.
enum DataLayout: Sendable {
    /// A text without a question.
    case text(String)
    /// Turns, the last of them the completion where it is the assistant's.
    case conversation(String)
    /// A question, with what follows it where that is known.
    case question(prompt: String, input: String?, system: String?, completion: String?)
    /// Two completions of one prompt, the better one first; without a prompt it is what both begin
    /// with. A prompt that stands in both conversations too is not put twice. Texts are made of the
    /// prompt and the better completion.
    case preference(prompt: String?, chosen: String, rejected: String)

    /// The columns that may hold turns.
    var conversations: Set<String> {
        switch self {
        case .text: []
        case .conversation(let messages): [messages]
        case .question(let prompt, _, _, let completion):
            Set([prompt, completion].compactMap { $0 })
        case .preference(let prompt, let chosen, let rejected):
            Set([prompt, chosen, rejected].compactMap { $0 })
        }
    }

    /// All columns that are read.
    var columns: Set<String> {
        switch self {
        case .text(let text): [text]
        case .question(let prompt, let input, let system, let completion):
            Set([prompt, input, system, completion].compactMap { $0 })
        case .conversation, .preference: conversations
        }
    }

    /// Whether records ask anything.
    var hasQuestion: Bool {
        if case .text = self { false } else { true }
    }

    /// Whether every record has a completion, or may have one.
    var hasCompletion: Bool {
        if case .question(_, _, _, nil) = self { false } else { true }
    }

    /// The record of a row.
    func record(_ row: DataRow) throws(ColumnFault) -> DataRecord {
        switch self {
        case .text(let name):
            let text = try Self.turns(row, name, role: "assistant")
            return DataRecord(prompt: [], completion: text.turns, isConversation: false)
        case .conversation(let name):
            let turns = try Self.turns(row, name, role: "user")
            guard turns.isConversation else {
                throw ColumnFault(
                    column: name, found: "a text", expected: "a conversation: an array of turns")
            }
            let ends = turns.turns.last?.role == "assistant"
            return try DataRecord(
                prompt: Array(ends ? turns.turns.dropLast() : turns.turns[...]),
                completion: Array(turns.turns.suffix(ends ? 1 : 0)), isConversation: true
            ).asking(in: name)
        case .question(let prompt, let input, let system, let completion):
            var asked = try Self.turns(row, prompt, role: "user")
            if let input, let more = try Self.optional(row, input) {
                guard !asked.isConversation else {
                    throw ColumnFault(
                        column: input, found: "an input beside a conversation",
                        expected: "one beside a text")
                }
                asked.turns = [
                    Message(role: "user", content: asked.turns[0].content + "\n\n" + more)
                ]
            }
            if let system, let text = try Self.optional(row, system) {
                asked.turns.insert(Message(role: "system", content: text), at: 0)
                asked.isConversation = true
            }
            let answered = try completion.map { (name) throws(ColumnFault) in
                try Self.turns(row, name, role: "assistant", mayBeEmpty: true)
            }
            return try DataRecord(
                prompt: asked.turns, completion: answered?.turns ?? [],
                isConversation: asked.isConversation || answered?.isConversation == true
            ).asking(in: prompt)
        case .preference(let prompt, let chosen, let rejected):
            return try preference(row, prompt, chosen, rejected)
        }
    }

    private func preference(
        _ row: DataRow, _ prompt: String?, _ chosen: String, _ rejected: String
    ) throws(ColumnFault) -> DataRecord {
        let better = try Self.turns(row, chosen, role: "assistant", mayBeEmpty: true)
        let worse = try Self.turns(row, rejected, role: "assistant", mayBeEmpty: true)
        guard better.isConversation == worse.isConversation else {
            throw ColumnFault(
                column: rejected, found: "a text beside a conversation",
                expected: "the kind of column '\(chosen)'")
        }
        guard better.turns != worse.turns else {
            throw ColumnFault(
                column: rejected, found: "the same as in '\(chosen)'",
                expected: "two completions that differ", remedy: "leave such pairs out",
                isCounted: true)
        }
        if let prompt {
            let asked = try Self.turns(row, prompt, role: "user")
            let shared = zip(better.turns, worse.turns).prefix { $0 == $1 }.count
            let repeated = Self.length(of: asked, in: better.turns[..<shared])
            return try DataRecord(
                prompt: repeated > 0 ? Array(better.turns[..<repeated]) : asked.turns,
                completion: Array(better.turns[repeated...]),
                rejected: Array(worse.turns[repeated...]),
                isConversation: asked.isConversation || better.isConversation
            ).asking(in: prompt)
        }
        if better.isConversation {
            let common = zip(better.turns, worse.turns).prefix { $0 == $1 }.count
            return try DataRecord(
                prompt: Array(better.turns[..<common]),
                completion: Array(better.turns[common...]),
                rejected: Array(worse.turns[common...]), isConversation: true
            ).asking(in: chosen)
        }
        let texts = Self.split(better.turns[0].content, worse.turns[0].content)
        return try DataRecord(
            prompt: [Message(role: "user", content: texts.prompt)],
            completion: [Message(role: "assistant", content: texts.chosen)],
            rejected: [Message(role: "assistant", content: texts.rejected)], isConversation: false
        ).asking(in: chosen)
    }

    /// How many of the turns that both completions begin with say the prompt again, as those of
    /// UltraFeedback do; 0 where they do not. Before a prompt that is a text others may stand, such
    /// as the system's.
    private static func length(
        of prompt: (turns: [Message], isConversation: Bool), in turns: ArraySlice<Message>
    ) -> Int {
        guard !prompt.isConversation else {
            return turns.starts(with: prompt.turns) ? prompt.turns.count : 0
        }
        let place = turns.firstIndex {
            $0.role != "assistant" && $0.content == prompt.turns[0].content
        }
        return place.map { $0 + 1 } ?? 0
    }

    /// What two texts begin with, and the rest of each: cut before a space that stands at the end of
    /// the beginning, as TRL does, so that a word keeps its space.
    private static func split(
        _ first: String, _ second: String
    ) -> (prompt: String, chosen: String, rejected: String) {
        let a = first.unicodeScalars
        let b = second.unicodeScalars
        var common = Array(zip(a, b).prefix { $0 == $1 })
        if common.last?.0 == " " { common.removeLast() }
        return (
            String(a.prefix(common.count)), String(a.dropFirst(common.count)),
            String(b.dropFirst(common.count))
        )
    }

    // MARK: - Columns

    private static func turns(
        _ row: DataRow, _ name: String, role: String, mayBeEmpty: Bool = false
    ) throws(ColumnFault) -> (turns: [Message], isConversation: Bool) {
        switch row[name] {
        case .text(let text)? where mayBeEmpty || !text.isEmpty:
            return ([Message(role: role, content: text)], false)
        case .conversation(let turns)? where !turns.isEmpty: return (turns, true)
        case let value:
            throw ColumnFault(
                column: name, found: value?.summary ?? row.missing,
                expected: mayBeEmpty ? "text" : "text that is not empty")
        }
    }

    private static func optional(_ row: DataRow, _ name: String) throws(ColumnFault) -> String? {
        switch row[name] {
        case nil, .null?: return nil
        case .text(let text)?: return text.isEmpty ? nil : text
        case let value?:
            throw ColumnFault(column: name, found: value.summary, expected: "text or null")
        }
    }
}
