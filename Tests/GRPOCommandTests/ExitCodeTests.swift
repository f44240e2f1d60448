import Foundation
import Testing

@Suite("Exit codes and messages")
struct ExitCodeTests {
    private func expectRefusal(
        _ outcome: GrpoProcess.Outcome, _ text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.code == 2, "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.output == "", sourceLocation: sourceLocation)
        #expect(
            outcome.errors.contains(text), "\(outcome.errors)", sourceLocation: sourceLocation)
        let lines = outcome.errors.components(separatedBy: "error: ").count - 1
        #expect(lines == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    }

    @Test("a model file that is not there", arguments: ["generate", "evaluate", "tokenize"])
    func missingModel(command: String) throws {
        let rest = ["generate": ["--prompt", "a"], "evaluate": ["--task", "sums"]]
        let outcome = try GrpoProcess.start(
            [command, "--model", "none/model.gguf"] + (rest[command] ?? [])
        ).wait()
        expectRefusal(outcome, "none/model.gguf")
    }

    @Test("a damaged model file: cut, emptied, something else")
    func damagedModel() throws {
        let files = try CommandRun()
        var bytes = Data("GGUF".utf8)
        bytes.append(contentsOf: [3, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0])
        for (name, data) in [
            ("cut.gguf", bytes), ("empty.gguf", Data()), ("text.gguf", Data("hello".utf8)),
        ] {
            try data.write(to: URL(fileURLWithPath: files.file(name)))
            for arguments in [["generate", "--prompt", "a", "--model"], ["inspect"]] {
                let outcome = try GrpoProcess.start(arguments + [files.file(name)]).wait()
                expectRefusal(outcome, files.file(name))
            }
            let recipe = try files.write("model: \(name)\nstages: [grpo]\n", "model.yaml")
            expectRefusal(
                try GrpoProcess.run("run", recipe, "--output", files.run), files.file(name))
            #expect(!files.exists("run"))
        }
    }

