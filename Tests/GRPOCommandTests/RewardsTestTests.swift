import Foundation
import Testing

@Suite("grpo rewards test")
struct RewardsTestTests {
    @Test("the corpus as a table, and as one document")
    func table() throws {
        let files = try CommandRun()
        let shown = try GrpoProcess.run("rewards", "test", files.recipe)
        #expect(shown.code == 0, "\(shown.errors)")
        for text in [
            "grpo: sums", "honest right", "honest wrong", "tag_stuffing", "no exploit pays",
        ] {
            #expect(shown.output.contains(text), "\(text) is missing in\n\(shown.output)")
        }
        let document = try GrpoProcess.run(
            "rewards", "test", files.recipe, "--json", "--set",
            "grpo.rewards=[accuracy, format: 0.2]"
        ).json()
        let stages = try #require(document["stages"] as? [[String: Any]])
        #expect(stages.count == 1)
        let right = try #require(stages[0]["honest_right"] as? [String: Any])
        #expect(right["total"] as? Double == 1.2)
        let exploits = try #require(stages[0]["exploits"] as? [[String: Any]])
        #expect(exploits.count >= 20)
        #expect(exploits.allSatisfy { $0["finding"] as? String != "pays" })
    }

    @Test("--strict: 0 where nothing pays, 1 where something does; 2 for no such stage")
    func strict() throws {
        let files = try CommandRun()
        func run(_ arguments: String...) throws -> GrpoProcess.Outcome {
            try GrpoProcess.start(["rewards", "test", files.recipe] + arguments).wait()
        }
        let sound = try run("--strict", "--set", "grpo.rewards=[accuracy]")
        #expect(sound.code == 0, "\(sound.errors)")
        // The last number of a list is right by luck.
        let lax = try run(
            "--strict", "--set", "grpo.rewards=[accuracy]", "--set",
            "task.sums.answer=last_number")
        #expect(lax.code == 1)
        #expect(lax.output.contains("PAYS AS RIGHT"))
        #expect(lax.message.contains("pay"))
        let missing = try run("--stage", "zero")
        #expect(missing.code == 2)
        #expect(missing.message.contains("choose of grpo"))
        #expect(try run("--problems", "0").code == 2)
    }

    /// The small recipe with another list of rewards, beside a program for one of them.
    private func recipe(_ files: CommandRun, rewards: String) throws -> String {
        let text = try String(contentsOfFile: files.recipe, encoding: .utf8)
            .replacing("rewards: [accuracy, tag_count: 0.5, random: 0.2]", with: rewards)
        // As many ones as completions have ended.
        try files.write(
            """
            while read -r line; do
                count=$(printf '%s' "$line" | grep -o '"stop"' | wc -l)
                ones=1
                while [ "$count" -gt 1 ]; do ones="$ones, 1"; count=$((count - 1)); done
                printf '{"scores": [%s]}\\n' "$ones"
            done
            """, "reward.sh")
        return try files.write(text, "rewards.yaml")
    }

    @Test("a command runs beside its recipe with directory: ., from wherever it is tested")
    func besideTheRecipe() throws {
        let files = try CommandRun()
        let file = try recipe(
            files,
            rewards: "rewards: [accuracy, command: {run: [/bin/sh, reward.sh], directory: .}]")
        let outcome = try GrpoProcess.start(
            ["rewards", "test", file, "--problems", "1"], directory: NSTemporaryDirectory()
        ).wait()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("honest right"))
    }

    @Test("a command that fails is told with its own words, the recipe and what to do: 1")
    func failing() throws {
        let files = try CommandRun()
        let file = try recipe(
            files, rewards: "rewards: [accuracy, command: {run: [/bin/sh, reward.sh]}]")
        let outcome = try GrpoProcess.start(
            ["rewards", "test", file], directory: NSTemporaryDirectory()
        ).wait()
        #expect(outcome.code == 1)
        for part in [file, "stage grpo", "'command'", "reward.sh", "directory: ."] {
            #expect(outcome.message.contains(part), "\(part) is missing in \(outcome.message)")
        }
        #expect(!outcome.message.contains("is known"))
    }
}
