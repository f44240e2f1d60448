import ArgumentParser
import GRPORollouts
import GRPORuns
import GRPOTasks
import GRPOTensors
import GRPOTokenizers
import GRPOTraining

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Continue a text exactly as it is given, without a template.")

    @Option(
        help: """
            A checkpoint, a run directory (RUN or RUN:STAGE), a Hugging Face directory or a .gguf \
            file.
            """)
    var model: String

    @Option(help: "The text to continue.")
    var prompt: String

    @Option(parsing: .unconditional, help: "Completions.")
    var samples = 1

    @Option(
        parsing: .unconditional,
        help: "Tokens of a completion at most; by default 128, or what the model has place for.")
    var maxTokens: Int?

    @Option(parsing: .unconditional, help: "0 is greedy.")
    var temperature = 1.0

    @Option(parsing: .unconditional, help: "Sample from the most probable tokens of this mass.")
    var topP = 1.0

    @Option(parsing: .unconditional, help: "Names the random numbers.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        guard 1...CountLimit.perStep ~= samples else {
            throw ValidationError(
                "--samples must be between 1 and \(CountLimit.perStep), found \(samples)")
        }
        if let maxTokens, !(1...CountLimit.most ~= maxTokens) {
            throw ValidationError(
                "--max-tokens must be between 1 and \(CountLimit.most), found \(maxTokens)")
        }
        guard temperature >= 0, temperature.isFinite else {
            throw ValidationError("--temperature must be at least 0, found \(temperature)")
        }
        guard topP > 0, topP <= 1 else {
            throw ValidationError("--top-p must be above 0 and at most 1, found \(topP)")
        }
    }

    private struct Output: Encodable {
        struct Completion: Encodable {
            var text: String
            var tokenIDs: [Int32]
            var logProbabilities: [Double]
            var finishReason: String

            private enum CodingKeys: String, CodingKey {
                case text
                case tokenIDs = "token_ids"
                case logProbabilities = "log_probs"
                case finishReason = "finish_reason"
            }
        }

        var prompt: String
        var completions: [Completion]
    }

    func run() async throws {
        let backend = try compute.compute().backend
        let policy = try PolicyFile.load(model, backend: backend)
        let problem = Problem(id: "prompt", prompt: prompt, answer: "")
        let ids = try policy.tokenizer.encodePrompt(prompt, allowSpecial: true)
        let request = RolloutRequest(problem: problem, promptIDs: ids, slot: 0)
        let engine = RolloutEngine(policy, random: RandomStream(seed: seed, name: "generate"))
        let group = try engine.run(
            [request],
            settings: RolloutSettings(
                numGenerations: samples,
                maxCompletionLength: maxTokens ?? policy.place(after: ids.count, atMost: 128),
                sampling: Sampling(temperature: temperature, topP: topP)),
            step: 0)[0]
        if json {
            Console.json(
                Output(
                    prompt: prompt,
                    completions: group.completions.map { completion in
                        Output.Completion(
                            text: completion.completion.text, tokenIDs: completion.tokenIDs,
                            logProbabilities: completion.logProbabilities,
                            finishReason: completion.completion.finishReason.rawValue)
                    }))
        } else {
            for completion in group.completions {
                Console.print(prompt + completion.completion.text)
            }
        }
    }
}
