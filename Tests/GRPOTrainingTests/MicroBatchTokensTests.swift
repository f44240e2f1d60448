import GRPOModels
import GRPOReference
import GRPOTraining
import Testing

/// How many rows a micro-batch has where the recipe does not say.
struct MicroBatchTokensTests {
    private func rows(intermediateSize: Int, atMost limit: Int) -> Int {
        Decoder(
            DecoderConfiguration(
                vocabularySize: 3, hiddenSize: 8, intermediateSize: intermediateSize, layers: 1,
                heads: 2, maxPositions: 4), backend: ReferenceBackend()
        ).microBatchTokens(atMost: limit)
    }

    @Test func smallModelsTakeTheLimit() {
        #expect(rows(intermediateSize: 16, atMost: 4096) == 4096)
    }

    /// 2 · 20000 gate and up channels, 2 · 8 of x, 2 heads, 32 of q, k, v and y, in float64.
    @Test func largerModelsTakeWhatFits() {
        let row = (40_000 + 16 + 2 + 32) * 8
        #expect(rows(intermediateSize: 20_000, atMost: 4096) == 4096 * (32 << 10) / row)
    }

    @Test func noModelTakesFewerThan256() {
        #expect(rows(intermediateSize: 200_000, atMost: 4096) == 256)
        #expect(rows(intermediateSize: 200_000, atMost: 100) == 100)
    }
}
