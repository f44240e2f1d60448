package import GRPOModels
package import GRPOTensors
package import GRPOTokenizers

import Foundation

/// A policy in a checkpoint: the decoder's weights, its shape and its tokenizer, and what a stage
/// needs to go on. Of a policy with adapters it holds these and not the weights beside them, which
/// lie where the stage began.
package struct PolicyCheckpoint: ~Copyable {
    package let configuration: DecoderConfiguration
    package let tokenizer: TokenizerDescription
    /// What the policy's adapters are; nil where it has none.
    package let adapters: LoRASettings?
    private let file: HDF5File

    /// The group of a policy without adapters.
    private static let weights = "policy"

    private enum Text {
        static let model = "model.json"
        static let tokenizer = "tokenizer.json"
        static let adapters = "lora.json"
    }

    /// What to save of a policy.
    ///
    /// - Parameters:
    ///   - moments: AdamW's, laid out like the store of what the decoder trains.
    ///   - reference: not saved beside adapters, for it is the weights without them.
    ///   - texts: further documents of the stage, by name.
    package static func content(
        _ decoder: Decoder, tokenizer: TokenizerDescription,
        moments: (first: Tensor, second: Tensor)?, reference: Decoder?, texts: [String: String]
    ) throws -> CheckpointContent {
        var arrays = decoder.trained.arrays(group(of: decoder))
        if let reference, decoder.adapters == nil {
            arrays += reference.store.arrays("reference")
        }
        if let moments {
            arrays += decoder.trained.arrays("optimizer/first_moment", in: moments.first)
            arrays += decoder.trained.arrays("optimizer/second_moment", in: moments.second)
        }
        var texts = texts
        if let adapters = decoder.adapters { texts[Text.adapters] = try json(adapters.settings) }
        texts[Text.model] = try json(decoder.configuration)
        texts[Text.tokenizer] = try json(tokenizer)
        return CheckpointContent(arrays: arrays, texts: texts)
    }

    /// Opens a checkpoint whose hash was verified.
    ///
    /// - Throws: `CheckpointError`, also for a file that is no policy.
    package init(_ checkpoint: Checkpoint) throws(CheckpointError) {
        let file = try checkpoint.open()
        let configuration = try Self.decode(DecoderConfiguration.self, Text.model, from: file)
        let tokenizer = try Self.decode(TokenizerDescription.self, Text.tokenizer, from: file)
        let adapters =
            try file.contains(Text.adapters)
            ? try Self.decode(LoRASettings.self, Text.adapters, from: file) : nil
        let problems = configuration.problems + (adapters?.problems().map(\.message) ?? [])
        guard problems.isEmpty else {
            throw .damaged(
                path: checkpoint.path, found: problems.joined(separator: ", "),
                expected: "the shape of a decoder")
        }
        if adapters == nil { try Self.checkShapes(of: configuration, in: file) }
        self.configuration = configuration
        self.tokenizer = tokenizer
        self.adapters = adapters
        self.file = file
    }

    /// A decoder takes the memory that its configuration asks for, so the file must hold as much.
    private static func checkShapes(
        of configuration: DecoderConfiguration, in file: borrowing HDF5File
    ) throws(CheckpointError) {
        for parameter in configuration.parameters {
            let info = try file.dataset("\(weights)/\(parameter.name)")
            guard info.shape == parameter.shape else {
                throw .mismatch(
                    path: file.path, name: info.name, found: "the shape \(info.shape)",
                    expected: "\(parameter.shape), as \(Text.model) says")
            }
        }
    }

    /// A document that was saved beside the policy, or nil.
    package func text(_ name: String) throws(CheckpointError) -> String? {
        try file.contains(name) ? try file.text(name) : nil
    }

    /// Reads the weights into a decoder of this configuration; where it has adapters, these alone.
    package func load(into decoder: Decoder) throws(CheckpointError) {
        let store = decoder.trained
        try read(Self.group(of: decoder), into: store.values, of: store)
        store.didChange()
    }

    private static func group(of decoder: Decoder) -> String {
        decoder.adapters == nil ? weights : "adapters"
    }

    /// Reads the reference's weights; false where the checkpoint has none.
    package func loadReference(into decoder: Decoder) throws(CheckpointError) -> Bool {
        guard let first = decoder.store.parameters.first,
            try file.contains("reference/\(first.name)")
        else { return false }
        try read("reference", into: decoder.store.values, of: decoder.store)
        decoder.store.didChange()
        return true
    }

    /// Reads AdamW's moments.
    package func load(
        firstMoment: Tensor, secondMoment: Tensor, of decoder: Decoder
    ) throws(CheckpointError) {
        try read("optimizer/first_moment", into: firstMoment, of: decoder.trained)
        try read("optimizer/second_moment", into: secondMoment, of: decoder.trained)
    }

    private func read(
        _ group: String, into flat: Tensor, of store: ParameterStore
    ) throws(CheckpointError) {
        for parameter in store.parameters {
            let target = UnsafeMutableRawBufferPointer(
                start: flat.address + parameter.range.lowerBound * flat.dtype.byteCount,
                count: parameter.range.count * flat.dtype.byteCount)
            try file.read(
                "\(group)/\(parameter.name)", type: flat.dtype.stored, shape: parameter.shape,
                into: target)
        }
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func decode<T: Decodable>(
        _ type: T.Type, _ name: String, from file: borrowing HDF5File
    ) throws(CheckpointError) -> T {
        let text = try file.text(name)
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw .damaged(
                path: file.path, found: "a \(name) that does not decode: \(error)",
                expected: "the \(T.self) of a policy")
        }
    }
}

extension ParameterStore {
    /// The parameters' values, or their places in another tensor of the same layout, as arrays of a
    /// checkpoint.
    func arrays(_ group: String, in flat: Tensor? = nil) -> [NamedArray] {
        let flat = flat ?? values
        return parameters.map { parameter in
            let run = flat.rows(parameter.range)
            return NamedArray(
                name: "\(group)/\(parameter.name)", shape: parameter.shape,
                type: flat.dtype.stored, bytes: { run.rawBytes })
        }
    }
}

extension DType {
    /// The type of a dataset of these elements.
    var stored: StoredType {
        switch self {
        case .float32: .float32
        case .float64: .float64
        case .bfloat16: .bfloat16
        case .int32: .int32
        }
    }
}
