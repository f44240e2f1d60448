import Foundation
import GRPOCPU
import GRPOModelFiles
import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTokenizers
import Testing

/// What transformers makes of the same file: `smollm2-greedy.json`.
private struct Continuations: Decodable {
    struct Prompt: Decodable {
        let prompt: String
        let promptIds: [Int32]
        let tokenIds: [Int32]
        let finishReason: String
        let text: String
        let logits: [Double]?
        let logitsNorm: Double?
        let logitsLogSumExp: Double?
    }

    let maxTokens: Int
    let logitIndices: [Int]
    let prompts: [Prompt]

    static func load() throws -> Continuations {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/smollm2-greedy.json", withExtension: nil))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Continuations.self, from: Data(contentsOf: url))
    }
}

@Suite(
    "SmolLM2-135M-Instruct does what it does in transformers",
    .enabled(if: FileManager.default.fileExists(atPath: smollm2), "run Scripts/fetch smollm2"),
    .serialized)
struct SmolLM2ModelTests {
    @Test("the configuration is the model's")
    func configuration() throws {
        #expect(
            try GGUFModel(path: smollm2).configuration()
                == DecoderConfiguration(
                    vocabularySize: 49_152, hiddenSize: 576, intermediateSize: 1536, layers: 30,
                    heads: 9, keyValueHeads: 3, maxPositions: 8192, ropeTheta: 100_000))
    }

    @Test("the tokenizer's special tokens are the model's")
    func tokenizer() throws {
        let tokenizer = try GGUFModel(path: smollm2).tokenizer()
        #expect(tokenizer.endOfTextIDs == [2])
        #expect(tokenizer.bosID == 1)
        #expect(!tokenizer.addsBOS)
        let chat = try #require(
            Continuations.load().prompts.first { $0.prompt.contains("What is 7 + 5?") })
        #expect(
            try tokenizer.encode([.user("What is 7 + 5?")], addGenerationPrompt: true)
                == chat.promptIds)
    }

    @Test("20 greedy continuations token by token, logits to 1e-4")
    func continuations() throws {
        let expected = try Continuations.load()
        #expect(expected.prompts.count == 20)
        let backend = CPUBackend(
            threads: ProcessInfo.processInfo.activeProcessorCount, precision: .float32)
        let model = try GGUFModel(path: smollm2)
        let policy = Policy(
            decoder: try model.decoder(backend: backend), tokenizer: try model.tokenizer())

        let requests = try expected.prompts.enumerated().map { slot, prompt in
            let ids = try policy.tokenizer.encodePrompt(prompt.prompt, allowSpecial: true)
            #expect(ids == prompt.promptIds, "\(prompt.prompt)")
            return RolloutRequest(
                problem: Problem(id: "\(slot)", prompt: prompt.prompt, answer: ""),
                promptIDs: ids, slot: slot)
        }
        let settings = RolloutSettings(
            numGenerations: 1, maxCompletionLength: expected.maxTokens,
            sampling: Sampling(temperature: 0))
        let groups = try RolloutEngine(policy, random: RandomStream(seed: 0, name: "sample")).run(
            requests, settings: settings, step: 0)
        for (group, prompt) in zip(groups, expected.prompts) {
            let completion = try #require(group.completions.first)
            #expect(completion.tokenIDs == prompt.tokenIds, "\(prompt.prompt)")
            #expect(completion.completion.finishReason.rawValue == prompt.finishReason)
        }

        let withLogits = expected.prompts.filter { $0.logits != nil }
        #expect(withLogits.count == 3)
        for prompt in withLogits {
            let count = prompt.promptIds.count
            let x = policy.decoder.infer(
                prompt.promptIds, Pass(backend, Packing(lengths: [count])))
            let logits = policy.decoder.head.logits(x, rows: [Int32(count - 1)], backend).doubles
            let norm = try #require(prompt.logitsNorm)
            #expect(
                distance(expected.logitIndices.map { logits[$0] }, prompt.logits ?? []) < 1e-4)
            #expect(
                abs(logits.reduce(0) { $0 + $1 * $1 }.squareRoot() / norm - 1) < 1e-4)
            let sum = try #require(prompt.logitsLogSumExp)
            #expect(abs(Scalar.log(logits.reduce(0) { $0 + Scalar.exp($1) }) - sum) < 1e-4)
        }
    }

    @Test("the weights are there in about half a second")
    func speed() throws {
        let model = try GGUFModel(path: smollm2)
        let decoder = Decoder(
            try model.configuration(), backend: CPUBackend(threads: 1, precision: .float32))
        let clock = ContinuousClock()
        let durations = try (0..<3).map { _ in
            try clock.measure { try model.loadWeights(into: decoder) }
        }
        // The bound is loose because the machine may be busy.
        #if DEBUG
            #expect(try #require(durations.min()) < .seconds(30))
        #else
            #expect(try #require(durations.min()) < .seconds(2))
        #endif
    }
}
