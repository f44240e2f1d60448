import Foundation
import GRPOCPU
import GRPOModelFiles
import GRPOModels
import GRPOTensors
import GRPOTokenizers
import Testing

@Suite("What is said where something is wrong, and what is done where nothing is said")
struct RemedyTests {
    @Test("inspect names a hostile .safetensors file, the place in it and the remedy")
    func hostileWeights() throws {
        let files = try CommandRun()
        let path = files.file("hostile.safetensors")
        for (bytes, place) in [
            ([UInt8](repeating: 0xFF, count: 8) + Array("{}".utf8), "byte 0: found a header of 18"),
            ([2, 0, 0, 0, 0, 0, 0, 0] + Array("[]".utf8), "byte 8: found the byte 91"),
            (Array("PK\u{3}\u{4}".utf8), "byte 0: found a file of 4 bytes"),
        ] {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let outcome = try GrpoProcess.run("inspect", path)
            #expect(outcome.code == 2)
            #expect(outcome.message.contains("\(path): \(place)"), "\(outcome.errors)")
            #expect(outcome.message.contains("fetch or copy it again"), "\(outcome.errors)")
        }
        let other = try files.write("hello", "hello.txt")
        let outcome = try GrpoProcess.run("inspect", other)
        #expect(outcome.message.contains("or a .safetensors file to inspect"), "\(outcome.errors)")
    }

    @Test("report names the damaged lines of metrics.jsonl, and reports the others")
    func damagedMetrics() throws {
        let files = try CommandRun(steps: 4)
        #expect(try files.finish().code == 0)
        let metrics = files.run + "/metrics.jsonl"
        var lines = try String(contentsOfFile: metrics, encoding: .utf8)
            .components(separatedBy: "\n")
        let sound = try GrpoProcess.run("report", files.run)
        #expect(sound.code == 0 && !sound.errors.contains("metrics.jsonl"), "\(sound.errors)")
        lines[1] = "{\"stage\": \"pretrain\", \"step\": tw"
        lines[5] = "[]"
        try lines.joined(separator: "\n").write(
            toFile: metrics, atomically: true, encoding: .utf8)
        let page = files.file("page.html")
        let outcome = try GrpoProcess.run("report", files.run, "--output", page)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(
                "note: \(metrics):2 (and 1 line more): found no record, expected a JSON object"),
            "\(outcome.errors)")
        #expect(outcome.errors.contains("the other lines are reported"))
        #expect(outcome.errors.contains("Copy the file again"))
        let text = try String(contentsOfFile: page, encoding: .utf8)
        #expect(text.contains("reward"))
    }

    @Test("a stage that samples makes no policy, and those that do are named")
    func sampleStage() throws {
        let files = try CommandRun()
        try FileManager.default.createDirectory(
            atPath: files.run, withIntermediateDirectories: true)
        try files.write(
            """
            model: {layers: 1, hidden_size: 32, heads: 2}
            task: sums
            stages:
              - pretrain: {max_steps: 1, data: sums_mixture}
              - sample: {name: kept, keep: [correct]}
              - sft: {name: tuned, data: kept}
            """, "run/recipe.yaml")
        let outcome = try GrpoProcess.run(
            "generate", "--model", files.run + ":kept", "--prompt", "Q")
        #expect(outcome.code == 2)
        #expect(
            outcome.message.contains("found stage 'kept' of kind sample, which samples"),
            "\(outcome.errors)")
        #expect(
            outcome.message.contains("\(files.run):pretrain, \(files.run):tuned"),
            "\(outcome.errors)")
    }

    /// Byte-level BPE without merges: printable ASCII and a space.
    private static let letters = TokenizerDescription(
        kind: .bytePair, name: "letters",
        tokens: ["<s>", "</s>", "\u{120}"]
            + (UInt8(33)..<127).map { String(Character(Unicode.Scalar($0))) },
        tokenTypes: [.control, .control]
            + [TokenizerDescription.TokenType](repeating: .normal, count: 95),
        preTokenizer: "gpt-2", bosID: 0, endOfTextIDs: [1])

    @Test("a model with a chat template is asked with it, a run as its recipe says")
    func promptOfAChatModel() throws {
        let files = try CommandRun(steps: 2)
        let directory = files.file("chat")
        let decoder = Decoder(
            DecoderConfiguration(
                vocabularySize: 97, hiddenSize: 32, intermediateSize: 64, layers: 1, heads: 2,
                maxPositions: 256),
            random: RandomStream(seed: 1, name: "test"), backend: CPUBackend(threads: 1))
        try HuggingFaceWriter().write(decoder, tokenizer: Self.letters, to: directory)
        func evaluate(_ model: String, _ more: String...) throws -> (text: String, note: Bool) {
            let outcome = try GrpoProcess.start(
                [
                    "evaluate", "--model", model, "--limit", "1", "--samples", "1",
                    "--max-tokens", "2", "--json",
                ] + more
            ).wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let examples = try #require(try outcome.json()["examples"] as? [[String: Any]])
            let text = try #require(examples.first?["prompt"] as? String)
            return (text, outcome.errors.contains("asked with its chat template"))
        }
        let task = ["--task", "{sums: {digits: 1, question: \"Q:{a}+{b}=?\"}}"]
        let without = try evaluate(directory, task[0], task[1])
        #expect(!without.note && without.text.hasSuffix("=?"))
        try files.write("<s>USER {{ messages[0].content }} YOU", "chat/chat_template.jinja")
        let with = try evaluate(directory, task[0], task[1])
        #expect(with.note && with.text == without.text, "\(with)")
        let plain = try evaluate(directory, task[0], task[1], "--prompt", "plain")
        #expect(!plain.note && plain.text == without.text)
        #expect(try files.finish().code == 0)
        #expect(try !evaluate(files.run).note)
        let help = try GrpoProcess.run("help", "evaluate")
        #expect(help.output.contains("as chat where it has a chat"), "\(help.output)")
    }
}
