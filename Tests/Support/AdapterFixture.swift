package import Foundation
package import GRPOModels
package import GRPOTensors

/// Adapters that PEFT put upon one of the tiny models, with what it says of them.
package struct AdapterFixture {
    package static let names = ["llama-tied", "qwen3-tied"]

    package let base: LlamaFixture
    package let arrays: SafetensorsFixture
    /// PEFT's `adapter_config.json`.
    package let document: Data
    package let settings: LoRASettings

    private struct Configuration: Decodable {
        let r: Int
        let loraAlpha: Int
        let useRslora: Bool
        let targetModules: [LoRATarget]
    }

    package init(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "GRPOModelsTests/Fixtures")
        base = try LlamaFixture(name)
        arrays = try SafetensorsFixture(
            contentsOf: folder.appending(path: "lora-\(name).safetensors"))
        document = try Data(contentsOf: folder.appending(path: "lora-\(name).json"))
        let reader = JSONDecoder()
        reader.keyDecodingStrategy = .convertFromSnakeCase
        let configuration = try reader.decode(Configuration.self, from: document)
        var settings = LoRASettings()
        settings.r = configuration.r
        settings.alpha = configuration.loraAlpha
        settings.useRSLoRA = configuration.useRslora
        settings.targetModules = .listed(configuration.targetModules)
        self.settings = settings
    }

    package var bindings: [TensorBinding] {
        AdapterLayout(base.configuration, settings).peftBindings
    }

    /// The decoder with the fixture's adapters.
    package func decoder(on backend: any Backend) -> Decoder {
        let decoder = base.decoder(on: backend).adapted(settings)
        for binding in bindings {
            decoder.trained[binding.parameter].values.rows(binding.rows)
                .fill(from: arrays["adapter." + binding.tensorName].doubles)
        }
        decoder.trained.didChange()
        return decoder
    }

    /// The norm-wise relative error of every adapter's gradient, by its PEFT name, and of all of
    /// them together.
    package func gradientErrors(_ decoder: Decoder) -> (each: [String: Double], total: Double) {
        var each: [String: Double] = [:]
        var (found, expected): ([Double], [Double]) = ([], [])
        for binding in bindings {
            let gradient = decoder.trained[binding.parameter].gradient!.rows(binding.rows).doubles
            let theirs = arrays["gradient." + binding.tensorName].doubles
            each[binding.tensorName] = Distance.relative(gradient, theirs)
            found += gradient
            expected += theirs
        }
        return (each, Distance.relative(found, expected))
    }
}
