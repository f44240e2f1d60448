/// How a conversation is written as the text that a model was trained on: a Jinja template, run as
/// `transformers` runs it.
package struct ChatTemplate: Sendable {
    package let source: String
    /// What errors call the template.
    package let name: String
    /// What the template finds besides the conversation, such as `bos_token`.
    package var variables: [String: TemplateData]
    package var limits: TemplateLimits
    private let statements: [TemplateStatement]

    /// - Throws: `TemplateError` if the source is not Jinja, or not of the kind served here.
    package init(
        source: String, name: String = "chat template",
        variables: [String: TemplateData] = [:], limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) {
        self.source = source
        self.name = name
        self.variables = variables
        self.limits = limits
        statements = try TemplateParser.statements(of: source, name: name)
    }

    /// The conversation as the template writes it.
    ///
    /// - Parameters:
    ///   - messages: dictionaries with `role`, `content` and what else the template reads.
    ///   - tools: JSON schemas of the functions that the model may call.
    ///   - variables: more than, or in place of, the template's own.
    ///   - now: what `strftime_now` tells.
    /// - Throws: `TemplateError` if the template refuses the conversation, or cannot be run on it.
    package func render(
        messages: [TemplateData], tools: [TemplateData]? = nil, documents: [TemplateData]? = nil,
        addGenerationPrompt: Bool, variables: [String: TemplateData] = [:],
        now: TemplateTime = .now
    ) throws(TemplateError) -> RenderedChat {
        var values: [String: TemplateValue] = [:]
        for (name, data) in self.variables.merging(variables, uniquingKeysWith: { $1 }) {
            values[name] = try value(data, marked: false)
        }
        var turns: [TemplateValue] = []
        for message in messages { turns.append(try turn(message)) }
        values["messages"] = .list(TemplateList(turns))
        values["tools"] =
            try tools.map { data throws(TemplateError) in
                try value(.list(data), marked: true)
            } ?? TemplateValue.none
        values["documents"] =
            try documents.map { data throws(TemplateError) in
                try value(.list(data), marked: true)
            } ?? TemplateValue.none
        values["add_generation_prompt"] = .boolean(addGenerationPrompt)
        let interpreter = TemplateInterpreter(
            name: name, variables: values, limits: limits, now: now)
        let text = try interpreter.render(statements)
        return RenderedChat(text, generations: interpreter.generations)
    }

    // MARK: Data

    private static let reasoningNames = ["reasoning_content", "thinking", "reasoning"]

    /// A message, its reasoning under every name that templates read it by.
    private func turn(_ message: TemplateData) throws(TemplateError) -> TemplateValue {
        guard case .dictionary(var entries) = message else {
            throw TemplateError(
                template: name, line: 1, problem: .value("a message is not a dictionary"))
        }
        func given(_ name: String) -> TemplateData? {
            entries.last { $0.key == name }.flatMap { $0.value == .null ? nil : $0.value }
        }
        if let reasoning = Self.reasoningNames.lazy.compactMap(given).first {
            if !entries.contains(where: { $0.key == "thinking" }) {
                entries.insert(TemplateData.Entry("thinking", reasoning), at: 0)
            }
            entries.append(TemplateData.Entry("reasoning_content", reasoning))
        }
        var pairs: [(TemplateValue, TemplateValue)] = []
        for entry in entries {
            // A role that is a plain word is the template's own vocabulary: some write the name
            // of a special token around it.
            let isRole = entry.key == "role" && entry.value.isWord
            pairs.append((.text(entry.key), try value(entry.value, marked: !isRole, level: 1)))
        }
        return .dictionary(TemplateDictionary(pairs))
    }

    private func value(
        _ data: TemplateData, marked: Bool, level: Int = 0
    ) throws(TemplateError) -> TemplateValue {
        guard level < limits.nesting - 2 else {
            throw TemplateError(
                template: name, line: 1,
                problem: .limit(
                    "the conversation has more than \(limits.nesting) lists and dictionaries "
                        + "inside one another"))
        }
        switch data {
        case .null: return .none
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .float(value)
        case .string(let text): return .string(TemplateText(text, marked: marked))
        case .list(let list):
            var items: [TemplateValue] = []
            for item in list { items.append(try value(item, marked: marked, level: level + 1)) }
            return .list(TemplateList(items))
        case .dictionary(let entries):
            var pairs: [(TemplateValue, TemplateValue)] = []
            for entry in entries {
                let key = TemplateText(entry.key, marked: marked)
                pairs.append(
                    (.string(key), try value(entry.value, marked: marked, level: level + 1)))
            }
            return .dictionary(TemplateDictionary(pairs))
        }
    }
}

extension TemplateData {
    /// Whether this is a word that cannot spell a special token.
    fileprivate var isWord: Bool {
        guard case .string(let text) = self else { return false }
        return text.utf8.count <= 32
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || $0 == "-")
            }
    }
}

extension ChatTemplate: Equatable {
    package static func == (left: ChatTemplate, right: ChatTemplate) -> Bool {
        left.source == right.source && left.variables == right.variables
            && left.limits == right.limits
    }
}

// MARK: - Plain conversations

extension ChatTemplate {
    /// The conversation as segments for `Tokenizer.encode`.
    package func segments(
        _ messages: [ChatMessage], addGenerationPrompt: Bool
    ) throws(TokenizerError) -> [TextSegment] {
        do {
            return try render(
                messages: messages.map { TemplateData($0) },
                addGenerationPrompt: addGenerationPrompt
            ).segments
        } catch {
            throw .chatTemplate(error)
        }
    }

    /// The conversation as text.
    package func text(
        _ messages: [ChatMessage], addGenerationPrompt: Bool
    ) throws(TokenizerError) -> String {
        try segments(messages, addGenerationPrompt: addGenerationPrompt).map(\.text).joined()
    }
}

extension Tokenizer {
    /// The chat template of the model, with the tokens that it may name.
    /// - Throws: `TokenizerError` if it has none, or one that cannot be served.
    package func chatTemplate() throws(TokenizerError) -> ChatTemplate {
        guard let source = description.chatTemplate else { throw .noChatTemplate }
        var variables: [String: TemplateData] = [:]
        let tokens = [
            ("bos_token", bosID), ("eos_token", description.endOfTextIDs.first),
            ("pad_token", padID),
        ]
        for case (let name, let id?) in tokens {
            variables[name] = .string(decode([id], skipSpecial: false))
        }
        do {
            return try ChatTemplate(
                source: source, name: "the chat template of \(name)", variables: variables)
        } catch {
            throw .chatTemplate(error)
        }
    }

    /// The ids of a conversation under the model's template, without BOS beyond the template's.
    package func encode(
        _ messages: [ChatMessage], addGenerationPrompt: Bool
    ) throws(TokenizerError) -> [Int32] {
        try encode(chatTemplate().segments(messages, addGenerationPrompt: addGenerationPrompt))
    }
}
