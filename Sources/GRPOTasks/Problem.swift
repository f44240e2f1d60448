/// What kind of request a problem is: which rewards speak about it (the R1 report, stage 4).
public enum Scenario: String, Sendable, Codable, Hashable, CaseIterable {
    /// A verifier can tell right from wrong.
    case reasoning
    /// No rule tells what is good; a reward model may.
    case general
}

/// One question with its ground truth.
///
/// `prompt` is the bare question; templates (`r1_zero`, `chat`) are put around it where the
/// prompt is tokenized, so the same problem serves every template.
public struct Problem: Sendable, Codable, Hashable {
    /// Names the problem within its task: equal questions have equal ids.
    public let id: String
    /// The question exactly as a plain prompt shows it, for example `Q:57+68=?`; of a conversation
    /// what its turns say, with empty lines between.
    public let prompt: String
    /// The ground truth in the form the task's `verify` expects.
    public let answer: String
    /// Further data of the problem, such as the numbers of a countdown or a dataset's columns.
    public let columns: [String: String]
    /// Those of the columns that are no texts in the data set (numbers, truth values, null, lists,
    /// objects): what `columns` says of them is JSON.
    public let jsonColumns: Set<String>
    /// The conversation that a chat prompt shows; nil where that is the question alone.
    public let messages: [Message]?
    /// Whether the task's verifier can judge it.
    public let scenario: Scenario

    /// A problem from its parts.
    public init(
        id: String, prompt: String, answer: String, columns: [String: String] = [:],
        jsonColumns: Set<String> = [],
        messages: [Message]? = nil, scenario: Scenario = .reasoning
    ) {
        self.id = id
        self.prompt = prompt
        self.answer = answer
        self.columns = columns
        self.jsonColumns = jsonColumns
        self.messages = messages
        self.scenario = scenario
    }

    private enum CodingKeys: String, CodingKey {
        case id, prompt, answer, columns, messages, scenario
        case jsonColumns = "json_columns"
    }

    /// A problem as it was saved with a rollout.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        prompt = try values.decode(String.self, forKey: .prompt)
        answer = try values.decode(String.self, forKey: .answer)
        columns = try values.decode([String: String].self, forKey: .columns)
        jsonColumns = try values.decodeIfPresent(Set<String>.self, forKey: .jsonColumns) ?? []
        messages = try values.decodeIfPresent([Message].self, forKey: .messages)
        scenario = try values.decodeIfPresent(Scenario.self, forKey: .scenario) ?? .reasoning
    }

    /// Leaves out what is as usual: a problem is saved with every rollout.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(prompt, forKey: .prompt)
        try values.encode(answer, forKey: .answer)
        try values.encode(columns, forKey: .columns)
        // In order: equal problems are saved as equal bytes.
        if !jsonColumns.isEmpty { try values.encode(jsonColumns.sorted(), forKey: .jsonColumns) }
        if let messages { try values.encode(messages, forKey: .messages) }
        if scenario != .reasoning { try values.encode(scenario, forKey: .scenario) }
    }
}
