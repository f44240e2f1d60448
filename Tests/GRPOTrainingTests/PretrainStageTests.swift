import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining
import Testing

/// "abab...": texts of one to seven letters that a tiny decoder soon knows.
struct AlternatingText: TextSource, Equatable {
    static let name = "alternating"
    static let summary = "a and b in turn."

    init() {}

    var alphabet: [Character] { Array("ab") }

    func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        let length = 1 + Int(random.next() % 7)
        return TextDocument(
            prompt: "a",
            completion: String((0..<length).map { $0 % 2 == 0 ? Character("b") : "a" }))
    }
}

struct PretrainStageTests {
    private func settings(steps: Int) -> PretrainSettings {
        var settings = PretrainSettings()
        settings.maxSteps = steps
        settings.documentsPerStep = 16
        settings.saveSteps = 1
        settings.optimizer.learningRate = 0.02
        return settings
    }

    private func policy(_ kind: TestBackend, positions: Int = 32) -> Policy {
        Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(vocabulary: 3, positions: positions), on: kind.make()),
            tokenizer: CharacterTokenizer(alphabet: "ab"))
    }

    private func run(
        _ kind: TestBackend, _ settings: PretrainSettings, from snapshot: Snapshot? = nil,
        telling spy: StageSpy = StageSpy()
    ) throws -> (spy: StageSpy, outcome: StageOutcome) {
        let policy = policy(kind)
        let stage = PretrainStage(
            name: "pretrain", settings: settings, source: AlternatingText(), seed: 1)
        var state = stage.initialState(policy)
        if let snapshot { snapshot.restore(&state) }
        return (spy, try stage.run(policy, from: state, monitor: spy))
    }

    @Test(arguments: TestBackend.precise)
    func theLossFalls(kind: TestBackend) throws {
        let losses = try run(kind, settings(steps: 40)).spy.values("loss").map { $0! }
        // What is left is the entropy of the length: log 7 nats a text of some five tokens.
        #expect(losses[0] > 0.9)
        #expect(losses.suffix(5).allSatisfy { $0 < 0.5 })
    }

    /// FAILURES 1: micro-batches of documents change nothing either.
    @Test func microBatchesChangeNothing() throws {
        let whole = try run(.reference, settings(steps: 3)).spy
        for budget in [1, 20, 37] {
            var settings = settings(steps: 3)
            settings.microBatchTokens = budget
            let parts = try run(.reference, settings).spy
            #expect(
                Distance.relative(parts.saved[2].weights, whole.saved[2].weights) < 1e-10)
            for (a, b) in zip(parts.values("loss"), whole.values("loss")) {
                #expect(abs(a! - b!) < 1e-12)
            }
        }
    }

    @Test(arguments: TestBackend.cpu)
    func checkpointingChangesNothing(kind: TestBackend) throws {
        var settings = settings(steps: 2)
        let kept = try run(kind, settings).spy
        settings.gradientCheckpointing = true
        let again = try run(kind, settings).spy
        #expect(again.metrics == kept.metrics)
        #expect(again.saved == kept.saved)
    }

    @Test(arguments: TestBackend.available)
    func resumedEqualsUninterrupted(kind: TestBackend) throws {
        let whole = try run(kind, settings(steps: 5)).spy
        let spy = StageSpy()
        spy.interrupts = { $0?.step == 3 }
        let stopped = try run(kind, settings(steps: 5), telling: spy)
        #expect(stopped.outcome == .interrupted(step: 3))
        let rest = try run(kind, settings(steps: 5), from: spy.saved.last).spy
        #expect(rest.saved == Array(whole.saved[3...]))
        #expect(rest.metrics == Array(whole.metrics[3...]))
    }

    @Test func aDocumentTooLongIsRefused() throws {
        let policy = policy(.reference, positions: 4)
        let stage = PretrainStage(
            name: "pretrain", settings: settings(steps: 2), source: AlternatingText(), seed: 1)
        #expect {
            try stage.run(policy, from: stage.initialState(policy), monitor: StageSpy())
        } throws: { error in
            guard case TrainingError.documentTooLong(let tokens, 4) = error else { return false }
            return tokens > 4
        }
    }
}