    @Test("a damaged checkpoint")
    func damagedCheckpoint() throws {
        let files = try CommandRun(steps: 2)
        #expect(try files.finish().code == 0)
        let path = files.run + "/checkpoints/grpo/step-000002.h5"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 3] ^= 4
        try bytes.write(to: URL(fileURLWithPath: path))
        expectRefusal(
            try GrpoProcess.run("generate", "--model", path, "--prompt", "Q"), "is damaged")
        expectRefusal(try GrpoProcess.run("inspect", path), "is damaged")
    }

    @Test("everything that is wrong with a recipe, each line with its place")
    func badRecipe() throws {
        let files = try CommandRun()
        let recipe = try files.write(
            """
            model: gone.gguf
            seeds: 3
            stages:
              - grpo: {num_generation: 4, beta: low}
            """, "bad.yaml")
        let outcome = try GrpoProcess.run("run", recipe, "--set", "grpo.top_p=0.9")
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        let lines = outcome.errors.replacingOccurrences(of: files.path + "/", with: "")
            .split(separator: "\n").map(String.init)
        #expect(lines.count == 5, "\(outcome.errors)")
        #expect(
            lines.prefix(4).map { $0.replacingOccurrences(of: "error: ", with: "") }.map {
                $0.prefix { $0 != ";" }
            } == [
                "bad.yaml:1:1: model: found no file gone.gguf",
                "bad.yaml:2:1: unknown key 'seeds'",
                "bad.yaml:4:12: unknown key 'num_generation' in grpo",
                "bad.yaml:4:37: beta: expected a number, found 'low'",
            ])
        #expect(outcome.errors.contains("--set grpo.top_p=0.9: unknown key 'top_p' in grpo"))
    }

    @Test(
        "what the command line does not know",
        arguments: [
            ["run"], ["run", "none.yaml"], ["frobnicate"], ["doctor", "--jsn"],
            ["generate", "--model", "m", "--prompt", "p", "--samples", "0"],
            ["generate", "--model", "m", "--prompt", "p", "--temperature", "-1"],
            ["generate", "--model", "m", "--prompt", "p", "--seed", "x"],
            ["evaluate", "--model", "m", "--task", "summs"],
            ["evaluate", "--model", "m", "--task", "sums", "--limit", "0"],
            ["evaluate", "--model", "m", "--task", "sums", "--limit", "-3"],
            ["evaluate", "--model", "m", "--task", "sums", "--samples", "0"],
            ["evaluate", "--model", "m", "--task", "sums", "--max-tokens", "0"],
            ["evaluate", "--model", "m", "--task", "sums", "--top-p", "2"],
            ["tasks", "sample"], ["tasks", "sample", "sums", "--count", "-1"],
            ["generate", "--model", "m", "--prompt", "p", "--threads", "0"],
            ["generate", "--model", "m", "--prompt", "p", "--precision", "float64"],
        ])
    func usage(arguments: [String]) throws {
        let outcome = try GrpoProcess.start(arguments).wait()
        #expect(outcome.code == 2, "\(outcome.errors)")
        #expect(outcome.output == "")
        #expect(!outcome.errors.isEmpty)
    }

    @Test(
        "a number out of range is named with what was expected, negative ones too",
        arguments: [
            (
                ["evaluate", "--task", "sums", "--limit", "-3"],
                "--limit must be at least 1, found -3"
            ),
            (["generate", "--prompt", "p", "--samples", "-1"], "between 1 and 65536, found -1"),
            (
                ["generate", "--prompt", "p", "--max-tokens", "9223372036854775807"],
                "between 1 and 1048576, found 9223372036854775807"
            ),
            (["generate", "--prompt", "p", "--temperature", "-1"], "at least 0, found -1.0"),
            (["generate", "--prompt", "p", "--threads", "-2"], "between 1 and 1024, found -2"),
        ])
    func negative(arguments: [String], message: String) throws {
        let outcome = try GrpoProcess.start(arguments + ["--model", "m"]).wait()
        #expect(outcome.code == 2)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test("a mistyped file: the nearest name in its folder")
    func nearestFile() throws {
        let files = try CommandRun()
        try files.write("x", "smollm2.gguf")
        let recipe = try GrpoProcess.run("run", files.file("smal.yaml"))
        #expect(recipe.code == 2)
        #expect(recipe.errors.contains("did you mean '\(files.recipe)'?"), "\(recipe.errors)")
        let wanted = "did you mean '\(files.file("smollm2.gguf"))'?"
        for command in [["generate", "--prompt", "a", "--model"], ["inspect"]] {
            let model = try GrpoProcess.start(command + [files.file("smolm2.gguf")]).wait()
            expectRefusal(model, wanted)
        }
        let text = try files.write("model: smolm2.gguf\nstages: [grpo]\n", "model.yaml")
        expectRefusal(try GrpoProcess.run("run", text, "--dry-run"), wanted)
    }

    @Test("a dry run wants the model file as the run does")
    func dryRunWithoutModel() throws {
        let files = try CommandRun()
        let recipe = try files.write("model: gone/x.gguf\nstages: [grpo]\n", "model.yaml")
        let dry = try GrpoProcess.run("run", recipe, "--dry-run")
        expectRefusal(dry, "found no file \(files.file("gone/x.gguf"))")
        let real = try GrpoProcess.run("run", recipe, "--output", files.run)
        #expect(dry.errors == real.errors)
    }

    @Test(
        "help and version are no errors",
        arguments: [["--help"], ["run", "--help"], ["--version"]])
    func help(arguments: [String]) throws {
        let outcome = try GrpoProcess.start(arguments).wait()
        #expect(outcome.code == 0)
        #expect(outcome.errors == "")
        #expect(!outcome.output.isEmpty)
    }

    @Test("an unknown engine in GRPO_GEMM")
    func engine() throws {
        let files = try CommandRun()
        let outcome = try GrpoProcess.shell(
            "GRPO_GEMM=blas exec $GRPO run $1 --output $2", files.recipe, files.run)
        expectRefusal(outcome, "GRPO_GEMM: found 'blas', expected onednn or openblas")
        #expect(!files.exists("run"))
    }

    @Test("standard output that cannot be written is reported, a reader that left is not")
    func brokenOutput() throws {
        let files = try CommandRun(steps: 2)
        #expect(try files.finish().code == 0)
        let full = try GrpoProcess.shell("exec $GRPO inspect $1 > /dev/full", files.run)
        #expect(full.code == 1)
        #expect(full.errors.contains("standard output: cannot write it: No space left on device"))
        let left = try GrpoProcess.shell(
            "$GRPO inspect $1 | true; exit ${PIPESTATUS[0]}", files.run)
        #expect(left.code == 0, "\(left.errors)")
        let silent = try GrpoProcess.shell(
            "exec $GRPO run $1 --output $2 2> /dev/full", files.recipe, files.file("silent"))
        #expect(silent.code == 0)
        let gone = try GrpoProcess.shell(
            "$GRPO run $1 --output $2 2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}",
            files.recipe, files.file("gone"))
        #expect(gone.code == 0)
        let (one, other) = (try files.results(of: "silent"), try files.results(of: "gone"))
        #expect(differences(one, other) == [], "\(silent.output)\n\(gone.output)")
    }
}
