import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOReference
import Testing

@Suite("GGUF: names are those of the gguf package")
struct GGUFNamesTests {
    private struct Names: Decodable {
        /// With `{arch}` where the family's name stands.
        let keys: [String]
        /// By family and Hugging Face name, without `.weight` and `.bias`.
        let tensors: [String: [String: String]]
    }

    private func names() throws -> Names {
        let file = try #require(
            Bundle.module.url(forResource: "Fixtures/gguf-names.json", withExtension: nil))
        return try JSONDecoder().decode(Names.self, from: Data(contentsOf: file))
    }

    /// A model with every tensor of the family.
    private func configuration(_ family: DecoderFamily) -> DecoderConfiguration {
        let hasBias = family.queryKeyValueBias ?? family.hasOutputBiasInGGUF
        return DecoderConfiguration(
            family: family.name, vocabularySize: 37, hiddenSize: 8, intermediateSize: 12, layers: 2,
            heads: 2,
            ropeScaling: family.queryKeyValueBias == nil ? .linear(factor: 2) : .none,
            tiedHead: false, queryKeyValueBias: hasBias, outputBias: family.hasOutputBiasInGGUF,
            feedForwardBias: family.feedForwardBias ?? true, queryKeyNorm: family.queryKeyNorm)
    }

    @Test("tensors", arguments: DecoderFamily.all.map(\.name))
    func tensors(name: String) throws {
        let expected = try #require(try names().tensors[name])
        let family = try #require(DecoderFamily.named(name))
        let configuration = configuration(family)
        var seen: Set<String> = []
        for (source, target) in zip(
            DecoderFamily.huggingFaceBindings(configuration),
            DecoderFamily.ggufBindings(configuration))
        {
            let parts = source.tensorName.split(separator: ".")
            let stem = parts.dropLast().joined(separator: ".")
            let translated = try #require(expected[stem], "\(stem)")
            #expect(target.tensorName == "\(translated).\(parts.last ?? "")")
            seen.insert(stem)
        }
        #expect(seen == Set(expected.keys))
    }

    @Test("keys", arguments: DecoderFamily.all.map(\.name))
    func keys(name: String) throws {
        let known = Set(try names().keys.map { $0.replacing("{arch}", with: name) })
        let family = try #require(DecoderFamily.named(name))
        let decoder = Decoder(configuration(family), backend: ReferenceBackend())
        try withPath("model.gguf") { path in
            try GGUFWriter(encoding: .q8x0).write(
                decoder, tokenizer: TinyDirectory.tokenizer, to: path)
            let keys = try GGUFFile(path: path).metadata.keys
            #expect(keys.count > 20)
            for key in keys { #expect(known.contains(key), "\(key)") }
        }
    }
}
