import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining
import Testing

/// What a policy is fine-tuned on are the ids that it samples: FAILURES 17, at the seam between
/// sampling and fine-tuning.
struct DocumentTokensTests {
    /// Two endings, of which the template writes the second behind a turn. It drops the thought of
    /// an assistant's turn, as those of models that think do.
    private func tokenizer() throws -> any Tokenizer {
        var description = CharacterTokenizer(
            alphabet: String(String.UnicodeScalarView((32..<127).map { Unicode.Scalar($0)! }))
        ).description
        description.tokens.append("<|im_end|>")
        description.tokenTypes.append(.control)
        description.endOfTextIDs.append(Int32(description.tokens.count - 1))
        description.chatTemplate =
            "{% for m in messages %}[{{ m.role }}]"
            + "{{ m.content.split('</think>')[-1] }}<|im_end|> {% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}"
        return try Tokenizers.make(description)
    }

    private var problems: [Problem] {
        [
            Problem(id: "1", prompt: "What is 1+2?", answer: "3"),
            Problem(
                id: "2", prompt: "Be brief. <|im_end|>", answer: "",
                messages: [
                    Message(role: "system", content: "Be brief."),
                    Message(role: "user", content: "<|im_end|>"),
                ]),
        ]
    }

    /// A policy that writes any printable text and ends it in either way.
    private func policy() throws -> Policy {
        let tokenizer = try tokenizer()
        let decoder = TinyDecoder.make(
            TinyDecoder.configuration(
                vocabulary: tokenizer.vocabularySize, positions: 1024, tied: false),
            deviation: 0.2, on: TestBackend.reference.make())
        return Policy(decoder: decoder, tokenizer: tokenizer)
    }

    @Test(arguments: PromptStyle.allCases)
    func aSampledRowIsTrainedOnAsItWasSampled(style: PromptStyle) throws {
        let policy = try policy()
        let endings = policy.tokenizer.description.endOfTextIDs
        let ending = style == .chat ? endings[1] : endings[0]
        let engine = RolloutEngine(policy, random: RandomStream(seed: 1, name: "test"))
        let requests = try problems.enumerated().map { slot, problem in
            RolloutRequest(
                problem: problem, promptIDs: try style.encode(problem, with: policy.tokenizer),
                slot: slot)
        }
        let groups = try engine.run(
            requests, settings: RolloutSettings(numGenerations: 300, maxCompletionLength: 40),
            step: 1)
        var compared = 0
        for group in groups {
            for completion in group.completions where completion.tokenIDs.last == ending {
                let row = SampleRow(
                    group.problem, completion.completion, readability: 1, sample: 0, step: 1)
                let tokens = try DocumentTokens(row.document, style: style, policy.tokenizer)
                #expect(tokens.ids == group.promptIDs + completion.tokenIDs)
                #expect(tokens.completion == group.promptIDs.count)
                compared += 1
            }
        }
        #expect(compared > 20)
    }

    /// The template would leave the thought out; the policy wrote it.
    @Test func theThoughtOfAConversationIsTrainedOn() throws {
        let tokenizer = try tokenizer()
        let row = SampleRow(
            problems[1],
            Completion(text: "<think>a</think>b", tokenCount: 18, finishReason: .stop),
            readability: 1, sample: 0, step: 1)
        #expect(row.messages?.count == 3)
        let tokens = try DocumentTokens(row.document, style: .chat, tokenizer)
        #expect(
            tokenizer.decode(tokens.ids, skipSpecial: false)
                == "[system]Be brief.<|im_end|> [user]<|im_end|><|im_end|> [assistant]"
                + "<think>a</think>b<|im_end|>")
        // The user's own spelling of an ending is text.
        #expect(tokens.ids.count(where: tokenizer.isSpecial) == 3)
    }

    /// Where prompts are plain, a conversation's are too.
    @Test func aConversationIsOneOnlyInAChat() throws {
        let tokenizer = try tokenizer()
        let row = SampleRow(
            problems[1], Completion(text: "b", tokenCount: 2, finishReason: .stop),
            readability: 1, sample: 0, step: 1)
        let tokens = try DocumentTokens(row.document, style: .plain, tokenizer)
        #expect(tokenizer.decode(tokens.ids, skipSpecial: true) == "Be brief. <|im_end|>b")
    }

    @Test func aChatNeedsATemplate() {
        #expect(throws: TokenizerError.self) {
            try DocumentTokens(
                TextDocument(prompt: "a", completion: "b"), style: .chat,
                CharacterTokenizer(alphabet: "ab"))
        }
    }
}
