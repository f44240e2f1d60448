import GRPOModels
import GRPOReference
import GRPOTraining
import Testing

/// How many rows a micro-batch has where the recipe does not say.
struct MicroBatchBudgetTests {
    private func budget(
        _ rows: Int? = nil, intermediateSize: Int, atMost limit: Int = 4096
    ) -> MicroBatchBudget {
        MicroBatchBudget(
            rows, atMost: limit,
            for: DecoderConfiguration(
                vocabularySize: 3, hiddenSize: 8, intermediateSize: intermediateSize, layers: 1,
                heads: 2, maxPositions: 4), on: ReferenceBackend())
    }

    @Test func smallModelsTakeTheLimit() {
        #expect(budget(intermediateSize: 16).rows == 4096)
    }

    /// 2 · 7000 gate and up channels, 2 · 8 of x, 2 heads, 32 of q, k, v and y, in float64.
    @Test func largerModelsTakeWhatFits() {
        let row = (14_000 + 16 + 2 + 32) * 8
        #expect(budget(intermediateSize: 7000).rows == 4096 * (32 << 10) / row)
        #expect(budget(intermediateSize: 7000).limit == 4096)
    }

    @Test func noModelTakesSoFewThatGradientsWait() {
        #expect(budget(intermediateSize: 200_000).rows == MicroBatchBudget.leastRows)
        #expect(budget(intermediateSize: 200_000, atMost: 100).rows == 100)
    }

    @Test func aRecipesNumberIsTaken() {
        #expect(budget(100, intermediateSize: 16) == MicroBatchBudget(rows: 100))
        #expect(budget(9000, intermediateSize: 16) == MicroBatchBudget(rows: 9000))
        #expect(MicroBatchBudget(rows: 100).limit == 100)
    }
}
