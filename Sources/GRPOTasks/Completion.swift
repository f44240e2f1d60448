/// Why sampling of a completion ended.
public enum FinishReason: String, Sendable, Codable, Hashable, CaseIterable {
    /// The policy produced an ending token.
    case stop
    /// The length limit cut the completion off.
    case length
}

/// What the policy wrote after a prompt, as a verifier and a reward function see it.
public struct Completion: Sendable, Codable, Hashable {
    /// The decoded new tokens, without the prompt and without the ending token.
    public let text: String
    /// Number of sampled tokens, the ending token included.
    public let tokenCount: Int
    /// Why sampling ended.
    public let finishReason: FinishReason

    /// A completion from its parts.
    public init(text: String, tokenCount: Int, finishReason: FinishReason) {
        self.text = text
        self.tokenCount = tokenCount
        self.finishReason = finishReason
    }
}
