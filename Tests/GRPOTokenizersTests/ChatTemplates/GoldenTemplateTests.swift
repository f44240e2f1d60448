import GRPOTokenizers
import Testing

@Suite struct GoldenTemplateTests {
    /// Every template and conversation: Python's text to the byte, or an error where it has one.
    @Test func everyRenderingIsThatOfTransformers() throws {
        let golden = try GoldenChats.all.get()
        var texts = 0
        var refusals = 0
        for chat in golden.renderings {
            let place: Comment = "\(chat.template), \(chat.conversation)"
            let outcome = Result {
                try ChatTemplate(source: chat.source, name: chat.template).render(
                    messages: chat.messages, tools: chat.tools,
                    addGenerationPrompt: chat.addGenerationPrompt, variables: chat.variables,
                    now: GoldenChats.now)
            }
            switch outcome {
            case .success(let rendered):
                let text = chat.text ?? "REFUSED BY PYTHON"
                #expect(Array(rendered.text.utf8) == Array(text.utf8), place)
                #expect(rendered.generations == chat.generations, place)
                texts += 1
            case .failure(let error):
                #expect(chat.text == nil, "\(place): \(error)")
                refusals += 1
            }
        }
        #expect(texts > 100)
        #expect(refusals > 10)
        print("chat templates: \(texts) texts equal, \(refusals) refusals as in Python")
    }
}
