import GRPOModelFiles
import GRPOModels
import GRPOReference
import Testing

@Suite("GGUF: a model that cannot be served")
struct GGUFModelErrorTests {
    /// The error of `configuration()`.
    private func error(_ file: GGUFBytes) throws -> ModelFileError {
        try withFile(file.encoded().bytes) { path in
            let error = try #require(throws: ModelFileError.self) {
                try GGUFModel(path: path).configuration()
            }
            #expect(error.file == path)
            #expect(!error.remedy.isEmpty)
            return error
        }
    }

    @Test("an architecture is named with those served")
    func architecture() throws {
        var file = try TinyLlama("llama-tied").file()
        file.replace("general.architecture") { $0.add("general.architecture", "gemma3") }
        let error = try error(file)
        #expect(error.place == .key("general.architecture"))
        #expect(error.found == "the architecture 'gemma3'")
        #expect(error.expected == "one of llama, qwen2, qwen3")
    }

    @Test(
        "every missing tensor is named",
        arguments: DecoderFamily.ggufBindings(try TinyLlama("llama-untied").configuration)
            .map(\.tensorName).filter { $0 != "output.weight" })
    func missing(name: String) throws {
        let error = try error(TinyLlama("llama-untied").file(without: [name]))
        if name.hasSuffix("blk.0.attn_q.bias") || name == "blk.0.attn_output.bias"
            || name == "blk.0.ffn_down.bias"
        {
            // The biases of layer 0 say whether there are any: then the others are left over.
            #expect(error.found == "a tensor without a use")
        } else {
            #expect(error.place == .tensor(name))
            #expect(error.found == "no such tensor")
        }
    }

    @Test("without output.weight the head is tied")
    func tied() throws {
        let file = try TinyLlama("llama-untied").file(without: ["output.weight"])
        try withFile(file.encoded().bytes) { path in
            let configuration = try GGUFModel(path: path).configuration()
            #expect(configuration.tiedHead)
        }
    }

    @Test("a tensor left over is named")
    func unexpected() throws {
        var file = try TinyLlama("llama-tied").file()
        file.tensor(
            "blk.1.attn_q_norm.weight", [8], type: 0, bytes: [UInt8](repeating: 0, count: 32))
        let error = try error(file)
        #expect(error.place == .tensor("blk.1.attn_q_norm.weight"))
        #expect(error.found == "a tensor without a use")
    }

    @Test("a tensor of another shape is named with both shapes")
    func misshaped() throws {
        let file = try TinyLlama("llama-tied").file { name, dimensions, _ in
            if name == "blk.1.ffn_down.weight" { dimensions.reverse() }
        }
        let error = try error(file)
        #expect(error.place == .tensor("blk.1.ffn_down.weight"))
        #expect(error.found == "shape [48, 32]")
        #expect(error.expected == "[32, 48]")
    }

    @Test("a type that cannot be read is an error before anything is loaded")
    func unreadable() throws {
        var file = try TinyLlama("llama-tied").file(without: ["blk.0.attn_v.weight"])
        file.tensor(
            "blk.0.attn_v.weight", [32, 16], type: 20, bytes: [UInt8](repeating: 0, count: 288))
        let error = try error(file)
        #expect(error.place == .tensor("blk.0.attn_v.weight"))
        #expect(error.found == "tensor type 20 (IQ4_NL)")
    }

    @Test("a value that is not finite is found at loading", arguments: [Float.nan, -.infinity])
    func notFinite(value: Float) throws {
        let file = try TinyLlama("llama-tied").file { name, _, values in
            if name == "blk.1.attn_k.weight" { values[77] = value }
        }
        try withFile(file.encoded().bytes) { path in
            let error = try #require(throws: ModelFileError.self) {
                _ = try GGUFModel(path: path).decoder(backend: ReferenceBackend())
            }
            #expect(error.place == .tensor("blk.1.attn_k.weight"))
            #expect(error.found == "a value that is not finite")
        }
    }

    /// Changes of the metadata, the place of the error and a part of what it found.
    static let changes: [(String, @Sendable (inout GGUFBytes) -> Void, String)] = [
        ("llama.block_count", { $0.add("llama.block_count", 0) }, "0"),
        ("llama.block_count", { $0.add("llama.block_count", 4_000_000_000) }, "4000000000"),
        ("llama.embedding_length", { _ in }, "no such key"),
        ("llama.embedding_length", { $0.add("llama.embedding_length", "32") }, "the string '32'"),
        ("llama.attention.head_count", { $0.add("llama.attention.head_count", 0) }, "0"),
        (
            "llama.attention.head_count_kv",
            { $0.add("llama.attention.head_count_kv", [Int32(2), 2]) },
            "an array of 2 values"
        ),
        (
            "llama.attention.layer_norm_rms_epsilon",
            { $0.add("llama.attention.layer_norm_rms_epsilon", Float(0)) }, "0.0"
        ),
        ("llama.rope.freq_base", { $0.add("llama.rope.freq_base", -Float.infinity) }, "-inf"),
        ("llama.rope.dimension_count", { $0.add("llama.rope.dimension_count", 4) }, "4"),
        ("llama.attention.key_length", { $0.add("llama.attention.key_length", 2048) }, "2048"),
        ("llama.rope.scaling.type", { $0.add("llama.rope.scaling.type", "yarn") }, "'yarn'"),
        ("llama.expert_count", { $0.add("llama.expert_count", 8) }, "a mixture of 8 experts"),
        ("split.count", { $0.add("split.count", 3) }, "one shard of 3"),
        (
            "tokenizer.ggml.tokens",
            { $0.add("tokenizer.ggml.tokens", (0..<62).map(String.init)) }, "62 tokens"
        ),
    ]

    @Test("what the metadata say is checked", arguments: changes.indices)
    func metadata(index: Int) throws {
        let (key, change, found) = Self.changes[index]
        var file = try TinyLlama("llama-tied").file()
        file.replace(key, change)
        let error = try error(file)
        #expect(error.place == .key(key))
        #expect(error.found.contains(found), "\(error)")
    }

    @Test("heads that cannot be shared out are an error, not a crash")
    func heads() throws {
        var file = try TinyLlama("llama-tied").file()
        file.replace("llama.attention.head_count_kv") {
            $0.add("llama.attention.head_count_kv", 3)
        }
        #expect(try error(file).found.contains("4 heads do not divide among 3"))
    }

    @Test("rotary divisors that are not Llama 3.1's are refused")
    func divisors() throws {
        var file = try TinyLlama("llama-tied").file()
        file.tensor(
            "rope_freqs.weight", [4], type: 0,
            bytes: [1, 2, 3, 4].flatMap { GGUFBytes.integer(Float($0).bitPattern) })
        #expect(try error(file).place == .tensor("rope_freqs.weight"))
    }

    @Test("a context too long for a rotary table is cut")
    func longContext() throws {
        var file = try TinyLlama("llama-tied").file()
        file.replace("llama.context_length") { $0.add("llama.context_length", 4_000_000_000) }
        try withFile(file.encoded().bytes) { path in
            let configuration = try GGUFModel(path: path).configuration()
            #expect(configuration.maxPositions == 131_072)
        }
    }
}
