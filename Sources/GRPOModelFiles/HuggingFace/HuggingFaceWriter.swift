import Foundation
import GRPOJSON
package import GRPOModels
package import GRPOTokenizers

/// Writes a model as a Hugging Face directory that transformers loads untouched.
package struct HuggingFaceWriter {
    /// The element type of the weights: one of the plain ones.
    package let encoding: TensorEncoding
    /// The most bytes of weights in one file; more than that are written as several with an index.
    package let shardBytes: Int

    /// - Parameter shardBytes: by default 5 GB, which is where transformers divides.
    package init(encoding: TensorEncoding = .float32, shardBytes: Int = 5_000_000_000) {
        precondition(shardBytes > 0, "found shards of \(shardBytes) bytes, expected at least 1")
        self.encoding = encoding
        self.shardBytes = shardBytes
    }

    /// Writes `config.json`, the weights, adapters merged into them, and the tokenizer's files.
    ///
    /// - Parameters:
    ///   - directory: made if it is not there; one with other files in it is refused.
    ///   - vocabulary: the bytes of a `tokenizer.json` to be kept as it is; without them one is
    ///     made from the description.
    package func write(
        _ decoder: Decoder, tokenizer: TokenizerDescription, vocabulary: [UInt8]? = nil,
        to directory: String
    ) throws(ModelFileError) {
        let configuration = decoder.configuration
        let family = try DecoderFamily.writable(configuration, to: directory) { family in
            // Where the family leaves them open, one key decides on all biases of the attention.
            guard family.queryKeyValueBias == nil else { return [] }
            return switch (configuration.queryKeyValueBias, configuration.outputBias) {
            case (true, false): ["biases of q, k and v without one of the attention's output"]
            case (false, true): ["a bias of the attention's output without those of q, k and v"]
            case (true, true), (false, false): []
            }
        }
        guard encoding.elements == 1 else {
            throw ModelFileError(
                file: directory, place: .file, found: "the element type \(encoding.rawValue)",
                expected: "float32, float16 or bfloat16",
                remedy: "Blocks have no place in this format; write a .gguf file for them.")
        }
        let tokenizerFiles = try tokenizerFiles(tokenizer, vocabulary, directory)
        try prepare(directory)
        let merged = decoder.merged()
        try withExtendedLifetime(merged) { () throws(ModelFileError) in
            try writeWeights(merged, directory)
        }
        let settings = HuggingFaceSettings(
            configuration: configuration, family: family, tokenizer: tokenizer, encoding: encoding)
        let files = [
            ("config.json", Array((settings.config.prettyText + "\n").utf8)),
            ("generation_config.json", Array((settings.generation.prettyText + "\n").utf8)),
        ]
        for (name, bytes) in files + tokenizerFiles {
            try OutputFile.write(bytes, to: directory + "/" + name)
        }
    }

    private func tokenizerFiles(
        _ tokenizer: TokenizerDescription, _ vocabulary: [UInt8]?, _ directory: String
    ) throws(ModelFileError) -> [(String, [UInt8])] {
        let made: [UInt8]
        do throws(TokenizerError) {
            if let vocabulary {
                made = vocabulary
            } else {
                made = try TokenizerFile.tokenizerJSON(tokenizer)
            }
        } catch {
            throw ModelFileError(
                file: directory, place: .tokenizer, found: "one that cannot be written (\(error))",
                expected: "a tokenizer of a kind known here",
                remedy: "Name the model file that the tokenizer came from.")
        }
        let template = tokenizer.chatTemplate.map { ("chat_template.jinja", Array($0.utf8)) }
        return [
            (HuggingFaceTokenizer.vocabularyFile, made),
            ("tokenizer_config.json", TokenizerFile.configurationJSON(tokenizer)),
            ("special_tokens_map.json", TokenizerFile.specialTokensJSON(tokenizer)),
        ] + (template.map { [$0] } ?? [])
    }

    /// Makes the directory; a model that is there already is not mixed with another.
    private func prepare(_ directory: String) throws(ModelFileError) {
        let present = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        guard present.isEmpty else {
            throw ModelFileError(
                file: directory, place: .file, found: "a directory with \(present.count) files",
                expected: "a new or empty one", remedy: "Name another directory.")
        }
        try OutputFile.makeDirectory(directory)
    }

    private func writeWeights(
        _ decoder: Decoder, _ directory: String
    ) throws(ModelFileError) {
        let items = DecoderFamily.huggingFaceBindings(decoder.configuration).map { binding in
            let place = WeightPlace(binding, in: decoder.store, interleavedHeads: nil)
            return SafetensorsWriter.Item(
                name: binding.tensorName, shape: binding.shape, values: { place.floats })
        }
        let shards = shards(items)
        guard shards.count > 1 else {
            return try SafetensorsWriter.write(
                items, encoding, to: directory + "/" + HuggingFaceModel.singleFile)
        }
        var map: [String: String] = [:]
        for (index, shard) in shards.enumerated() {
            let name = "model-\(five(index + 1))-of-\(five(shards.count)).safetensors"
            try SafetensorsWriter.write(shard, encoding, to: directory + "/" + name)
            for item in shard { map[item.name] = name }
        }
        let total = items.reduce(0) { $0 + byteCount($1) }
        let index = JSONValue.object([
            "metadata": .object(["total_size": .int(total)]),
            "weight_map": .object(
                map.sorted { $0.key < $1.key }.map {
                    JSONValue.Member(key: $0.key, value: .string($0.value))
                }),
        ])
        try OutputFile.write(
            (index.prettyText + "\n").utf8, to: directory + "/" + HuggingFaceModel.indexFile)
    }

    /// The tensors in their order, as many to a file as fit; one alone may be larger.
    private func shards(_ items: [SafetensorsWriter.Item]) -> [[SafetensorsWriter.Item]] {
        var shards: [[SafetensorsWriter.Item]] = [[]]
        var size = 0
        for item in items {
            if size > 0, size + byteCount(item) > shardBytes {
                shards.append([])
                size = 0
            }
            shards[shards.count - 1].append(item)
            size += byteCount(item)
        }
        return shards
    }

    private func byteCount(_ item: SafetensorsWriter.Item) -> Int {
        item.shape.reduce(encoding.bytes, *)
    }

    private func five(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
