import Foundation
import GRPOTokenizers
import Testing

/// What `transformers` renders; `Fixtures/templates/make_templates.py` made it.
struct GoldenChats {
    struct Rendering {
        let template: String
        let source: String
        let conversation: String
        let messages: [TemplateData]
        let tools: [TemplateData]?
        let addGenerationPrompt: Bool
        let variables: [String: TemplateData]
        /// nil where Python refuses.
        let text: String?
        let generations: [Range<Int>]
    }

    let renderings: [Rendering]

    static let now = TemplateTime(year: 2025, month: 3, day: 4, hour: 5, minute: 6, second: 7)

    /// The committed file, or the one that `GRPO_CHAT_TEMPLATES` names.
    static let all: Result<GoldenChats, any Error> = Result {
        let path = ProcessInfo.processInfo.environment["GRPO_CHAT_TEMPLATES"]
        let data =
            try path.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            ?? Fixture.data("templates/chats.json")
        return try GoldenChats(
            TemplateData(json: String(decoding: data, as: UTF8.self), name: "chats.json"))
    }

    private init(_ file: TemplateData) {
        var renderings: [Rendering] = []
        for template in file["templates"]?.entries ?? [] {
            for rendering in template.value["renderings"]?.entries ?? [] {
                let chat = file["conversations"]?[rendering.key] ?? .null
                var variables = file["variables"]?.entries ?? []
                variables += (chat.entries ?? []).filter {
                    !["messages", "tools", "add_generation_prompt"].contains($0.key)
                }
                renderings.append(
                    Rendering(
                        template: template.key,
                        source: template.value["source"]?.string ?? "",
                        conversation: rendering.key,
                        messages: chat["messages"]?.items ?? [],
                        tools: chat["tools"]?.items,
                        addGenerationPrompt: chat["add_generation_prompt"] == true,
                        variables: Dictionary(
                            variables.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
                        text: rendering.value["text"]?.string,
                        generations: (rendering.value["generations"]?.items ?? []).compactMap {
                            guard case .list(let ends) = $0, case .integer(let start) = ends[0],
                                case .integer(let end) = ends[1]
                            else { return nil }
                            return start..<end
                        }))
            }
        }
        self.renderings = renderings
    }
}

extension TemplateData {
    var entries: [Entry]? {
        if case .dictionary(let entries) = self { entries } else { nil }
    }

    var items: [TemplateData]? {
        if case .list(let items) = self { items } else { nil }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    subscript(key: String) -> TemplateData? {
        entries?.first { $0.key == key }?.value
    }
}
