import GRPOModels
import GRPOReference
import GRPOTasks
import GRPOTraining
import Testing

/// Where a minibatch is cut: between groups, so that their prompts are computed once.
struct MicroBatchPlanTests {
    /// Groups of a prompt of 5 tokens and completions of these lengths; a completion's last token
    /// is no row.
    private func rollouts(_ groups: [[Int]]) -> [Rollout] {
        groups.enumerated().flatMap { group, lengths in
            lengths.enumerated().map { sample, length in
                Rollout(
                    group: group, sample: sample,
                    problem: Problem(id: "\(group)", prompt: "", answer: ""),
                    promptIDs: Array(repeating: 1, count: 5),
                    tokenIDs: Array(repeating: 2, count: length), text: "", finishReason: .stop,
                    logProbabilities: Array(repeating: -1, count: length), reward: 0)
            }
        }
    }

    /// Three groups of 805 rows and one of 405.
    private var groups: [Rollout] {
        rollouts([[401, 401], [401, 401], [401], [401, 401]])
    }

    /// Every rollout once, in order; no batch above the budget but one of a single rollout, no group
    /// cut that fits.
    @Test(arguments: [1, 8, 12, 20, 33, 1000])
    func microBatchesRespectTheBudget(budget: Int) {
        let rollouts = DrawnRollouts.make(groups: 6)
        let batches = MicroBatchPlan(rollouts, MicroBatchBudget(rows: budget)).batches
        #expect(batches.flatMap { Array($0) } == Array(rollouts.indices))
        for batch in batches {
            let rows = PackedTokens(rollouts[batch]).tokens.count
            #expect(rows <= budget || batch.count == 1)
        }
        for start in batches.dropFirst().map(\.lowerBound)
        where rollouts[start].group == rollouts[start - 1].group {
            let group = rollouts.filter { $0.group == rollouts[start].group }
            #expect(PackedTokens(group).tokens.count > budget)
        }
    }

    /// The default on a large model: packed up to a small budget, and a group above it whole.
    @Test func aGroupAboveTheBudgetStaysWhole() {
        let budget = MicroBatchBudget(
            nil, atMost: 4096,
            for: DecoderConfiguration(
                vocabularySize: 3, hiddenSize: 8, intermediateSize: 200_000, layers: 1, heads: 2,
                maxPositions: 4), on: ReferenceBackend())
        let length = budget.rows / 4 + 2
        let large = Array(repeating: length, count: 4)
        let small = Array(repeating: length, count: 1)
        #expect(5 + 4 * (length - 1) > budget.rows)
        #expect(
            MicroBatchPlan(rollouts([large, large, small, small, large]), budget).batches
                == [0..<4, 4..<8, 8..<10, 10..<14])
    }

    @Test func groupsShareABatchUpToTheBudget() {
        #expect(
            MicroBatchPlan(groups, MicroBatchBudget(rows: 1209)).batches == [
                0..<2, 2..<4, 4..<5, 5..<7,
            ])
        #expect(
            MicroBatchPlan(groups, MicroBatchBudget(rows: 1210)).batches == [0..<2, 2..<5, 5..<7])
        #expect(MicroBatchPlan(groups, MicroBatchBudget(rows: 1610)).batches == [0..<4, 4..<7])
        #expect(MicroBatchPlan(groups, MicroBatchBudget(rows: 100_000)).batches == [0..<7])
    }

    @Test func aGroupAboveTheLimitIsCutBetweenCompletions() {
        #expect(
            MicroBatchPlan(rollouts([[11, 11, 11]]), MicroBatchBudget(rows: 25)).batches == [
                0..<2, 2..<3,
            ])
        #expect(
            MicroBatchPlan(rollouts([[11, 11, 11]]), MicroBatchBudget(rows: 24)).batches == [
                0..<1, 1..<2, 2..<3,
            ])
        #expect(
            MicroBatchPlan(rollouts([[11, 11, 11]]), MicroBatchBudget(rows: 1)).batches == [
                0..<1, 1..<2, 2..<3,
            ])
        // The part that is left shares its batch with the next group.
        #expect(
            MicroBatchPlan(rollouts([[11, 11, 3], [3, 3]]), MicroBatchBudget(rows: 25)).batches == [
                0..<2, 2..<5,
            ])
    }

    @Test func nothingHasNoBatches() {
        #expect(MicroBatchPlan([], MicroBatchBudget(rows: 10)).batches.isEmpty)
    }
}
