import Foundation
import GRPOModelFiles
import Testing

@Suite("A path given as a model")
struct ModelFileTests {
    /// A directory with one file of this name.
    private func withDirectory<Result>(
        holding name: String, _ body: (String) throws -> Result
    ) throws -> Result {
        try withFile(Array("{}".utf8), named: name) { path in
            try body(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        }
    }

    private func error(_ path: String) throws -> ModelFileError {
        try #require(throws: ModelFileError.self) { try ModelFile.open(path) }
    }

    @Test("GGUF is known by its beginning, not its name")
    func gguf() throws {
        try withFile(GGUFBytes.sample().encoded().bytes, named: "model.bin") { path in
            guard case .model(let model) = try ModelFile.open(path) else {
                Issue.record("not a model")
                return
            }
            #expect(model.path == path)
            #expect(model.summary().tensors.map(\.name) == ["w", "h"])
        }
    }

    @Test("HDF5 is a checkpoint")
    func checkpoint() throws {
        try withFile([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0]) { path in
            guard case .checkpoint(path) = try ModelFile.open(path) else {
                Issue.record("not a checkpoint")
                return
            }
        }
    }

    @Test("a directory with a recipe is a run")
    func run() throws {
        try withDirectory(holding: "recipe.yaml") { path in
            guard case .run(path) = try ModelFile.open(path) else {
                Issue.record("not a run")
                return
            }
        }
    }

    @Test("a directory with config.json is a Hugging Face model")
    func huggingFace() throws {
        try withDirectory(holding: "config.json") { path in
            guard case .model(let model) = try ModelFile.open(path) else {
                Issue.record("not a model")
                return
            }
            #expect(model.summary().format == "Hugging Face directory")
            let error = try #require(throws: ModelFileError.self) { try model.configuration() }
            #expect(error.place == .key("model_type"))
        }
    }

    @Test(
        "weights alone are shown, whatever their name; as a model: name their directory",
        arguments: ["model.safetensors", "weights.bin"])
    func lone(name: String) throws {
        let file = SafetensorsBytes(header: #"{"__metadata__":{"format":"pt"}}"#).bytes
        try withFile(file, named: name) { path in
            guard case .weights(let weights) = try ModelFile.open(path) else {
                Issue.record("not weights")
                return
            }
            #expect(weights.summary().metadata.map(\.key) == ["format"])
            #expect(weights.noModel.found == "weights without their configuration")
            #expect(weights.noModel.remedy.contains("Name the directory"))
        }
    }

    @Test("another directory is told what was looked for")
    func otherDirectory() throws {
        try withDirectory(holding: "readme") { path in
            let error = try error(path)
            #expect(error.found == "a directory without recipe.yaml, config.json or tokenizer.json")
        }
    }

    @Test(
        "anything else is shown by its beginning",
        arguments: [
            ("GGU", "text that begins 'GGU'"),
            ("[1, 2, 3{}", "text that begins '[1, 2, 3{}'"),
            ("<!DOCTYPE html><html>", "text that begins '<!DOCTYPE html><'"),
            ("PK\u{3}\u{4}zip", "bytes that begin 50 4b 03 04 7a 69 70"),
            ("\u{89}HDF", "bytes that begin c2 89 48 44 46"),
        ])
    func other(content: String, found: String) throws {
        try withFile(Array(content.utf8)) { path in
            let error = try error(path)
            #expect(error.found == found)
            #expect(error.expected.hasPrefix("a .gguf file, a Hugging Face directory"))
        }
    }

    @Test("a stand-in of Git LFS says how to get the file")
    func gitLFS() throws {
        try withFile(Array("version https://git-lfs.github.com/spec/v1\n".utf8)) { path in
            let error = try error(path)
            #expect(error.remedy.contains("git lfs pull"))
        }
    }

    @Test("nothing there, or nothing in it")
    func nothing() throws {
        #expect(try error("/no/such/model.gguf").found == "no such file")
        let empty = try withFile([]) { try error($0) }
        #expect(empty.found == "an empty file")
    }
}
