import Foundation
import GRPOModels
import GRPOReference
import GRPOTensors
import GRPOTestSupport
import Testing

struct DecoderConfigurationTests {
    @Test func impossibleShapesAreNamed() {
        var configuration = TinyDecoder.configuration()
        #expect(configuration.problems.isEmpty)
        configuration.keyValueHeads = 3
        configuration.headDim = 5
        #expect(configuration.problems.count == 2)
        configuration.layers = 0
        #expect(configuration.problems == ["layers is 0, expected 1 to 4096"])
    }

    /// What a hostile checkpoint may say: no product of these overflows before it is refused.
    static let hostile: [(@Sendable (inout DecoderConfiguration) -> Void, String)] = [
        ({ $0.heads = 1 << 62 }, "heads is 4611686018427387904"),
        ({ $0.keyValueHeads = .max }, "key-value heads is 9223372036854775807"),
        ({ $0.hiddenSize = 1 << 25 }, "hidden size is 33554432, expected 1 to 16777216"),
        ({ $0.layers = 1 << 24 }, "layers is 16777216, expected 1 to 4096"),
        ({ $0.headDim = 2048 }, "head size is 2048, expected 1 to 1024"),
        ({ $0.maxPositions = 1 << 40 }, "positions is 1099511627776"),
        ({ ($0.heads, $0.headDim) = (1 << 24, 1024) }, "16777216 heads of size 1024"),
        (
            {
                ($0.hiddenSize, $0.intermediateSize, $0.layers) = (1 << 24, 1 << 24, 4096)
                ($0.heads, $0.keyValueHeads, $0.headDim) = (1 << 14, 1 << 14, 1024)
            }, "8070450532432478208 parameters, expected at most 1099511627776"
        ),
        ({ $0.normEpsilon = 0 }, "epsilon of the norms is 0.0, expected a positive number"),
        ({ $0.normEpsilon = .nan }, "epsilon of the norms is nan"),
        ({ $0.ropeTheta = -.infinity }, "rotary base is -inf"),
        ({ $0.ropeScaling = .linear(factor: 0) }, "rotary factor is 0.0"),
        (
            {
                $0.ropeScaling = .llama3(
                    factor: 8, lowFrequencyFactor: 4, highFrequencyFactor: 4,
                    originalMaxPositions: 8192)
            }, "low frequency factor 4.0 is not below the high one, 4.0"
        ),
    ]

    @Test(arguments: hostile.indices)
    func hostileShapesAreRefusedWithoutOverflow(index: Int) throws {
        let (change, message) = Self.hostile[index]
        var configuration = TinyDecoder.configuration()
        change(&configuration)
        let problem = try #require(configuration.problems.first)
        #expect(problem.hasPrefix(message), "\(problem)")
    }

    @Test func itSurvivesCoding() throws {
        let configuration = TinyDecoder.configuration(
            scaling: .llama3(
                factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4,
                originalMaxPositions: 32), tied: false, biases: true, headNorms: true)
        let data = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(DecoderConfiguration.self, from: data) == configuration)
    }

    /// Checkpoints of before the norms of q and k do not name them.
    @Test func anOlderDocumentIsRead() throws {
        let configuration = TinyDecoder.configuration()
        let text = String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
        let older = text.replacing("\"queryKeyNorm\":false,", with: "")
            .replacing(",\"queryKeyNorm\":false", with: "")
        #expect(older.count < text.count)
        #expect(
            try JSONDecoder().decode(DecoderConfiguration.self, from: Data(older.utf8))
                == configuration)
    }

    /// Llama 3.1's rule by hand: theta 100, size 8, original 32 gives the wavelengths 6.28, 19.9,
    /// 62.8 and 199, that is 5.09, 1.61, 0.51 and 0.16 turns.
    @Test func llama3KeepsBlendsAndDivides() {
        let plain = RopeScaling.none.frequencies(headDim: 8, theta: 100)
        let scaled = RopeScaling.llama3(
            factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 32
        ).frequencies(headDim: 8, theta: 100)
        #expect(scaled[0] == plain[0])
        let smooth = (32 * plain[1] / (2 * Double.pi) - 1) / 3
        #expect(abs(scaled[1] - ((1 - smooth) / 8 + smooth) * plain[1]) < 1e-15)
        #expect(scaled[2] == plain[2] / 8)
        #expect(scaled[3] == plain[3] / 8)
        #expect(
            RopeScaling.linear(factor: 4).frequencies(headDim: 8, theta: 100)
                == plain.map { $0 / 4 })
    }

    /// Every row of every parameter is bound once, under both naming schemes.
    @Test(arguments: [true, false])
    func bindingsCoverEveryParameter(tied: Bool) {
        let configuration = TinyDecoder.configuration(
            tied: tied, biases: true, headNorms: tied)
        for bindings in [
            DecoderFamily.huggingFaceBindings(configuration),
            DecoderFamily.ggufBindings(configuration),
        ] {
            #expect(Set(bindings.map(\.tensorName)).count == bindings.count)
            for parameter in configuration.parameters {
                let rows = bindings.filter { $0.parameter == parameter.name }
                    .flatMap { Array($0.rows) }
                #expect(rows == Array(0..<parameter.shape[0]), "\(parameter.name)")
            }
        }
    }

    @Test func initialValuesFollowTheirSpecification() {
        let backend = ReferenceBackend()
        let configuration = DecoderConfiguration(
            vocabularySize: 200, hiddenSize: 64, intermediateSize: 96, layers: 8, heads: 4,
            queryKeyValueBias: true)
        func make(_ seed: UInt64) -> Decoder {
            Decoder(
                configuration, random: RandomStream(seed: seed, name: "init"), backend: backend)
        }
        let decoder = make(1)
        func deviation(_ name: String) -> Double {
            let values = decoder.store[name].values.doubles
            return (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
        }
        #expect(abs(deviation("embedding") - 0.02) < 0.001)
        #expect(abs(deviation("layers.3.attention.output") - 0.005) < 0.0005)
        #expect(decoder.store["norm"].values.doubles.allSatisfy { $0 == 1 })
        #expect(decoder.store["layers.0.attention.qkv.bias"].values.doubles.allSatisfy { $0 == 0 })
        #expect(make(1).store.values.doubles == decoder.store.values.doubles)
        #expect(make(2).store.values.doubles != decoder.store.values.doubles)
    }

    /// FAILURES 28: the reference becomes α · policy + (1 - α) · reference.
    @Test func mixingFollowsTheFormula() {
        let backend = ReferenceBackend()
        let configuration = TinyDecoder.configuration()
        let policy = TinyDecoder.make(configuration, seed: 1, on: backend)
        let reference = TinyDecoder.make(configuration, seed: 2, on: backend)
        let old = reference.store.values.doubles
        reference.mix(policy, share: 0.6)
        let expected = zip(policy.store.values.doubles, old).map { 0.6 * $0 + 0.4 * $1 }
        #expect(Distance.largest(reference.store.values.doubles, expected) < 1e-15)
        reference.mix(policy, share: 1)
        #expect(reference.store.values.doubles == policy.store.values.doubles)
    }
}
