import ArgumentParser
import GRPORewards
import GRPORuns
import GRPOTasks
import GRPOTraining

/// `grpo rewards test`: the adversarial corpus under a recipe's rewards.
struct RewardsTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "What each of a corpus of exploits would earn under a recipe's rewards.",
        discussion: """
            Every text is scored beside an honest right and an honest wrong answer to the same \
            problem. No model is needed; rewards that ask a reward model are left out.
            """)

    @Argument(help: "The recipe, a YAML file.")
    var recipe: String

    @Option(help: "The grpo stage; by default every one.")
    var stage: String?

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: "Override a setting, such as grpo.rewards=[accuracy]. May be repeated.")
    var overrides: [String] = []

    @Option(parsing: .unconditional, help: "Training problems to try the corpus on.")
    var problems = 8

    @Flag(help: "Exit with 1 where an exploit pays.")
    var strict = false

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard problems >= 1 else {
            throw ValidationError("--problems must be at least 1, found \(problems)")
        }
    }

    private struct Output: Encodable {
        var recipe: String
        var stages: [RewardAudit]
    }

    func run() async throws {
        let loaded = try Recipe.load(
            file: recipe, overrides: overrides, components: Session.components
        ).recipe
        let audits = try await RewardAudits(
            loaded, path: recipe, stage: stage, problems: problems
        ).audits
        if json {
            Console.json(Output(recipe: recipe, stages: audits))
        } else {
            Console.print(audits.map(\.text).joined(separator: "\n\n"))
        }
        let paying = audits.reduce(0) { $0 + $1.paying.count }
        if strict, paying > 0 {
            throw RunError(
                .failure, path: recipe, "\(paying) exploits pay",
                remedy: "gate the rewards that pay them (format: {weight: 0.2, when: accuracy}), "
                    + "lower their weights, or make the verifier stricter")
        }
    }
}
