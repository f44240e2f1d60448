import GRPOJSON

/// The columns of one record, in the order in which they are written. Nested values are kept as they
/// are spelt, but for conversations and objects that somebody asks for.
struct DataRow {
    enum Value {
        case text(String)
        /// As it is spelt, so that no digit is lost.
        case number(String)
        case truth(Bool)
        case null
        case conversation([Message])
        case object(JSONValue)
        /// A list or an object, with its spelling.
        case other(JSONScanner.Kind, String)

        /// For a message.
        var summary: String {
            switch self {
            case .text(let text): text.isEmpty ? "an empty text" : printable(text)
            case .number(let text): "the number \(text)"
            case .truth(let value): "\(value)"
            case .null: "null"
            case .conversation(let turns): "a conversation of \(turns.count) turns"
            case .object(let value): value.summary
            case .other(let kind, _): kind.rawValue
            }
        }
    }

    /// Of one record; each takes a hundred bytes of memory, however short it is.
    static let mostColumns = 4096
    /// Of one conversation.
    static let mostTurns = 1 << 14

    private(set) var columns: [(name: String, value: Value)] = []

    /// Reads the object that comes next.
    ///
    /// - Parameters:
    ///   - conversations: the columns whose arrays are read as turns.
    ///   - objects: the columns whose objects are kept.
    init(
        _ scanner: inout JSONScanner, conversations: Set<String>, objects: Set<String> = []
    ) throws(JSONFault) {
        var columns: [(name: String, value: Value)] = []
        var names: Set<String> = []
        try scanner.object { (name, start, scanner) throws(JSONFault) in
            guard names.insert(name).inserted else { throw Self.twice(name, start) }
            guard columns.count < Self.mostColumns else {
                throw Self.tooMany("columns", Self.mostColumns, start)
            }
            if objects.contains(name), try scanner.kind() == .object {
                columns.append((name, .object(try JSONValue(&scanner, most: DataFile.mostValues))))
            } else {
                columns.append((name, try Self.value(&scanner, conversations.contains(name))))
            }
        }
        self.columns = columns
    }

    subscript(name: String) -> Value? {
        columns.first { $0.name == name }?.value
    }

    private static func value(
        _ scanner: inout JSONScanner, _ isConversation: Bool
    ) throws(JSONFault) -> Value {
        let kind = try scanner.kind()
        switch kind {
        case .string: return .text(try scanner.string())
        case .number: return .number(String(try scanner.number()))
        case .bool: return .truth(try scanner.bool())
        case .null:
            try scanner.null()
            return .null
        case .array where isConversation: return .conversation(try conversation(&scanner))
        case .array, .object:
            return .other(kind, try scanner.spelling())
        }
    }

    // MARK: - Conversations

    /// ShareGPT's names of the speakers, each with the role it plays.
    private static let speakers = [
        "human": "user", "user": "user", "gpt": "assistant", "chatgpt": "assistant",
        "assistant": "assistant", "system": "system",
    ]

    private static func conversation(
        _ scanner: inout JSONScanner
    ) throws(JSONFault) -> [Message] {
        var turns: [Message] = []
        try scanner.array { (scanner) throws(JSONFault) in
            guard turns.count < mostTurns else {
                throw tooMany("turns", mostTurns, scanner.position)
            }
            turns.append(try turn(&scanner))
        }
        return turns
    }

    /// `{role, content}`, or ShareGPT's `{from, value}`; what else a turn has is left out.
    private static func turn(_ scanner: inout JSONScanner) throws(JSONFault) -> Message {
        let expected = "a turn: {role, content} or {from, value}"
        guard try scanner.kind() == .object else {
            throw JSONFault(
                offset: scanner.position, found: try scanner.kind().rawValue, expected: expected)
        }
        let start = scanner.position
        var role: String?
        var content: String?
        var names: Set<String> = []
        try scanner.object { (name, start, scanner) throws(JSONFault) in
            guard names.insert(name).inserted else { throw twice(name, start) }
            guard names.count <= mostColumns else {
                throw tooMany("keys in a turn", mostColumns, start)
            }
            switch name {
            case "role": role = try text(&scanner, of: name)
            case "content", "value": content = try text(&scanner, of: name)
            case "from":
                let speaker = try text(&scanner, of: name)
                guard let known = speakers[speaker] else {
                    throw JSONFault(
                        offset: start, found: "the speaker \(printable(speaker))",
                        expected: "human, gpt or system")
                }
                role = known
            default: try scanner.skip()
            }
        }
        guard let role, let content else {
            let missing = role == nil ? "no role" : "no content"
            throw JSONFault(
                offset: start, found: "a turn with \(missing)", expected: expected)
        }
        return Message(role: role, content: content)
    }

    private static func text(
        _ scanner: inout JSONScanner, of name: String
    ) throws(JSONFault) -> String {
        let kind = try scanner.kind()
        guard kind == .string else {
            throw JSONFault(
                offset: scanner.position, found: kind.rawValue,
                expected: "text as the \(name) of a turn")
        }
        return try scanner.string()
    }

    private static func tooMany(_ what: String, _ most: Int, _ start: Int) -> JSONFault {
        JSONFault(offset: start, found: "more than \(most) \(what)", expected: "at most that many")
    }

    private static func twice(_ name: String, _ start: Int) -> JSONFault {
        JSONFault(
            offset: start, found: "the key \(printable(name)) a second time",
            expected: "each key once")
    }
}
