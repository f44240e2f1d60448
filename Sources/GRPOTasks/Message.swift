/// One turn of a conversation.
public struct Message: Codable, Sendable, Hashable {
    /// `system`, `user`, `assistant`, or what else the model's chat template knows.
    public let role: String
    /// What is said.
    public let content: String

    /// A turn from its parts.
    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }
}
