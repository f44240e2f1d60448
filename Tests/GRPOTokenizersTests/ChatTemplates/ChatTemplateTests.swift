import Foundation
import GRPOTokenizers
import Testing

@Suite struct ChatTemplateTests {
    static func smolLM2() throws -> ChatTemplate {
        try Made.tokenizer("smollm2").chatTemplate()
    }

    @Test func smolLM2SpeaksChatMLWithItsOwnSystemMessage() throws {
        let system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
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

    @Test func aModelWithoutATemplateSaysSo() throws {
        let tokenizer = try Made.tokenizer("small-gpt2")
        #expect(throws: TokenizerError.noChatTemplate) { try tokenizer.chatTemplate() }
    }
}
