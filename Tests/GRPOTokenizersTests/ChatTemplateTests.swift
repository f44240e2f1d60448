import Foundation
import GRPOTokenizers
import Testing

@Suite struct ChatTemplateTests {
    static func smolLM2() throws -> ChatTemplate {
        try Made.tokenizer("smollm2").chatTemplate()
    }

    @Test func smolLM2SpeaksChatMLWithItsOwnSystemMessage() throws {
        let system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
        #expect(try Self.smolLM2() == .chatML(ChatML(defaultSystem: system)))
        #expect(
            try Self.smolLM2().text([.user("Hi")], addGenerationPrompt: true) == """
                <|im_start|>system
                \(system)<|im_end|>
                <|im_start|>user
                Hi<|im_end|>
                <|im_start|>assistant

                """)
    }

    @Test func anEmptyConversationOnlyOpensTheTurn() throws {
        let opened = try Self.smolLM2().text([], addGenerationPrompt: true)
        #expect(opened == "<|im_start|>assistant\n")
        #expect(try Self.smolLM2().text([], addGenerationPrompt: false) == "")
    }

    static let others = [
        "", "{{ bos_token }}", "plain text", "{% for message in messages %}",
        "{% for message in messages %}[INST]{{ message['content'] }}[/INST]{% endfor %}",
        // ChatML but for one thing each: a trimmed content, a missing newline, text around it,
        // another condition, another opening.
        """
        {% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + \
        message['content'] | trim + '<|im_end|>' + '\\n'}}{% endfor %}
        """,
        """
        {% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + \
        message['content'] + '<|im_end|>'}}{% endfor %}
        """,
        """
        x{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + \
        message['content'] + '<|im_end|>\\n'}}{% endfor %}
        """,
        """
        {% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + \
        message['content'] + '<|im_end|>\\n'}}{% endfor %}\
        {% if add_generation_prompt %}{{ '<|im_start|>model\\n' }}{% endif %}
        """,
        """
        {% for message in messages %}{% if loop.first and messages[0]['role'] == 'user' %}\
        {{ '<|im_start|>system\\nHi<|im_end|>\\n' }}{% endif %}\
        {{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n'}}\
        {% endfor %}
        """,
        "{{ 'unfinished", "{% if 'x %}", "{{", "{%", "{#", "{", "{{ '\\",
    ]

    @Test(arguments: others)
    func anotherTemplateIsNamedWithTheWayOut(_ source: String) {
        let error = TokenizerError.unknownChatTemplate(beginning: String(source.prefix(60)))
        #expect(throws: error) { try ChatTemplate(jinja: source) }
        #expect("\(error)".contains("prompt: plain"))
    }

    /// Cut anywhere, SmolLM2's template is either refused or still a whole ChatML loop.
    @Test func aTruncatedTemplateIsRefused() throws {
        let source = try #require(Made.tokenizer("smollm2").description.chatTemplate)
        let accepted = (0...source.count).filter { count in
            (try? ChatTemplate(jinja: String(source.prefix(count)))) != nil
        }
        let loop = try #require(source.range(of: "{% endfor %}")).upperBound
        #expect(accepted == [source.distance(from: source.startIndex, to: loop), source.count])
    }

    @Test func aModelWithoutATemplateSaysSo() throws {
        let tokenizer = try Made.tokenizer("small-gpt2")
        #expect(throws: TokenizerError.noChatTemplate) { try tokenizer.chatTemplate() }
    }
}
