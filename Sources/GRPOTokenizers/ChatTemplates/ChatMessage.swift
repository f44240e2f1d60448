/// One turn of a conversation.
package struct ChatMessage: Codable, Equatable, Sendable {
    /// `system`, `user`, `assistant`, or what else the model's template knows.
    package var role: String
    package var content: String

    package init(role: String, content: String) {
        self.role = role
        self.content = content
    }

    package static func system(_ content: String) -> ChatMessage {
        ChatMessage(role: "system", content: content)
    }

    package static func user(_ content: String) -> ChatMessage {
        ChatMessage(role: "user", content: content)
    }

    package static func assistant(_ content: String) -> ChatMessage {
        ChatMessage(role: "assistant", content: content)
    }
}
