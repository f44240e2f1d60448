import GRPOCPU
import GRPOModels
import GRPORewards
import GRPORollouts
import GRPORuns
import GRPOTasks
import GRPOTensors
import GRPOTokenizers

/// A model under measurement, with the problems it is put to.
///
/// A drawn model would end its completions anywhere or nowhere: its tokenizer has no ending, so
/// every completion has full length, and its rewards are tossed, so that every group has a signal.
final class BenchmarkSubject {
    let name: String
    let policy: Policy
    let task: Sums
    let prompt: PromptStyle
    let rewards: RewardSet
    let backend: CPUBackend

    private init(
        _ name: String, _ policy: Policy, task: Sums, prompt: PromptStyle, rewards: RewardSet,
        backend: CPUBackend
    ) {
        self.name = name
        self.policy = policy
        self.task = task
        self.prompt = prompt
        self.rewards = rewards
        self.backend = backend
    }

    /// The rate of the matrix library on this model's shapes, measured when it is first asked for.
    lazy var matrixRate = MatrixRate.library(configuration, backend: backend)

    var configuration: DecoderConfiguration { policy.decoder.configuration }

    var parameters: Double { Double(configuration.productParameters) }

    /// A model of the shape of SmolLM2-135M with drawn weights.
    static func seeded(_ backend: CPUBackend) -> BenchmarkSubject {
        let configuration = DecoderConfiguration(
            vocabularySize: 49152, hiddenSize: 576, intermediateSize: 1536, layers: 30, heads: 9,
            keyValueHeads: 3, maxPositions: 8192, ropeTheta: 100_000)
        let decoder = Decoder(
            configuration, random: RandomStream(seed: 0, name: "benchmark"), backend: backend)
        // As many characters as SmolLM2's chat template makes tokens of the question.
        let question = "A short sum for you to add: What is {a} + {b}?"
        return BenchmarkSubject(
            "SmolLM2-135M's shape, drawn weights",
            Policy(decoder: decoder, tokenizer: endlessTokenizer(question + "0123456789")),
            task: smallSums(question), prompt: .plain,
            rewards: RewardSet([RewardTerm(RandomReward())]), backend: backend)
    }

    /// A model from a file, with questions that its tokenizer can spell.
    static func load(
        _ name: String, tossesRewards: Bool, _ backend: CPUBackend
    ) throws -> BenchmarkSubject {
        let policy = try PolicyFile.load(name, backend: backend)
        let hasTemplate = policy.tokenizer.description.chatTemplate != nil
        let short = Sums()
        let prompt = hasTemplate ? PromptStyle.chat : .plain
        var task = smallSums("What is {a} + {b}?")
        if !hasTemplate,
            (try? policy.tokenizer.encode(task.question, allowSpecial: false)) == nil
        {
            task = short
        }
        // Says what the tokenizer lacks before minutes are spent.
        _ = try prompt.encode(task.problem(12, 11), with: policy.tokenizer)
        return BenchmarkSubject(
            name, policy, task: task, prompt: prompt,
            rewards: RewardSet([RewardTerm(tossesRewards ? RandomReward() : AccuracyReward())]),
            backend: backend)
    }

    /// The quickstart's model with drawn weights.
    static func characters(_ backend: CPUBackend) -> BenchmarkSubject {
        let tokenizer = endlessTokenizer(String(SumsMixture().alphabet))
        let configuration = ModelShape().configuration(vocabularySize: tokenizer.vocabularySize)
        let decoder = Decoder(
            configuration, random: RandomStream(seed: 0, name: "benchmark"), backend: backend)
        return BenchmarkSubject(
            "the quickstart's shape, drawn weights", Policy(decoder: decoder, tokenizer: tokenizer),
            task: Sums(), prompt: .plain, rewards: RewardSet([RewardTerm(RandomReward())]),
            backend: backend)
    }

    private static func smallSums(_ question: String) -> Sums {
        Sums(minimum: 1, maximum: 20, question: question, answer: .lastNumber, heldOut: 100)
    }

    private static func endlessTokenizer(_ alphabet: String) -> any Tokenizer {
        var description = CharacterTokenizer(alphabet: alphabet).description
        description.endOfTextIDs = []
        do {
            return try CharacterTokenizer(description)
        } catch {
            preconditionFailure("a tokenizer of '\(alphabet)': \(error)")
        }
    }
}
