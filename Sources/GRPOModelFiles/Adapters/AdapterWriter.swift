import GRPOJSON
package import GRPOModels

/// Writes a decoder's adapters as a directory that PEFT's `PeftModel.from_pretrained` loads:
/// `adapter_config.json` and `adapter_model.safetensors`, of float32.
package struct AdapterWriter {
    package init() {}

    static let configurationFile = "adapter_config.json"
    static let weightsFile = "adapter_model.safetensors"

    /// Writes both files, each whole or not at all; adapters that are there are replaced.
    ///
    /// - Parameters:
    ///   - decoder: one with adapters.
    ///   - base: what the configuration names as the base model.
    ///   - directory: made if it is not there.
    package func write(
        _ decoder: Decoder, base: String, to directory: String
    ) throws(ModelFileError) {
        guard let adapters = decoder.adapters else {
            preconditionFailure("found a decoder without adapters to be written to \(directory)")
        }
        try OutputFile.makeDirectory(directory)
        let items = adapters.layout.peftBindings.map { binding in
            let place = WeightPlace(binding, in: adapters.store, interleavedHeads: nil)
            return SafetensorsWriter.Item(
                name: binding.tensorName, shape: binding.shape, values: { place.floats })
        }
        try SafetensorsWriter.write(items, .float32, to: directory + "/" + Self.weightsFile)
        let configuration = Self.configuration(
            adapters.settings, base: base, scores: decoder.configuration.scoreHead)
        try OutputFile.write(
            (configuration.text + "\n").utf8, to: directory + "/" + Self.configurationFile)
    }

    /// What PEFT's `LoraConfig` needs to build the same adapters; it fills in the rest.
    ///
    /// - Parameter scores: whether they are a reward model's, whose score head is saved whole.
    private static func configuration(
        _ settings: LoRASettings, base: String, scores: Bool
    ) -> JSONValue {
        let modules = settings.targetModules.targets.map { JSONValue.string($0.rawValue) }
        return .object([
            "alpha_pattern": .object([JSONValue.Member]()),
            "base_model_name_or_path": .string(base),
            "bias": .string("none"),
            "fan_in_fan_out": .bool(false),
            "inference_mode": .bool(true),
            "init_lora_weights": .bool(true),
            "lora_alpha": .int(settings.alpha),
            "lora_dropout": .double(settings.dropout),
            "modules_to_save": scores ? .array([.string("score")]) : .null,
            "peft_type": .string("LORA"),
            "r": .int(settings.r),
            "rank_pattern": .object([JSONValue.Member]()),
            "target_modules": .array(modules),
            "task_type": .string(scores ? "SEQ_CLS" : "CAUSAL_LM"),
            "use_dora": .bool(false),
            "use_rslora": .bool(settings.useRSLoRA),
        ])
    }
}
