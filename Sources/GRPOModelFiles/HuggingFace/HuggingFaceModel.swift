import Foundation
import GRPOJSON
package import GRPOModels
package import GRPOTokenizers

/// A language model in a Hugging Face directory: `config.json`, `model.safetensors` (or several
/// files with `model.safetensors.index.json`), and the tokenizer's files.
///
/// A directory without weights serves the tokenizer.
package struct HuggingFaceModel: ModelSource {
    /// The directory as the user gave it.
    package let path: String
    /// The weights; nil where there are none.
    package let weights: SafetensorsShards?
    private let config: HuggingFaceConfiguration?
    private let tokenizerFiles: HuggingFaceTokenizer

    /// Opens the directory and checks the headers of its weights; what `config.json` says is
    /// checked when it is used.
    package init(path: String) throws(ModelFileError) {
        self.path = path
        func file(_ name: String) -> String? {
            let file = path + "/" + name
            return FileManager.default.fileExists(atPath: file) ? file : nil
        }
        config = try file("config.json").map { (path) throws(ModelFileError) in
            try HuggingFaceConfiguration(path: path)
        }
        if let single = file(Self.singleFile) {
            weights = SafetensorsShards(file: try SafetensorsFile(path: single))
        } else if let index = file(Self.indexFile) {
            weights = try SafetensorsShards(index: index)
        } else {
            weights = nil
        }
        tokenizerFiles = HuggingFaceTokenizer(directory: path)
    }

    static let singleFile = "model.safetensors"
    static let indexFile = "model.safetensors.index.json"

    /// The shape of the decoder. Every tensor has been checked against it: none is missing, none
    /// is left over, all have the right shape and a type that can be read.
    package func configuration() throws(ModelFileError) -> DecoderConfiguration {
        guard let config else {
            throw ModelFileError(
                file: path, place: .file, found: "a directory without config.json",
                expected: "a model", remedy: "Fetch all of the model's files.")
        }
        let configuration = try config.configuration(tensors: weights?.tensors.count)
        try checkTensors(configuration, try present())
        return configuration
    }

    package func loadWeights(into decoder: Decoder) throws(ModelFileError) {
        let weights = try present()
        try checkTensors(decoder.configuration, weights)
        try weights.fill(decoder, DecoderFamily.huggingFaceBindings(decoder.configuration))
    }

    package func tokenizerDescription() throws(ModelFileError) -> TokenizerDescription {
        try tokenizerFiles.description()
    }

    /// The bytes of `tokenizer.json`, to be kept where the model is written again.
    package func vocabulary() throws(ModelFileError) -> [UInt8]? {
        try tokenizerFiles.vocabulary()
    }

    package func summary() -> ModelSummary {
        let tensors = weights?.tensors ?? []
        return ModelSummary(
            file: path, format: "Hugging Face directory",
            architecture: config?.document["model_type"]?.string.map { visible($0) },
            byteCount: weights?.files.reduce(0) { $0 + $1.byteCount } ?? 0,
            parameterCount: tensors.reduce(0) { $0 + $1.count },
            tensors: tensors.map(\.summary),
            metadata: (config?.document.members ?? []).sorted { $0.key < $1.key }.map {
                ModelSummary.Entry(key: visible($0.key), value: $0.value.summary)
            })
    }

    private func present() throws(ModelFileError) -> SafetensorsShards {
        guard let weights else {
            throw ModelFileError(
                file: path, place: .file, found: "no \(Self.singleFile) and no \(Self.indexFile)",
                expected: "a model's weights",
                remedy: "Fetch them; a model saved as pytorch_model.bin is saved as safetensors "
                    + "by `model.save_pretrained(directory)` in transformers.")
        }
        return weights
    }

    /// Compares names, shapes and types of the files' tensors with what the decoder needs.
    private func checkTensors(
        _ configuration: DecoderConfiguration, _ weights: SafetensorsShards
    ) throws(ModelFileError) {
        var expected: Set<String> = []
        if configuration.tiedHead { try checkTiedHead(weights, expecting: &expected) }
        for binding in DecoderFamily.huggingFaceBindings(configuration) {
            let tensor = try weights.readable(binding.tensorName)
            guard tensor.shape == binding.shape else {
                throw ModelFileError(
                    file: weights.path, place: .tensor(tensor.name), found: "shape \(tensor.shape)",
                    expected: "\(binding.shape)",
                    remedy: "Weights and config.json do not belong together; fetch them again.")
            }
            expected.insert(binding.tensorName)
        }
        // Old files keep the rotary frequencies, which follow from config.json.
        if let extra = weights.tensors.first(where: {
            !expected.contains($0.name) && !$0.name.hasSuffix(".rotary_emb.inv_freq")
        }) {
            throw ModelFileError(
                file: weights.path, place: .tensor(extra.name), found: "a tensor without a use",
                expected: "only tensors of a \(configuration.family) model of "
                    + "\(configuration.layers) layers",
                remedy: "The model computes something that is not known here, and would be wrong "
                    + "without it; use another model.")
        }
    }

    /// A tied head may be there a second time, with the same bytes; another head is refused.
    private func checkTiedHead(
        _ weights: SafetensorsShards, expecting expected: inout Set<String>
    ) throws(ModelFileError) {
        let (head, embedding) = ("lm_head.weight", "model.embed_tokens.weight")
        guard weights.find(head) != nil, weights.find(embedding) != nil else { return }
        guard weights.equal(head, embedding) else {
            throw ModelFileError(
                file: weights.path, place: .tensor(head), found: "a head of its own",
                expected: "the values of \(embedding), since tie_word_embeddings is true",
                remedy: "Set \"tie_word_embeddings\": false in config.json if the head is meant.")
        }
        expected.insert(head)
    }
}

extension SafetensorsTensor {
    var summary: ModelSummary.Tensor {
        ModelSummary.Tensor(
            name: visible(name), type: type.rawValue, shape: shape, byteCount: byteCount)
    }
}
