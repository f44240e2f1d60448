import Foundation
import GRPOObjectives
import Testing

/// Micro-batches, ranks and order are no part of the mathematics.
struct MicroBatchTests {
    @Test(arguments: Variant.lossTypes, [1, 2, 3, 4, 7])
    func unevenMicroBatchesSumToTheWhole(variant: Variant, parts: Int) {
        let batch = randomBatch(lengths: [1, 3, 7, 2, 19, 5, 1], seed: 42)
        let whole = variant.objective.evaluate(batch)
        let cuts = [0] + Array([1, 4, 5, 6, 2, 3].prefix(parts - 1)).sorted() + [7]
        var loss = 0.0
        var gradient: [Double] = []
        var entropy: [Double] = []
        var metrics = PolicyMetrics()
        for (start, end) in zip(cuts, cuts.dropFirst()) {
            let part = variant.objective.evaluate(batch.micro(start..<end))
            loss += part.loss
            gradient += part.dLogProbabilities
            entropy += part.dEntropies ?? []
            metrics += part.metrics
        }
        expectClose(loss, whole.loss, within: 1e-12)
        expectClose(gradient, whole.dLogProbabilities, within: 1e-12)
        expectClose(entropy, whole.dEntropies ?? [], within: 1e-12)
        #expect(metrics.values.keys == whole.metrics.values.keys)
        for (key, value) in whole.metrics.values {
            expectClose(metrics.values[key] ?? .nan, value, within: 1e-12)
        }
    }

    @Test func theMeanOfMicroBatchMeansIsAnotherLoss() {
        let batch = randomBatch(lengths: [1, 9], seed: 6)
        let objective = PolicyObjective()
        let whole = objective.evaluate(batch).loss
        let parts = [batch.micro(0..<1), batch.micro(1..<2)].map { part in
            var alone = part
            alone.normalizer = Normalizer(lengths: alone.sequences.map(\.count))
            return objective.evaluate(alone).loss
        }
        #expect(abs(parts.reduce(0, +) / 2 - whole) > 1e-2)
    }

    @Test(arguments: Variant.lossTypes)
    func orderOfCompletionsDoesNotMatter(variant: Variant) {
        let batch = randomBatch(lengths: [2, 5, 3], seed: 9)
        guard case .perSequence(let advantages) = batch.advantages else { return }
        let order = [2, 0, 1]
        let tokens = order.flatMap { Array(batch.sequences[$0]) }
        func pick(_ values: [Double]) -> [Double] { tokens.map { values[$0] } }
        let moved = PolicyBatch(
            logProbabilities: pick(batch.logProbabilities),
            oldLogProbabilities: pick(batch.oldLogProbabilities),
            referenceLogProbabilities: batch.referenceLogProbabilities.map(pick),
            entropies: batch.entropies.map(pick), sequences: ranges([3, 2, 5]),
            advantages: .perSequence(order.map { advantages[$0] }))
        let expected = variant.objective.evaluate(batch)
        let found = variant.objective.evaluate(moved)
        expectClose(found.loss, expected.loss, within: 1e-14)
        #expect(found.dLogProbabilities == pick(expected.dLogProbabilities))
    }

    /// Second update by hand, clip 0.2: ratios 1.3, 0.9 | 0.7, 0.75, 1.1 | 1.25.
    @Test func clipFractionsOfASecondUpdateByHand() {
        let ratios = [1.3, 0.9, 0.7, 0.75, 1.1, 1.25]
        let old = [-1.0, -2, -0.5, -1.5, -0.7, -0.2]
        func batch(_ ratios: [Double]) -> PolicyBatch {
            PolicyBatch(
                logProbabilities: zip(old, ratios).map { $0 + log($1) }, oldLogProbabilities: old,
                sequences: ranges([2, 3, 1]), advantages: .perSequence([1, -1, -2]))
        }
        let objective = PolicyObjective()
        let first = objective.evaluate(batch(ratios.map { _ in 1 })).metrics
        #expect(first.ratioMin == 1 && first.ratioMax == 1 && first.differenceMax == 0)
        #expect(first.values["clip_ratio/region_mean"] == 0)

        let second = objective.evaluate(batch(ratios)).metrics.values
        let expected = [
            "clip_ratio/high_mean": 1 / 6.0, "clip_ratio/high_max": 1 / 2.0,
            "clip_ratio/low_mean": 2 / 6.0, "clip_ratio/low_min": 0,
            "clip_ratio/region_mean": 3 / 6.0,
            "sampling/importance_sampling_ratio/min": 0.7,
            "sampling/importance_sampling_ratio/max": 1.3,
            "sampling/importance_sampling_ratio/mean": 1,
            "sampling/sampling_logp_difference/max": -log(0.7),
            "policy_loss": (-1.2 - 0.9 + 0.8 + 0.8 + 1.1 + 2 * 1.25) / 6,
        ]
        for (key, value) in expected {
            expectClose(second[key] ?? .nan, value, within: 1e-12)
        }
    }

    @Test func aNaNInsideIsNotHidden() {
        var batch = randomBatch(lengths: [2, 2], seed: 1)
        batch.logProbabilities[1] = .nan
        #expect(PolicyObjective().evaluate(batch).loss.isNaN)
    }
}
