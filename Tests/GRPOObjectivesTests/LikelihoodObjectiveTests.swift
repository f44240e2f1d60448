import Foundation
import GRPOObjectives
import Testing

struct LikelihoodObjectiveTests {
    @Test func meanNegativeLogLikelihood() {
        let found = LikelihoodObjective().evaluate(
            logProbabilities: [-1, -2, -3, 99], sequences: [0..<1, 1..<3])
        expectClose(found.loss, 2, within: 1e-15)
        expectClose(
            found.dLogProbabilities, [-1 / 3.0, -1 / 3.0, -1 / 3.0, 0], within: 1e-15)
        let bySequence = LikelihoodObjective(aggregation: .sequenceMean).evaluate(
            logProbabilities: [-1, -2, -3], sequences: [0..<1, 1..<3])
        expectClose(bySequence.loss, (1 + 2.5) / 2, within: 1e-15)
        expectClose(bySequence.dLogProbabilities, [-0.5, -0.25, -0.25], within: 1e-15)
    }

    @Test func sharesSumToTheWhole() {
        let batch = randomBatch(lengths: [3, 8, 1], seed: 2)
        let objective = LikelihoodObjective()
        let whole = objective.evaluate(
            logProbabilities: batch.logProbabilities, sequences: batch.sequences)
        let parts = (0..<3).map { index in
            objective.evaluate(
                logProbabilities: Array(batch.logProbabilities[batch.sequences[index]]),
                sequences: [0..<batch.sequences[index].count], normalizer: batch.normalizer)
        }
        expectClose(parts.reduce(0) { $0 + $1.loss }, whole.loss, within: 1e-12)
        expectClose(
            parts.flatMap(\.dLogProbabilities), whole.dLogProbabilities, within: 1e-15)
    }

    @Test(arguments: [Aggregation.tokenMean, .sequenceMean, .constantLength(8)])
    func itsGradientIsThatOfAdvantageOneOnPolicy(aggregation: Aggregation) {
        var batch = randomBatch(lengths: [3, 8, 1], seed: 2, spread: 0)
        batch.advantages = .perSequence([1, 1, 1])
        let policy = PolicyObjective(aggregation: aggregation).evaluate(batch)
        let likelihood = LikelihoodObjective(aggregation: aggregation).evaluate(
            logProbabilities: batch.logProbabilities, sequences: batch.sequences)
        expectClose(policy.dLogProbabilities, likelihood.dLogProbabilities, within: 1e-15)
    }
}
