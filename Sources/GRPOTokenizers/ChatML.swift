/// `<|im_start|>role\ncontent<|im_end|>\n`, the format of SmolLM2, Qwen and others.
package struct ChatML: Equatable, Sendable {
    /// What a first system message says if the conversation begins with another role.
    package var defaultSystem: String?
    /// Whether the template can open the assistant's turn; one that cannot ignores the wish.
    package var opensAssistantTurn: Bool

    private static let start = "<|im_start|>"
    private static let end = "<|im_end|>\n"
    private static let assistant = "\(start)assistant\n"

    package init(defaultSystem: String?, opensAssistantTurn: Bool = true) {
        self.defaultSystem = defaultSystem
        self.opensAssistantTurn = opensAssistantTurn
    }

    /// Recognises the outline of a ChatML template; nil for every other.
    init?(_ outline: TemplateOutline) {
        var rest = outline.nodes[...]
        func take(_ node: TemplateOutline.Node) -> Bool {
            guard rest.first == node else { return false }
            rest.removeFirst()
            return true
        }

        guard take(.statement("for message in messages")) else { return nil }
        defaultSystem = nil
        if take(.statement("if loop.first and messages[0]['role'] != 'system'")) {
            let head = "\(Self.start)system\n"
            guard
                case .output(let parts)? = rest.popFirst(), parts.count == 1,
                case .literal(let text) = parts[0],
                text.utf8.starts(with: head.utf8), text.hasSuffix(Self.end),
                take(.statement("endif"))
            else { return nil }
            defaultSystem = String(text.dropFirst(head.count).dropLast(Self.end.count))
        }
        guard
            take(
                .output([
                    .literal(Self.start), .expression("message['role']"), .literal("\n"),
                    .expression("message['content']"), .literal(Self.end),
                ])),
            take(.statement("endfor"))
        else { return nil }
        opensAssistantTurn = take(.statement("if add_generation_prompt"))
        if opensAssistantTurn {
            guard take(.output([.literal(Self.assistant)])), take(.statement("endif")) else {
                return nil
            }
        }
        guard rest.isEmpty else { return nil }
    }

    func segments(_ messages: [ChatMessage], addGenerationPrompt: Bool) -> [TextSegment] {
        var segments: [TextSegment] = []
        func template(_ text: String) { segments.append(TextSegment(text, allowSpecial: true)) }
        func message(_ text: String) { segments.append(TextSegment(text, allowSpecial: false)) }

        if let defaultSystem, let first = messages.first, first.role != "system" {
            template("\(Self.start)system\n\(defaultSystem)\(Self.end)")
        }
        for turn in messages {
            template(Self.start)
            message(turn.role)
            template("\n")
            message(turn.content)
            template(Self.end)
        }
        if addGenerationPrompt, opensAssistantTurn { template(Self.assistant) }
        return segments
    }
}
