/// How a conversation is written as the text that a model was trained on.
package enum ChatTemplate: Equatable, Sendable {
    case chatML(ChatML)

    /// The template that a Jinja source writes.
    /// - Throws: `TokenizerError.unknownChatTemplate` if it is none of those known here.
    package init(jinja source: String) throws(TokenizerError) {
        guard let outline = TemplateOutline(source), let chatML = ChatML(outline) else {
            throw .unknownChatTemplate(beginning: String(source.prefix(60)))
        }
        self = .chatML(chatML)
    }

    /// The conversation as segments for `Tokenizer.encode`: special tokens count where the
    /// template writes them, never where a message does.
    package func segments(
        _ messages: [ChatMessage], addGenerationPrompt: Bool
    ) -> [TextSegment] {
        switch self {
        case .chatML(let chatML):
            chatML.segments(messages, addGenerationPrompt: addGenerationPrompt)
        }
    }

    /// The conversation as text.
    package func text(_ messages: [ChatMessage], addGenerationPrompt: Bool) -> String {
        segments(messages, addGenerationPrompt: addGenerationPrompt).map(\.text).joined()
    }
}

extension Tokenizer {
    /// The chat template of the model.
    /// - Throws: `TokenizerError` if it has none, or one that is not known here.
    package func chatTemplate() throws(TokenizerError) -> ChatTemplate {
        guard let source = description.chatTemplate else { throw .noChatTemplate }
        return try ChatTemplate(jinja: source)
    }

    /// The ids of a conversation under the model's template, without BOS beyond the template's.
    package func encode(
        _ messages: [ChatMessage], addGenerationPrompt: Bool
    ) throws(TokenizerError) -> [Int32] {
        try encode(chatTemplate().segments(messages, addGenerationPrompt: addGenerationPrompt))
    }
}
