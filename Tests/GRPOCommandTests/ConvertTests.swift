import Foundation
import GRPOCPU
import GRPOModelFiles
import GRPOModels
import GRPOTensors
import GRPOTokenizers
import Testing

@Suite("convert, and the models it writes")
struct ConvertTests {
    private static let trained = Task { () throws -> CommandRun in
        let files = try CommandRun(steps: 2)
        _ = try files.finish()
        return files
    }

    private func tokens(_ model: String) throws -> [[Int]] {
        let outcome = try GrpoProcess.run(
            "generate", "--model", model, "--prompt", "Q:1+2=?", "--temperature", "0",
            "--max-tokens", "8", "--json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let completions = try #require(try outcome.json()["completions"] as? [[String: Any]])
        return completions.compactMap { $0["token_ids"] as? [Int] }
    }

    @Test("a run becomes a Hugging Face directory that generates, tokenizes and is inspected")
    func huggingFace() async throws {
        let files = try await Self.trained.value
        let output = files.file("hf-\(UUID().uuidString)")
        let outcome = try GrpoProcess.run("convert", files.run, "--to", "hf", output)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("parameters as float32"))
        #expect(try tokens(output) == tokens(files.run))
        let texts = try [output, files.run].map { model in
            try GrpoProcess.run("tokenize", "--model", model, "--text", "Q:1+2=?").output
        }
        #expect(texts[0] == texts[1] && texts[0].count > 8)
        let summary = try GrpoProcess.run("inspect", output, "--json").json()
        #expect(summary["format"] as? String == "Hugging Face directory")
        let weights = try GrpoProcess.run("inspect", output + "/model.safetensors", "--json").json()
        #expect(weights["format"] as? String == "safetensors")
        #expect(weights["parameters"] as? Int == summary["parameters"] as? Int)
        let again = files.file("again-\(UUID().uuidString)")
        #expect(try GrpoProcess.run("convert", output, "--to", "hf", again).code == 0)
        for name in ["/model.safetensors", "/tokenizer.json", "/config.json"] {
            let (one, other) = (
                try Data(contentsOf: URL(fileURLWithPath: output + name)),
                try Data(contentsOf: URL(fileURLWithPath: again + name))
            )
            #expect(one == other, "\(name)")
        }
    }