/// One conversation, again and again: the user says a and is answered b, or with other words.
private struct Talk: TextSource {
    static let name = "talk"
    static let summary = "a is answered."

    var question = "a"

    var alphabet: [Character] { Array("ab") }

    func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        TextDocument(
            prompt: question, completion: "b",
            messages: [
                Message(role: "user", content: question),
                Message(role: "assistant", content: "b"),
            ])
    }
}

extension PretrainStageTests {
    /// The template writes turns and endings; with `completion_only_loss` only the last turn counts,
    /// its ending included.
    @Test(arguments: [(false, 9), (true, 2)])
    func aConversationIsWrittenByTheTemplate(completionOnly: Bool, targets: Int) throws {
        var description = CharacterTokenizer(alphabet: "ab[]us").description
        description.chatTemplate =
            "{% for m in messages %}[{{ 'u' if m.role == 'user' else 's' }}]{{ m.content }}"
            + "<|end|>{% endfor %}{% if add_generation_prompt %}[s]{% endif %}"
        let policy = Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(vocabulary: 7, positions: 32),
                on: TestBackend.reference.make()),
            tokenizer: try Tokenizers.make(description))
        var settings = settings(steps: 1)
        settings.completionOnlyLoss = completionOnly
        // [u]a<|end|>[s]b<|end|>: ten tokens, of which the first is no target.
        let stage = PretrainStage(name: "p", settings: settings, source: Talk(), seed: 1)
        let spy = StageSpy()
        _ = try stage.run(policy, from: stage.initialState(policy), monitor: spy)
        #expect(spy.values("num_tokens") == [Double(16 * targets)])
    }

    @Test func aConversationNeedsATemplate() throws {
        let policy = policy(.reference)
        let stage = PretrainStage(
            name: "p", settings: settings(steps: 1), source: Talk(), seed: 1)
        #expect(throws: TokenizerError.self) {
            try stage.run(policy, from: stage.initialState(policy), monitor: StageSpy())
        }
    }
}

extension PretrainStageTests {
    /// What a policy is asked to continue is what it was trained to continue: BOS, where the
    /// tokenizer adds one, stands before both.
    @Test(arguments: [true, false])
    func aTextBeginsAsAPromptDoes(addsBOS: Bool) throws {
        var description = CharacterTokenizer(alphabet: "ab").description
        description.tokens.append("<s>")
        description.tokenTypes.append(.control)
        description.bosID = 3
        description.addsBOS = addsBOS
        let tokenizer = try Tokenizers.make(description)
        let text = TextDocument(prompt: "ab", completion: "b")
        let tokens = try DocumentTokens(text, tokenizer)
        let asked = try PromptStyle.plain.encode(
            Problem(id: "1", prompt: "ab", answer: "b"), with: tokenizer)
        #expect(asked == (addsBOS ? [3, 0, 1] : [0, 1]))
        #expect(Array(tokens.ids.prefix(tokens.completion)) == asked)
        #expect(Array(tokens.ids.dropFirst(tokens.completion)) == [1, 2])

        let policy = Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(vocabulary: 4, positions: 32),
                on: TestBackend.reference.make()),
            tokenizer: tokenizer)
        let stage = PretrainStage(
            name: "pretrain", settings: settings(steps: 1), source: AlternatingText(), seed: 1)
        let spy = StageSpy()
        _ = try stage.run(policy, from: stage.initialState(policy), monitor: spy)
        let plain = try run(.reference, settings(steps: 1)).spy
        // Before the same documents it is one target more in each of 16.
        #expect(
            spy.values("num_tokens")[0]! - plain.values("num_tokens")[0]! == (addsBOS ? 16 : 0))
    }
}
