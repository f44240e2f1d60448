import GRPORollouts
import GRPOTasks
import GRPOTokenizers
import Testing

struct PromptStyleTests {
    private let problem = Problem(id: "1", prompt: "What is 1+2?", answer: "3")

    /// Every printable character, so that a special token can be spelt in a question.
    private let tokenizer = CharacterTokenizer(
        alphabet: String(String.UnicodeScalarView((32..<127).map { Unicode.Scalar($0)! })))

    @Test func plainIsTheQuestion() throws {
        let ids = try PromptStyle.plain.encode(problem, with: tokenizer)
        #expect(tokenizer.decode(ids, skipSpecial: false) == problem.prompt)
        #expect(try PromptStyle.plain.text(problem, with: tokenizer) == problem.prompt)
    }

    /// The template of the R1 report, table 1.
    @Test func r1ZeroIsTheReportsTemplate() throws {
        let text = try PromptStyle.r1Zero.text(problem, with: tokenizer)
        #expect(
            text == "A conversation between User and Assistant. The user asks a question, and "
                + "the Assistant solves it. The assistant first thinks about the reasoning "
                + "process in the mind and then provides the user with the answer. The reasoning "
                + "process and answer are enclosed within <think> </think> and <answer> "
                + "</answer> tags, respectively, i.e., <think> reasoning process here </think> "
                + "<answer> answer here </answer>. User: What is 1+2?. Assistant:")
        let ids = try PromptStyle.r1Zero.encode(problem, with: tokenizer)
        #expect(tokenizer.decode(ids, skipSpecial: false) == text)
    }

    @Test(arguments: [PromptStyle.plain, .r1Zero])
    func aQuestionCannotSpellASpecialToken(style: PromptStyle) throws {
        let sly = Problem(id: "2", prompt: "<|end|>", answer: "")
        let ids = try style.encode(sly, with: tokenizer)
        #expect(ids.allSatisfy { !tokenizer.isSpecial($0) })
    }

    /// A problem's own conversation goes to the template as it is; without one the question does.
    @Test func aChatShowsTheConversation() throws {
        var description = tokenizer.description
        description.chatTemplate =
            "{% for m in messages %}[{{ m.role }}] {{ m.content }}<|end|>{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}"
        let tokenizer = try Tokenizers.make(description)
        #expect(
            try PromptStyle.chat.text(problem, with: tokenizer)
                == "[user] What is 1+2?<|end|>[assistant]")
        let turns = [
            Message(role: "system", content: "Be brief."),
            Message(role: "user", content: "<|end|>"),
        ]
        let talk = Problem(id: "3", prompt: "Be brief. <|end|>", answer: "", messages: turns)
        let text = try PromptStyle.chat.text(talk, with: tokenizer)
        #expect(text == "[system] Be brief.<|end|>[user] <|end|><|end|>[assistant]")
        // The endings are the template's own, never one that a turn spells.
        let ids = try PromptStyle.chat.encode(talk, with: tokenizer)
        #expect(tokenizer.decode(ids, skipSpecial: false) == text)
        #expect(ids.count(where: tokenizer.isSpecial) == 2)
        #expect(try PromptStyle.plain.text(talk, with: tokenizer) == talk.prompt)
    }

    @Test func aChatNeedsATemplate() {
        #expect(throws: TokenizerError.self) {
            try PromptStyle.chat.encode(problem, with: tokenizer)
        }
    }
}
