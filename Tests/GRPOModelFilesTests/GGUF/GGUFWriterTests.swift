import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import Testing

@Suite("GGUF: writing")
struct GGUFWriterTests {
    private static let oracle = "quantization.safetensors"

    @Test(
        "encodes as the gguf package does, bit for bit",
        arguments: [
            ("F16", .float16), ("BF16", .bfloat16), ("Q8_0", .q8x0),
        ] as [(String, TensorEncoding)])
    func encodings(name: String, encoding: TensorEncoding) throws {
        let fixture = try DequantizationTests.fixture(Self.oracle)
        let values = fixture["values"].doubles
        let expected = fixture["\(name).bytes"].integers.map { UInt8($0) }
        // The embedding of a model without layers is a matrix of any values.
        let configuration = DecoderConfiguration(
            vocabularySize: values.count / 64, hiddenSize: 64, intermediateSize: 32, layers: 1,
            heads: 2)
        let decoder = Decoder(configuration, backend: TestBackend.openBLASFloat32.make())
        decoder.store["embedding"].values.fill(from: values)
        let tokenizer = TokenizerDescription(
            kind: .bytePair, name: "t", tokens: ["a", "b"], preTokenizer: "gpt-2")
        try withPath("model.gguf") { path in
            try GGUFWriter(encoding: encoding).write(decoder, tokenizer: tokenizer, to: path)
            let file = try GGUFFile(path: path)
            #expect(try file.tensor(named: "token_embd.weight").type.description == name)
            let bytes = try file.withBytes(of: "token_embd.weight") { Array($0) }
            #expect(bytes == expected)
            #expect(try file.tensor(named: "output_norm.weight").type == .f32)
        }
    }

    @Test("what was written is read again: shape, tokenizer, every bit", arguments: TinyLlama.names)
    func roundTrip(name: String) throws {
        let tiny = try TinyLlama(name)
        let decoder = try withFile(tiny.file().encoded().bytes) { path in
            try GGUFModel(path: path).decoder(backend: TestBackend.openBLASFloat32.make())
        }
        var tokenizer = TinyDirectory.tokenizer
        try withPath("model.gguf") { path in
            try GGUFWriter().write(decoder, tokenizer: tokenizer, to: path)
            let model = try GGUFModel(path: path)
            #expect(try model.configuration() == tiny.configuration)
            let again = try model.decoder(backend: TestBackend.openBLASFloat32.make())
            #expect(again.store.values.floats == decoder.store.values.floats)
            tokenizer.tokens += (37..<61).map { "[PAD\($0)]" }
            tokenizer.tokenTypes += [TokenizerDescription.TokenType](repeating: .unused, count: 24)
            #expect(try model.tokenizerDescription() == tokenizer)
        }
    }

    @Test("a tokenizer of characters has no form in GGUF")
    func characters() throws {
        let decoder = Decoder(
            DecoderConfiguration(
                vocabularySize: 4, hiddenSize: 8, intermediateSize: 8, layers: 1, heads: 1),
            backend: TestBackend.openBLASFloat32.make())
        try withPath("model.gguf") { path in
            let error = try #require(throws: ModelFileError.self) {
                try GGUFWriter().write(
                    decoder,
                    tokenizer: TokenizerDescription(
                        kind: .characters, name: "c", tokens: ["a", "b"]), to: path)
            }
            #expect(error.place == .tokenizer)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}
