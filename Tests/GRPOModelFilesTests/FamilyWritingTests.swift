import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOReference
import Testing

/// A file names a family, and who reads it computes what every model of the family has.
@Suite("Writing what the family fixes")
struct FamilyWritingTests {
    /// A model, and a part of what either writer says of it; nil where it is written.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let configuration: DecoderConfiguration
        let huggingFace: String?
        let gguf: String?

        init(
            _ family: String, _ description: String, queryKeyValue: Bool = false,
            output: Bool = false, feedForward: Bool = false, norms: Bool = false,
            huggingFace: String? = nil, gguf: String? = nil
        ) {
            testDescription = family + ": " + description
            configuration = DecoderConfiguration(
                family: family, vocabularySize: 37, hiddenSize: 8, intermediateSize: 12, layers: 1,
                heads: 2, queryKeyValueBias: queryKeyValue, outputBias: output,
                feedForwardBias: feedForward, queryKeyNorm: norms)
            self.huggingFace = huggingFace
            self.gguf = gguf
        }
    }

    static let cases = [
        Case("llama", "all biases", queryKeyValue: true, output: true, feedForward: true),
        Case(
            "llama", "biases of q, k and v alone", queryKeyValue: true,
            huggingFace: "without one of the attention's output"),
        Case(
            "llama", "a bias of the output alone", output: true,
            huggingFace: "without those of q, k and v"),
        Case(
            "llama", "norms of q and k", norms: true, huggingFace: "norms of q and k",
            gguf: "norms of q and k"),
        Case("qwen2", "its biases", queryKeyValue: true),
        Case(
            "qwen2", "no biases", huggingFace: "no biases of q, k and v",
            gguf: "no biases of q, k and v"),
        Case(
            "qwen2", "a bias of the output", queryKeyValue: true, output: true,
            huggingFace: "a bias of the attention's output",
            gguf: "a bias of the attention's output"),
        Case("qwen3", "its norms", norms: true),
        Case(
            "qwen3", "no norms", huggingFace: "no norms of q and k", gguf: "no norms of q and k"),
        Case(
            "qwen3", "biases of the attention", queryKeyValue: true, output: true, norms: true,
            gguf: "a bias of the attention's output"),
        Case(
            "qwen3", "biases of the feed-forward network", feedForward: true, norms: true,
            huggingFace: "biases of the feed-forward network",
            gguf: "biases of the feed-forward network"),
        Case(
            "gemma3", "not served", huggingFace: "a model of the gemma3 family",
            gguf: "a model of the gemma3 family"),
    ]

    @Test("as a Hugging Face directory", arguments: cases)
    func huggingFace(model: Case) throws {
        let decoder = Decoder(model.configuration, backend: ReferenceBackend())
        try withPath("model") { path in
            func write() throws {
                try HuggingFaceWriter().write(
                    decoder, tokenizer: TinyDirectory.tokenizer, vocabulary: Array("{}".utf8),
                    to: path)
            }
            try check(model.huggingFace, path, write)
            guard model.huggingFace == nil else { return }
            #expect(try HuggingFaceModel(path: path).configuration() == model.configuration)
        }
    }

    @Test("as a GGUF file", arguments: cases)
    func gguf(model: Case) throws {
        let decoder = Decoder(model.configuration, backend: ReferenceBackend())
        try withPath("model.gguf") { path in
            func write() throws {
                try GGUFWriter().write(decoder, tokenizer: TinyDirectory.tokenizer, to: path)
            }
            try check(model.gguf, path, write)
            guard model.gguf == nil else { return }
            #expect(try GGUFModel(path: path).configuration() == model.configuration)
        }
    }

    private func check(_ refusal: String?, _ path: String, _ write: () throws -> Void) throws {
        guard let refusal else { return try write() }
        let error = try #require(throws: ModelFileError.self) { try write() }
        #expect(error.found.contains(refusal), "\(error)")
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
