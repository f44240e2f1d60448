import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOReference
import GRPOTensors
import GRPOTokenizers
import Testing

@Suite("GGUF: files that the gguf package wrote")
struct GGUFPackageTests {
    private func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Fixtures/gguf/" + name, withExtension: nil))
            .path
    }

    @Test("a model of nine tensor types with a head of its own")
    func mixed() throws {
        let model = try GGUFModel(path: path("tiny.gguf"))
        let configuration = try model.configuration()
        #expect(!configuration.tiedHead)
        #expect(configuration.vocabularySize == 32)
        #expect(configuration.normEpsilon == 1e-5)
        #expect(
            Set(model.summary().tensors.map(\.type))
                == ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q6_K"])
        let decoder = try model.decoder(backend: ReferenceBackend())
        #expect(decoder.store["head"].values.doubles != decoder.store["embedding"].values.doubles)
        #expect(decoder.store.values.doubles.allSatisfy { abs($0) < 10 })
    }

    @Test("a vocabulary alone serves the tokenizer and no model")
    func vocabulary() throws {
        let model = try GGUFModel(path: path("vocabulary.gguf"))
        #expect(model.isVocabularyOnly)
        let ids = try model.tokenizer().encode("abcd", allowSpecial: false)
        #expect(ids == [28, 29])
        let error = try #require(throws: ModelFileError.self) { try model.configuration() }
        #expect(error.found == "a vocabulary without weights")
        let other = try GGUFModel(path: path("tiny.gguf")).tokenizerDescription()
        #expect(try model.tokenizerDescription() == other)
    }
}
