import ArgumentParser
import GRPORewards
import GRPORuns
import GRPOTasks

struct RewardsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewards",
        abstract: "The rewards a recipe can name, and what exploits would earn under a recipe's.",
        subcommands: [List.self, RewardsTestCommand.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Names and summaries.")

        func run() async throws {
            let rewards = Session.components.rewards
            for name in rewards.names { Console.print("\(name): \(rewards[name]!.summary)") }
        }
    }
}
