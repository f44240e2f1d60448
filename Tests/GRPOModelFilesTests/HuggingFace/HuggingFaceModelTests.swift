import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOReference
import GRPOTensors
import GRPOTestSupport
import Testing

@Suite("Hugging Face directory: a model")
struct HuggingFaceModelTests {
    private func logits(_ decoder: Decoder, _ tiny: TinyDirectory) -> [Double] {
        let x = decoder.infer(
            tiny.tokens, Pass(decoder.backend, Packing(lengths: [tiny.tokens.count])))
        return decoder.head.logits(
            x, rows: tiny.tokens.indices.map { Int32($0) }, decoder.backend
        ).doubles
    }

    @Test("gives transformers' logits", arguments: TinyDirectory.names)
    func logits(name: String) throws {
        let tiny = try TinyDirectory(name)
        let decoder = try HuggingFaceModel(path: tiny.path).decoder(backend: ReferenceBackend())
        #expect(distance(logits(decoder, tiny), tiny.logits) < 1e-5)
    }

    @Test("the shape is what config.json says")
    func configuration() throws {
        let untied = try HuggingFaceModel(path: TinyDirectory("llama-untied").path)
        #expect(
            try untied.configuration()
                == DecoderConfiguration(
                    family: "llama", vocabularySize: 37, hiddenSize: 16, intermediateSize: 24,
                    layers: 2, heads: 2, keyValueHeads: 1, headDim: 8, maxPositions: 64,
                    ropeTheta: 100,
                    ropeScaling: .llama3(
                        factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4,
                        originalMaxPositions: 32),
                    normEpsilon: 1e-5, tiedHead: false, queryKeyValueBias: true,
                    outputBias: true, feedForwardBias: true))
        let qwen = try HuggingFaceModel(path: TinyDirectory("qwen2-tied").path).configuration()
        #expect(qwen.family == "qwen2")
        #expect(qwen.queryKeyValueBias && !qwen.outputBias && qwen.tiedHead)
        #expect(qwen.ropeTheta == 1e6)
        #expect(!qwen.queryKeyNorm)
        let qwen3 = try HuggingFaceModel(path: TinyDirectory("qwen3-untied").path).configuration()
        #expect(qwen3.family == "qwen3")
        #expect(qwen3.queryKeyNorm && qwen3.queryKeyValueBias && qwen3.outputBias)
        #expect(qwen3.headDim == 12 && !qwen3.tiedHead)
    }

    @Test("written again, the weights are the same bytes", arguments: TinyDirectory.names)
    func roundTrip(name: String) throws {
        let tiny = try TinyDirectory(name)
        let decoder = try HuggingFaceModel(path: tiny.path).decoder(
            backend: TestBackend.openBLASFloat32.make())
        try withPath("model") { path in
            try HuggingFaceWriter(encoding: tiny.encoding, shardBytes: 4096).write(
                decoder, tokenizer: TinyDirectory.tokenizer, vocabulary: Array("{}".utf8), to: path)
            let (first, second) = (
                try HuggingFaceModel(path: tiny.path), try HuggingFaceModel(path: path)
            )
            let configuration = try first.configuration()
            #expect(try second.configuration() == configuration)
            let (before, after) = (try #require(first.weights), try #require(second.weights))
            #expect(after.files.count > 1)
            #expect(before.tensors.count == after.tensors.count)
            for file in before.files {
                for tensor in file.tensors {
                    let other = try #require(
                        after.files.lazy.compactMap { file in
                            file.find(tensor.name).map { (file, $0) }
                        }.first)
                    #expect(other.1.type == tensor.type)
                    #expect(
                        file.withBytes(of: tensor) { Array($0) }
                            == other.0.withBytes(of: other.1) { Array($0) })
                }
            }
        }
    }

    @Test("one file is transformers' own, byte for byte")
    func sameFile() throws {
        let tiny = try TinyDirectory("llama-untied")
        let decoder = try HuggingFaceModel(path: tiny.path).decoder(
            backend: TestBackend.openBLASFloat32.make())
        try withPath("model") { path in
            try HuggingFaceWriter().write(
                decoder, tokenizer: TinyDirectory.tokenizer, vocabulary: Array("{}".utf8), to: path)
            let name = "/model.safetensors"
            let ours = try Data(contentsOf: URL(fileURLWithPath: path + name))
            let theirs = try Data(contentsOf: URL(fileURLWithPath: tiny.path + name))
            #expect(ours == theirs)
            let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            #expect(
                files == [
                    "chat_template.jinja", "config.json", "generation_config.json",
                    "model.safetensors", "special_tokens_map.json", "tokenizer.json",
                    "tokenizer_config.json",
                ])
        }
    }

    @Test("a directory that holds something is not written to")
    func occupied() throws {
        let tiny = try TinyDirectory("qwen2-tied")
        let decoder = try HuggingFaceModel(path: tiny.path).decoder(backend: ReferenceBackend())
        let error = try #require(throws: ModelFileError.self) {
            try HuggingFaceWriter().write(
                decoder, tokenizer: TinyDirectory.tokenizer, vocabulary: [], to: tiny.path)
        }
        #expect(error.expected == "a new or empty one")
    }

    @Test("a directory that cannot be made is named with the system's reason")
    func noDirectory() throws {
        let tiny = try TinyDirectory("qwen2-tied")
        let decoder = try HuggingFaceModel(path: tiny.path).decoder(backend: ReferenceBackend())
        func write(to path: String) throws {
            try HuggingFaceWriter().write(
                decoder, tokenizer: TinyDirectory.tokenizer, vocabulary: [], to: path)
        }
        try withFile([0]) { file in
            for (path, reason) in [
                (file + "/model", "Not a directory"), (file + "/a/model", "Not a directory"),
                (file, "File exists"),
            ] {
                let error = try #require(throws: ModelFileError.self) { try write(to: path) }
                #expect(error.found == "a directory that cannot be made: " + reason)
            }
        }
        try withPath("several/new/ones") { path in
            try write(to: path)
            try #require(throws: ModelFileError.self) { try write(to: path) }
        }
    }

    @Test("a value that float16 cannot hold is named, and no file is left")
    func range() throws {
        let tiny = try TinyDirectory("qwen2-tied")
        let decoder = try HuggingFaceModel(path: tiny.path).decoder(backend: ReferenceBackend())
        decoder.store["norm"].values.fill(from: [70_000] + [Double](repeating: 1, count: 15))
        try withPath("model") { path in
            let error = try #require(throws: ModelFileError.self) {
                try HuggingFaceWriter(encoding: .float16).write(
                    decoder, tokenizer: TinyDirectory.tokenizer, vocabulary: [], to: path)
            }
            #expect(error.place == .tensor("model.norm.weight"))
            #expect(error.found == "the value 70000.0")
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        }
    }
}
