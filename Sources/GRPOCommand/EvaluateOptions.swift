import ArgumentParser
import GRPORuns
import GRPOTraining

extension ThoughtOpening: ExpressibleByArgument {}

/// How `grpo evaluate` draws, and what it says of what was drawn.
struct EvaluateOptions: ParsableArguments {
    @Flag(
        name: .customLong("r1"),
        help: """
            DeepSeek-R1's settings: temperature 0.6, top-p 0.95, no system message, <think> opened \
            where the model is one that thinks. Options given beside it win.
            """)
    var isR1 = false

    @Flag(help: "One completion of each problem at temperature 0.")
    var greedy = false

    @Option(parsing: .unconditional, help: "Completions of each problem, k; by default 4.")
    var samples: Int?

    @Option(
        parsing: .unconditional, help: "Problems; by default all that are held out, at most 500.")
    var limit: Int?

    @Option(parsing: .unconditional, help: "Of sampling, by default 1; 0 is greedy.")
    var temperature: Double?

    @Option(parsing: .unconditional, help: "Sample from the most probable tokens of this mass.")
    var topP: Double?

    @Option(
        parsing: .unconditional,
        help: """
            Tokens of a completion at most; by default as in the run, or 512, or what the model has \
            place for.
            """)
    var maxTokens: Int?

    @Option(parsing: .unconditional, help: "Answered training problems before each question.")
    var fewShot = 0

    @Option(help: "Whether prompts end in an opened thought: never, auto or always.")
    var think: ThoughtOpening?

    @Flag(help: "Leave out the problems' system messages.")
    var noSystem = false

    @Option(help: "Further unbiased pass@k, such as 2,4,8; at most --samples.")
    var passAt: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: "A reward function to measure the completions by, such as format; may be repeated.")
    var measure: [String] = []

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit must be at least 1, found \(limit)")
        }
        if let maxTokens, !(1...CountLimit.most ~= maxTokens) {
            throw ValidationError(
                "--max-tokens must be between 1 and \(CountLimit.most), found \(maxTokens)")
        }
        if greedy, samples ?? 1 != 1 || temperature ?? 0 != 0 {
            throw ValidationError(
                "--greedy is one completion at temperature 0; leave out --samples and --temperature"
            )
        }
        if passAt != nil, ks == nil {
            throw ValidationError("--pass-at takes numbers such as 2,4,8, found \(passAt!)")
        }
    }

    /// The options given that say how something is drawn.
    var drawing: [String] {
        [
            ("--r1", isR1), ("--greedy", greedy), ("--samples", samples != nil),
            ("--limit", limit != nil), ("--temperature", temperature != nil),
            ("--top-p", topP != nil), ("--max-tokens", maxTokens != nil),
            ("--few-shot", fewShot != 0), ("--think", think != nil), ("--no-system", noSystem),
        ].filter { $0.1 }.map { $0.0 }
    }

    /// What the options say, over the defaults or R1's.
    func settings(problems: Int) -> EvaluationSettings {
        var settings =
            isR1
            ? EvaluationSettings.r1(problems: problems) : EvaluationSettings(problems: problems)
        settings.samples = greedy ? 1 : samples ?? settings.samples
        settings.temperature = greedy ? 0 : temperature ?? settings.temperature
        settings.topP = topP ?? settings.topP
        settings.passAt = ks ?? []
        settings.fewShot = fewShot
        settings.think = think ?? settings.think
        if noSystem { settings.systemPrompt = false }
        return settings
    }

    /// How saved samples were drawn.
    func settings(of samples: EvaluationSamples) -> EvaluationSettings {
        EvaluationSettings(
            problems: samples.problems.count,
            samples: samples.problems.map(\.completions.count).min() ?? 1,
            temperature: samples.sampling.temperature, topP: samples.sampling.topP,
            passAt: ks ?? [])
    }

    /// Throws what is out of range.
    func check(_ settings: EvaluationSettings) throws {
        guard let problem = settings.rangeProblems().first else { return }
        let option = problem.key.replacing("_", with: "-")
        throw InputError("--\(option): \(problem.message)")
    }

    private var ks: [Int]? {
        guard let passAt else { return nil }
        let parts = passAt.split(separator: ",").map { Int($0) }
        return parts.isEmpty || parts.contains(nil)
            ? nil : Set(parts.compactMap { $0 }).sorted()
    }
}
