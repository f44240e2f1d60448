import GRPOCPU
import GRPOModels
import GRPORuns
import GRPOTensors
import GRPOTraining
import Testing

/// One pass on shapes of which each has its largest moment elsewhere.
@Suite("The memory estimate of a pass")
struct MemoryEstimateTests {
    static let shapes = [
        // A wide feed-forward network.
        shape(intermediate: 512, heads: 4, keyValueHeads: 4, headNorms: false),
        // Attention wider than the residual stream, without norms of its heads and with.
        shape(intermediate: 64, heads: 8, keyValueHeads: 4, headNorms: false),
        shape(intermediate: 64, heads: 8, keyValueHeads: 4, headNorms: true),
        shape(intermediate: 64, heads: 16, keyValueHeads: 1, headNorms: true),
    ]

    private static func shape(
        intermediate: Int, heads: Int, keyValueHeads: Int, headNorms: Bool
    ) -> DecoderConfiguration {
        DecoderConfiguration(
            vocabularySize: 64, hiddenSize: 128, intermediateSize: intermediate, layers: 3,
            heads: heads, keyValueHeads: keyValueHeads, headDim: 32, maxPositions: 256,
            queryKeyNorm: headNorms)
    }

    private static let rows = 2048

    /// The most that `body` held beside what was there before, packed weights left out.
    private func held(
        _ configuration: DecoderConfiguration, _ precision: Precision,
        _ body: (Decoder, PackedTokens) -> Void
    ) -> (bytes: Double, backend: any Backend) {
        let backend = CPUBackend(threads: 1, precision: precision)
        let decoder = Decoder(
            configuration, random: RandomStream(seed: 1, name: "test"), backend: backend)
        decoder.store.enableGradients(backend)
        var packed = PackedTokens()
        for text in 0..<Self.rows / 128 {
            packed.addText((0..<129).map { Int32(($0 * 7 + text) % 64) })
        }
        // The weights are packed in the first pass.
        body(decoder, packed)
        let before = backend.pool.bytesInUse
        backend.pool.beginPhase()
        body(decoder, packed)
        return (Double(backend.pool.highWaterMark - before), backend)
    }

    @Test(
        "is within 15% of what backward held", arguments: shapes.indices,
        [Precision.float32, .bfloat16])
    func training(index: Int, precision: Precision) {
        for checkpointing in [false, true] {
            let shape = Self.shapes[index]
            let (bytes, backend) = held(shape, precision) { decoder, packed in
                decoder.accumulateGradients(packed, temperature: 1, checkpointing: checkpointing) {
                    current in
                    Decoder.HeadGradients(
                        dLogProbabilities: current.logProbabilities.map { _ in 1 })
                }
            }
            let planned = MemoryEstimate(
                shape, .init(rows: Self.rows, checkpointing: checkpointing), backend: backend
            ).activations
            #expect(
                abs(Double(planned) / bytes - 1) < 0.15,
                "checkpointing \(checkpointing): planned \(planned), held \(bytes)")
        }
    }

    @Test(
        "is within 15% of what a forward alone held", arguments: shapes.indices,
        [Precision.float32, .bfloat16])
    func scoring(index: Int, precision: Precision) {
        let shape = Self.shapes[index]
        let (bytes, backend) = held(shape, precision) { decoder, packed in
            _ = decoder.score(packed, temperature: 1)
        }
        let planned = MemoryEstimate(
            shape, .init(rows: 1, scoringRows: Self.rows), backend: backend
        ).activations
        #expect(abs(Double(planned) / bytes - 1) < 0.15, "planned \(planned), held \(bytes)")
    }

    @Test("a forward of many rows counts where backward runs on few")
    func larger() {
        let backend = CPUBackend(threads: 1, precision: .float32)
        func activations(_ scoringRows: Int) -> Int {
            MemoryEstimate(
                Self.shapes[0],
                .init(rows: 256, scoringRows: scoringRows, checkpointing: true), backend: backend
            ).activations
        }
        #expect(activations(256) == activations(0))
        #expect(activations(4096) > 4 * activations(0))
    }
}
