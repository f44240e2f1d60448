import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOReference
import GRPOTestSupport
import GRPOTensors
import Testing

@Suite("GGUF: a model's weights")
struct GGUFModelTests {
    @Test("a tiny Llama gives transformers' logits", arguments: TinyLlama.names)
    func logits(name: String) throws {
        let tiny = try TinyLlama(name)
        let backend = ReferenceBackend()
        let decoder = try withFile(tiny.file().encoded().bytes) { path in
            let model = try GGUFModel(path: path)
            #expect(try model.configuration() == tiny.configuration)
            return try model.decoder(backend: backend)
        }
        let x = decoder.infer(tiny.tokens, Pass(backend, Packing(lengths: tiny.lengths)))
        let logits = decoder.head.logits(
            x, rows: (0..<Int32(tiny.tokens.count)).map { $0 }, backend)
        let expected = tiny.fixture["value.logits"].doubles
        #expect(distance(logits.doubles, expected) < 1e-9)
    }

    @Test("loading writes every value, keeps the gaps and outdates packed copies")
    func everyValue() throws {
        // None of the parameters is a multiple of 16 elements, so each is followed by a gap.
        let configuration = DecoderConfiguration(
            vocabularySize: 5, hiddenSize: 9, intermediateSize: 7, layers: 1, heads: 3,
            keyValueHeads: 1, headDim: 6, tiedHead: false)
        var file = GGUFBytes()
        file.add("general.architecture", "llama")
        for binding in DecoderFamily.ggufBindings(configuration) {
            let count = binding.shape.reduce(1, *)
            file.tensor(
                binding.tensorName, binding.shape.reversed().map { UInt64($0) }, type: 0,
                bytes: (1...count).flatMap { GGUFBytes.integer(Float($0).bitPattern) })
        }
        let backend = ReferenceBackend()
        let decoder = Decoder(configuration, backend: backend)
        let version = decoder.store["head"].weight.version
        try withFile(file.encoded().bytes) { path in
            try GGUFModel(path: path).loadWeights(into: decoder)
        }
        #expect(decoder.store["head"].weight.version == version + 1)
        let values = decoder.store.values.doubles
        var gaps = IndexSet(integersIn: values.indices)
        for parameter in decoder.store.parameters {
            #expect(parameter.values.doubles.allSatisfy { $0 > 0 }, "\(parameter.name)")
            gaps.remove(integersIn: parameter.range)
        }
        #expect(!gaps.isEmpty)
        #expect(gaps.allSatisfy { values[$0] == 0 })
        // Key rows come third to last in the joint matrix: rows 18..<24, of which 0 2 4 1 3 5.
        let joint = decoder.store["layers.0.attention.qkv"].values.rows(18..<24).doubles
        #expect(stride(from: 0, to: 54, by: 9).map { joint[$0] } == [1, 19, 37, 10, 28, 46])
    }

    @Test("the summary lists tensors and metadata")
    func summary() throws {
        let tiny = try TinyLlama("llama-untied")
        var file = tiny.file()
        file.add("evil\u{1B}[2J", "\u{1B}]0;title\u{7}")
        file.add("words", ["a", "b", "c", "d", "e"])
        try withFile(file.encoded().bytes) { path in
            let summary = try GGUFModel(path: path).summary()
            #expect(summary.file == path)
            #expect(summary.format == "GGUF version 3")
            #expect(summary.architecture == "llama")
            #expect(summary.tensors.count == 36)
            #expect(summary.tensors[0].name == "token_embd.weight")
            #expect(summary.tensors[0].type == "F32")
            #expect(summary.tensors[0].shape == [61, 32])
            let specifications = tiny.configuration.parameters
            let parameters = specifications.reduce(0) { $0 + $1.shape.reduce(1, *) }
            #expect(summary.parameterCount == parameters + 4)
            let entries = Dictionary(
                uniqueKeysWithValues: summary.metadata.map { ($0.key, $0.value) })
            #expect(entries["llama.block_count"] == "2")
            #expect(entries["words"] == "5 values: 'a', 'b', 'c', 'd', ...")
            let text = try String(decoding: JSONEncoder().encode(summary), as: UTF8.self)
            #expect(text.contains(#""parameters":"#))
            #expect(
                !summary.metadata.contains { ($0.key + $0.value).unicodeScalars.contains("\u{1B}") }
            )
        }
    }
}

/// ‖found - expected‖ / ‖expected‖.
func distance(_ found: [Double], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let difference = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
}
