import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOReference
import GRPOTensors
import GRPOTestSupport
import Testing

@Suite("Adapters in PEFT's format")
struct AdapterWriterTests {
    @Test("the tensors and settings are those PEFT writes", arguments: AdapterFixture.names)
    func asPEFT(name: String) throws {
        let fixture = try AdapterFixture(name)
        let decoder = fixture.decoder(on: TestBackend.openBLASFloat32.make())
        try withPath("adapters") { path in
            for _ in 0..<2 {
                try AdapterWriter().write(decoder, base: "../model.gguf", to: path)
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            #expect(files == ["adapter_config.json", "adapter_model.safetensors"])
            let written = try SafetensorsFixture(
                contentsOf: URL(fileURLWithPath: path + "/adapter_model.safetensors"))
            let names = fixture.arrays.names(under: "adapter.")
            #expect(written.names(under: "").sorted() == names.map { $0 }.sorted())
            for name in names {
                #expect(written[name].floats == fixture.arrays["adapter." + name].floats)
            }
            let reader = JSONDecoder()
            reader.keyDecodingStrategy = .convertFromSnakeCase
            let ours = try reader.decode(
                Document.self,
                from: Data(contentsOf: URL(fileURLWithPath: path + "/adapter_config.json")))
            #expect(ours.baseModelNameOrPath == "../model.gguf")
            var theirs = try reader.decode(Document.self, from: fixture.document)
            theirs.baseModelNameOrPath = ours.baseModelNameOrPath
            theirs.targetModules.sort()
            var sorted = ours
            sorted.targetModules.sort()
            #expect(sorted == theirs)
        }
    }

    /// What we write of PEFT's `LoraConfig`.
    private struct Document: Decodable, Equatable {
        var alphaPattern: [String: Int]
        var baseModelNameOrPath: String?
        var bias: String
        var fanInFanOut: Bool
        var inferenceMode: Bool
        var initLoraWeights: Bool
        var loraAlpha: Int
        var loraDropout: Double
        var modulesToSave: [String]?
        var peftType: String
        var r: Int
        var rankPattern: [String: Int]
        var targetModules: [String]
        var taskType: String
        var useDora: Bool
        var useRslora: Bool
    }

    @Test("an exported model is the merged one, and the policy stays as it was")
    func merged() throws {
        let fixture = try AdapterFixture("llama-tied")
        let decoder = fixture.decoder(on: TestBackend.openBLASFloat32.make())
        let before = decoder.store.values.floats
        let expected = decoder.merged().store.values.floats
        #expect(expected != before)
        try withPath("model.gguf") { path in
            try GGUFWriter().write(decoder, tokenizer: TinyDirectory.tokenizer, to: path)
            let read = try GGUFModel(path: path).decoder(
                backend: TestBackend.openBLASFloat32.make())
            #expect(read.store.values.floats == expected)
        }
        try withPath("model") { path in
            try HuggingFaceWriter().write(
                decoder, tokenizer: TinyDirectory.tokenizer, vocabulary: Array("{}".utf8), to: path)
            let read = try HuggingFaceModel(path: path).decoder(
                backend: TestBackend.openBLASFloat32.make())
            #expect(read.store.values.floats == expected)
        }
        #expect(decoder.store.values.floats == before)
    }
}
