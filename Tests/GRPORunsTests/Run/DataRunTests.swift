import Foundation
import GRPORuns
import GRPOTasks
import GRPOTraining
import Testing

/// Runs on data files of the user's own.
@Suite("Runs on data files")
struct DataRunTests {
    /// Sums of two digits as a file; the recipe beside it names it by a relative path.
    private static let recipe = """
        seed: 3
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
        task: {jsonl: {file: data/sums.jsonl, held_out: 8, answer: last_number}}
        evaluation: {problems: 8, samples: 2}
        stages:
          - pretrain:
              max_steps: 2
              documents_per_step: 8
              data: {jsonl: {file: data/sums.jsonl, held_out: 8}}
          - grpo:
              max_steps: 3
              prompts_per_step: 2
              num_generations: 4
              max_completion_length: 6
              rewards: [accuracy]
              save_steps: 1

        """

    private func write(_ run: SmallRun, last: Int = 49) throws {
        let directory = run.scratch + "/data"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let lines = (10...last).map { number in
            let (a, b) = (number / 10, number % 10)
            return
                "{\"prompt\": \"\(a)+\(b)=\", \"completion\": \"\(a + b)\", \"answer\": \(a + b), "
                + "\"carry\": \(a + b > 9)}\n"
        }
        try lines.joined().write(
            toFile: directory + "/sums.jsonl", atomically: true, encoding: .utf8)
    }

    @Test("one's own problems are trained on and evaluated")
    func runs() async throws {
        let run = try SmallRun()
        try write(run)
        let summary = try await run.execute(Self.recipe)
        #expect(summary.evaluations.map(\.task) == ["jsonl", "jsonl"])
        #expect(summary.evaluations.map(\.problems) == [8, 8])
        let records = MetricsReader.records(path: run.directory.metrics)
        #expect(records.map(\.stage) == ["pretrain", "pretrain", "grpo", "grpo", "grpo"])
        let rollouts = try String(
            contentsOfFile: run.directory.rollouts(stage: "grpo", step: 1), encoding: .utf8)
        #expect(rollouts.split(separator: "\n").count == 8)
        #expect(rollouts.contains("\"columns\":{\"carry\":\"false\"}"))
        #expect(!rollouts.contains("\"messages\""))
        // The resolved recipe names the file wherever it lies itself.
        let again = try Recipe.load(file: run.directory.recipe, components: Components()).recipe
        #expect(again.dataFiles == Array(repeating: run.scratch + "/data/sums.jsonl", count: 2))
    }

    @Test("data goes in by its content: a run is not resumed on other data")
    func otherData() async throws {
        let run = try SmallRun()
        try write(run)
        await #expect(throws: Run.Interrupted.self) {
            try await run.execute(Self.recipe, interruptingAt: "grpo 1/3  reward ")
        }
        try write(run, last: 48)
        let error = await #expect(throws: RunError.self) {
            try await run.execute(Self.recipe, resuming: true)
        }
        #expect(error?.message.contains("was begun with other settings, data") == true)
        try write(run)
        try await run.execute(Self.recipe, resuming: true)
    }

    /// The last of 299 records to train on, drawn in the file's order, has too many tokens for 64 positions.
    @Test(
        "a record that does not fit is found before the run, wherever in the file it stands",
        arguments: [
            (149, 1, nil), (150, 1, "stage grpo, problem"), (1, 298, nil),
            (1, 299, "stage pretrain, the document '1+1+1+"),
        ] as [(Int, Int, String?)])
    func longRecords(steps: Int, documents: Int, place: String?) async throws {
        let run = try SmallRun()
        let last = Array(repeating: "1+", count: 40).joined()
        let lines = (0..<300).map { number in
            let question = number == 299 ? last : "\(number)+1="
            return
                "{\"prompt\": \"\(question)\", \"completion\": \"=\", \"answer\": \(number)}\n"
        }
        for (name, lines) in [("train", lines[1...]), ("test", lines[...0])] {
            try lines.joined().write(
                toFile: run.scratch + "/\(name).jsonl", atomically: true, encoding: .utf8)
        }
        let data = "{file: train.jsonl, test_file: test.jsonl, shuffle_seed: null}"
        let recipe = """
            model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
            task: {jsonl: \(data)}
            evaluation: {problems: 1, samples: 1, max_completion_length: 2}
            stages:
              - pretrain: {max_steps: 1, documents_per_step: \(documents), data: {jsonl: \(data)}}
              - grpo: {max_steps: \(steps), prompts_per_step: 2, num_generations: 2,
                       num_iterations: 1, max_completion_length: 2, rewards: [random]}

            """
        if let place {
            let error = await #expect(throws: RunError.self) { try await run.execute(recipe) }
            #expect(error?.cause == .input)
            #expect(error?.path.hasPrefix(place) == true, "\(String(describing: error))")
            #expect(error?.message.contains("the model has 64") == true)
            #expect(!FileManager.default.fileExists(atPath: run.directory.path))
        } else {
            // Found to fit; stopped at its first word, for the run itself is not the question.
            await #expect(throws: Run.Interrupted.self) {
                try await run.execute(recipe, interruptingAt: "pretrain")
            }
        }
    }

    @Test("what is wrong with a data file stands at the key that names it")
    func problems() throws {
        let run = try SmallRun()
        let file = run.scratch + "/r.yaml"
        func problems(_ task: String) throws -> [String] {
            try "model: m.gguf\ntask: {jsonl: \(task)}\nevaluation: {problems: 1}\nstages: [grpo]\n"
                .write(toFile: file, atomically: true, encoding: .utf8)
            do {
                _ = try Recipe.load(file: file, components: Components())
                return []
            } catch {
                return error.problems.map {
                    "\($0)".replacingOccurrences(of: run.scratch + "/", with: "")
                }
            }
        }
        let missing = "found no such file, expected a file of JSON lines"
        #expect(
            try problems("{file: gone.jsonl, verifier: exact}").map { $0.prefix { $0 != ";" } }
                == ["r.yaml:2:16: file: gone.jsonl: \(missing)"])
        #expect(
            try problems("{}") == [
                "r.yaml:2:15: file: name a file, such as file: problems.jsonl"
            ])
        try write(run)
        #expect(
            try problems("{file: data/sums.jsonl, columns: {answer: sum}}") == [
                "r.yaml:2:16: file: data/sums.jsonl:1: column 'sum': found no such column among "
                    + "prompt, completion, answer, carry, expected text or a number; correct the "
                    + "file, or name another column with columns: {answer: NAME}"
            ])
        #expect(
            try problems("{file: data/sums.jsonl, columns: {promt: p, text: t}}") == [
                "r.yaml:2:49: unknown key 'promt' in columns; did you mean 'prompt'?",
                "r.yaml:2:59: columns.text: a task needs questions; name columns.prompt",
            ])
        #expect(try problems("{file: data/sums.jsonl, test_file: data/sums.jsonl}").count == 1)
        #expect(try problems("{file: data/sums.jsonl}") == [])
    }
}