    @Test("a run of adapters becomes one model, the adapters merged into its weights")
    func adapters() throws {
        let files = try CommandRun(steps: 2, extra: "      lora: {r: 2, alpha: 4}")
        #expect(try files.finish().code == 0)
        let output = files.file("merged")
        let outcome = try GrpoProcess.run("convert", files.run, "--to", "hf", output)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try tokens(output) == tokens(files.run))
        let names = try FileManager.default.contentsOfDirectory(atPath: output)
        #expect(names.contains("model.safetensors"))
        #expect(!names.contains { $0.hasPrefix("adapter") })
        let base = files.file("base")
        #expect(
            try GrpoProcess.run("convert", files.run + ":pretrain", "--to", "hf", base).code == 0)
        let weights = try [output, base].map {
            try Data(contentsOf: URL(fileURLWithPath: $0 + "/model.safetensors"))
        }
        #expect(weights[0].count == weights[1].count)
        #expect(weights[0] != weights[1])
    }

    /// Byte-level BPE without merges: printable ASCII and a space.
    private static let letters = TokenizerDescription(
        kind: .bytePair, name: "letters",
        tokens: ["<s>", "</s>", "\u{120}"]
            + (UInt8(33)..<127).map { String(Character(Unicode.Scalar($0))) },
        tokenTypes: [.control, .control]
            + [TokenizerDescription.TokenType](repeating: .normal, count: 95),
        merges: [], preTokenizer: "gpt-2", bosID: 0, endOfTextIDs: [1], addsBOS: true)

    @Test("a directory becomes a .gguf file that continues as it does")
    func gguf() throws {
        let files = try CommandRun()
        let directory = files.file("hf")
        let decoder = Decoder(
            DecoderConfiguration(
                vocabularySize: 97, hiddenSize: 32, intermediateSize: 64, layers: 2, heads: 4,
                keyValueHeads: 2, maxPositions: 64, tiedHead: false),
            random: RandomStream(seed: 1, name: "test"), backend: CPUBackend(threads: 1))
        try HuggingFaceWriter().write(decoder, tokenizer: Self.letters, to: directory)
        let expected = try tokens(directory)
        #expect(expected.first?.isEmpty == false)
        let file = files.file("model.gguf")
        let outcome = try GrpoProcess.run("convert", directory, "--to", "gguf", file)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try tokens(file) == expected)
        let summary = try GrpoProcess.run("inspect", file, "--json").json()
        #expect((summary["format"] as? String)?.hasPrefix("GGUF") == true)
        let small = files.file("small.gguf")
        let quantized = try GrpoProcess.run(
            "convert", directory, "--to", "gguf", small, "--type", "q8_0")
        #expect(quantized.code == 0, "\(quantized.errors)")
        #expect(quantized.output.contains("parameters as q8_0"))
        let sizes = try [file, small].map { try Data(contentsOf: URL(fileURLWithPath: $0)).count }
        #expect(sizes[1] * 2 < sizes[0])
        #expect(try tokens(small).first?.isEmpty == false)
    }

    @Test("nothing is overwritten, and what a format cannot hold is said before reading")
    func refusals() async throws {
        let files = try await Self.trained.value
        let text = try files.write("x", "taken")
        let new = files.file("new")
        for (arguments, message) in [
            (["--to", "hf", files.path], "expected a new or empty directory"),
            (["--to", "hf", text], "found a file of 1 bytes"),
            (["--to", "gguf", text], "expected a new or empty file"),
            (["--to", "gguf", files.path], "expected a new or empty file"),
            (["--to", "hf", new, "--type", "q8_0"], "found the element type q8_0"),
            (["--to", "gguf", new], "a tokenizer of characters"),
            (["--to", "onnx", new], "--to"), (["--to", "hf", new, "--type", "int4"], "--type"),
            ([new], "--to"),
        ] {
            let outcome = try GrpoProcess.start(["convert", files.run] + arguments).wait()
            #expect(outcome.code == 2, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
            #expect(outcome.output == "")
        }
        #expect(!FileManager.default.fileExists(atPath: new))
        #expect(try String(contentsOfFile: text, encoding: .utf8) == "x")
    }

    @Test("weights alone are no model")
    func weightsAlone() async throws {
        let files = try await Self.trained.value
        let output = files.file("alone-\(UUID().uuidString)")
        #expect(try GrpoProcess.run("convert", files.run, "--to", "hf", output).code == 0)
        let file = output + "/model.safetensors"
        for command in [["tokenize", "--text", "a"], ["generate", "--prompt", "a"]] {
            let outcome = try GrpoProcess.start(command + ["--model", file]).wait()
            #expect(outcome.code == 2)
            #expect(outcome.errors.contains("Name the directory it lies in"), "\(outcome.errors)")
        }
    }
}

@Suite("The memory plan of a dry run")
struct DryRunMemoryTests {
    @Test("is beside the recipe: a table on standard error, bytes in the document")
    func shown() throws {
        let files = try CommandRun()
        let outcome = try GrpoProcess.run("run", files.recipe, "--dry-run", "--json")
        #expect(outcome.code == 0)
        #expect(outcome.errors.contains("packed copies"))
        let memory = try #require(try outcome.json()["memory"] as? [[String: Any]])
        #expect(memory.map { $0["stage"] as? String } == ["pretrain", "grpo"])
        for stage in memory {
            let peak = try #require(stage["peak"] as? Int)
            #expect(peak > (stage["moments"] as? Int ?? .max))
        }
    }

    @Test("refuses, and so does the run, what no machine holds")
    func refused() throws {
        let files = try CommandRun()
        let size = ["--set", "model.layers=1024", "--set", "model.hidden_size=65536"]
        for last in [["--dry-run"], ["--output", files.run]] {
            let outcome = try GrpoProcess.start(["run", files.recipe] + size + last).wait()
            #expect(outcome.code == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains("GiB of memory, found"), "\(outcome.errors)")
            #expect(outcome.output == "")
        }
        #expect(!files.exists("run"))
    }
}
