import Foundation
import GRPOModelFiles
import GRPOReference
import Testing

@Suite("Hugging Face directory: what cannot be served")
struct HuggingFaceErrorTests {
    /// A copy of a fixture's directory, changed.
    private func withCopy<Result>(
        of name: String = "llama-untied", _ body: (String) throws -> Result
    ) throws -> Result {
        let tiny = try TinyDirectory(name)
        return try withPath("copy") { path in
            try FileManager.default.copyItem(atPath: tiny.path, toPath: path)
            return try body(path)
        }
    }

    private func replace(_ file: String, _ old: String, _ new: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let changed = text.replacingOccurrences(of: old, with: new)
        #expect(changed != text)
        try changed.write(toFile: file, atomically: true, encoding: .utf8)
    }

    private func error(_ path: String) throws -> ModelFileError {
        let error = try #require(throws: ModelFileError.self) {
            _ = try HuggingFaceModel(path: path).decoder(backend: ReferenceBackend())
        }
        #expect(!error.remedy.isEmpty)
        return error
    }

    /// What config.json says, what it says instead, the place of the error and what it found.
    static let changes: [(old: String, new: String, key: String, found: String)] = [
        (#""model_type": "llama""#, #""model_type": "gemma3""#, "model_type", "'gemma3'"),
        ("LlamaForCausalLM", "LlamaForTokenClassification", "architectures", "TokenClass"),
        (#""silu""#, #""gelu""#, "hidden_act", "'gelu'"),
        (#""llama3""#, #""yarn""#, "rope_parameters", "'yarn'"),
        (#""factor": 8.0,"#, "", "factor", "no such key"),
        (#""low_freq_factor": 1.0"#, #""low_freq_factor": 4.0"#, "low_freq_factor", "4.0"),
        (#""hidden_size": 16,"#, "", "hidden_size", "no such key"),
        (#""hidden_size": 16"#, #""hidden_size": "16""#, "hidden_size", "'16'"),
        (#""hidden_size": 16"#, #""hidden_size": 16.5"#, "hidden_size", "16.5"),
        (#""hidden_size": 16"#, #""hidden_size": -16"#, "hidden_size", "-16"),
        (
            #""hidden_size": 16"#, #""hidden_size": 9223372036854775807"#, "hidden_size",
            "9223372036854775807"
        ),
        // A list of so many layers' tensors would take 30 GB.
        (
            #""num_hidden_layers": 2"#, #""num_hidden_layers": 16777216"#, "num_hidden_layers",
            "16777216"
        ),
        (#""num_key_value_heads": 1"#, #""num_key_value_heads": 3"#, "model_type", "do not divide"),
        (#""head_dim": 8"#, #""head_dim": 4096"#, "head_dim", "4096"),
        (#""mlp_bias": true"#, #""mlp_bias": 1"#, "mlp_bias", "1"),
        (#""rms_norm_eps": 1e-05"#, #""rms_norm_eps": 0"#, "rms_norm_eps", "0"),
        (
            #""use_cache": true"#, #""quantization_config": {"bits": 4}"#, "quantization_config",
            "an object of 1 keys"
        ),
        (#""use_cache": true"#, #""num_local_experts": 8"#, "num_local_experts", "8"),
        (#""use_cache": true"#, #""rope_interleaved": true"#, "rope_interleaved", "true"),
        (#""use_cache": true"#, #""use_sliding_window": true"#, "use_sliding_window", "true"),
        (
            #""use_cache": true"#, #""layer_types": ["full_attention", "sliding_attention"]"#,
            "layer_types", "'sliding_attention'"
        ),
        (#""use_cache": true"#, #""partial_rotary_factor": 0.5"#, "partial_rotary_factor", "0.5"),
        (#""use_cache": true"#, #""logits_scaling": 8"#, "logits_scaling", "8"),
    ]

    @Test("what changes the mathematics is named", arguments: changes.indices)
    func config(index: Int) throws {
        let change = Self.changes[index]
        try withCopy { path in
            try replace(path + "/config.json", change.old, change.new)
            let error = try error(path)
            #expect(error.place == .key(change.key), "\(error)")
            #expect(error.found.contains(change.found), "\(error)")
            #expect(error.file.hasSuffix("/config.json"))
            // What a limit comes from is said with it.
            if change.new.contains("16777216") {
                #expect(error.expected.contains("the weights have"), "\(error)")
            }
        }
    }

    @Test("settings that do nothing are passed over, older spellings are read")
    func harmless() throws {
        try withCopy { path in
            try replace(
                path + "/config.json", #""use_cache": true"#,
                #""logits_scaling": 1.0, "quantization_config": null, "num_experts": 0, "x": [{}]"#)
            try replace(path + "/config.json", "rope_parameters", "rope_scaling")
            try replace(path + "/config.json", "rope_type", "type")
            let configuration = try HuggingFaceModel(path: path).configuration()
            let original = try HuggingFaceModel(path: TinyDirectory("llama-untied").path)
            #expect(try original.configuration() == configuration)
        }
    }

    @Test(
        "config.json that is no strict JSON",
        arguments: [
            ("{", "found the end of the text"), ("[]", "expected an object"),
            (#"{"a": 1, "a": 2}"#, "the key 'a' a second time"),
            (#"{"a": {"b": 1, "\u0062": 2}}"#, "the key 'b' a second time"),
            ("{\"a\": " + String(repeating: "[", count: 100_000), "nesting deeper than 64"),
            (#"{"a": 1e999}"#, "fits a float64"), (#"{"a": NaN}"#, "expected a value"),
            (#"{"a": 'b'}"#, "expected a value"), (#"{"a": 1} {}"#, "the end of the JSON text"),
            (#"{"a": .5}"#, "expected a value"), (#"{"a": 5.}"#, "expected a digit"),
            (#"{"a": tru}"#, "expected true or false"),
        ])
    func strict(text: String, message: String) throws {
        try withFile(Array(text.utf8), named: "config.json") { path in
            let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let error = try error(directory)
            #expect("\(error)".contains(message), "\(error)")
        }
    }

    @Test(
        "the index stays in its directory",
        arguments: [
            "../model-00001-of-00003.safetensors", "/etc/model-00001-of-00003.safetensors",
            ".hidden.safetensors", "model-00001-of-00003.bin", "a\\\\b.safetensors", "",
            "/\u{301}x.safetensors", ".\u{301}x.safetensors",
        ])
    func traversal(name: String) throws {
        try withCopy(of: "llama-sharded") { path in
            try replace(
                path + "/model.safetensors.index.json", "model-00001-of-00003.safetensors", name)
            let error = try error(path)
            #expect(error.place == .key("weight_map"))
            #expect(error.expected.contains("in the same directory"))
        }
    }

    @Test("index and files that do not fit each other")
    func mixed() throws {
        let index = "/model.safetensors.index.json"
        try withCopy(of: "llama-sharded") { path in
            try replace(path + index, "model-00003-of-00003", "model-00002-of-00003")
            let error = try error(path)
            #expect(error.found == "no such tensor in 'model-00002-of-00003.safetensors'")
        }
        try withCopy(of: "llama-sharded") { path in
            try replace(path + index, "model.norm.weight", "model.morn.weight")
            let error = try error(path)
            #expect(error.place == .tensor("model.norm.weight"))
            #expect(error.found == "a tensor that the index puts in no file")
        }
        try withCopy(of: "llama-sharded") { path in
            try FileManager.default.removeItem(
                atPath: path + "/model-00002-of-00003.safetensors")
            #expect(try error(path).found == "no such file")
        }
    }

    @Test("weights of another shape, missing, or left over")
    func tensors() throws {
        try withCopy { path in
            try replace(
                path + "/config.json", #""intermediate_size": 24"#, #""intermediate_size": 25"#)
            #expect(try error(path).expected == "[25, 16]")
        }
        try withCopy { path in
            try replace(
                path + "/config.json", #""num_hidden_layers": 2"#, #""num_hidden_layers": 3"#)
            #expect(try error(path).place == .tensor("model.layers.2.input_layernorm.weight"))
        }
        try withCopy { path in
            try replace(
                path + "/config.json", #""num_hidden_layers": 2"#, #""num_hidden_layers": 1"#)
            #expect(try error(path).found == "a tensor without a use")
        }
        try withCopy { path in
            try replace(
                path + "/config.json", #""tie_word_embeddings": false"#,
                #""tie_word_embeddings": true"#)
            let error = try error(path)
            #expect(error.place == .tensor("lm_head.weight"))
            #expect(error.found == "a head of its own")
        }
        try withCopy { path in
            try FileManager.default.removeItem(atPath: path + "/model.safetensors")
            #expect(try error(path).remedy.contains("save_pretrained"))
        }
    }
}
