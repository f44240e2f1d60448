import Foundation
import GRPOObjectives
import Testing

/// Every combination of switches against central differences in Double.
struct PolicyGradientTests {
    static let weightFunctions: [WeightFunction] = [
        .clip(low: 0.2, high: 0.28), .clip(low: 0.1, high: 0.1, dual: 1.2), .cispo(maximum: 1.1),
        .none,
    ]
    static let aggregations: [Aggregation] = [.tokenMean, .sequenceMean, .constantLength(9)]

    /// Central differences of `loss` by each log-probability; where `together`, the sampler's
    /// log-probability moves along, so that ratios stay and a stopped weight is a constant.
    static func differences(
        _ batch: PolicyBatch, together: Bool = false, _ loss: (PolicyBatch) -> Double
    ) -> [Double] {
        let step = 1e-5
        return batch.logProbabilities.indices.map { index in
            func shifted(_ by: Double) -> Double {
                var moved = batch
                moved.logProbabilities[index] += by
                if together { moved.oldLogProbabilities[index] += by }
                return loss(moved)
            }
            return (shifted(step) - shifted(-step)) / (2 * step)
        }
    }

    /// The differences of an objective whose stopped gradients are replaced by what they stand
    /// for: CISPO's weight is frozen, `k3+` has the gradient of `k2`.
    static func expected(_ objective: PolicyObjective, _ batch: PolicyBatch) -> [Double] {
        var bare = objective
        bare.kl.beta = 0
        var penalised = objective
        if penalised.kl.estimator == .k3StraightThrough { penalised.kl.estimator = .k2 }
        let isStopped: Bool
        if case .cispo = objective.weightFunction { isStopped = true } else { isStopped = false }
        let policy = differences(batch, together: isStopped) { bare.evaluate($0).loss }
        let kl = differences(batch) { penalised.evaluate($0).loss - bare.evaluate($0).loss }
        return zip(policy, kl).map(+)
    }

    static func check(_ objective: PolicyObjective, _ batch: PolicyBatch) {
        let found = objective.evaluate(batch).dLogProbabilities
        let expected = expected(objective, batch)
        let distance = norm(zip(found, expected).map(-))
        #expect(norm(expected) > 1e-3)
        #expect(distance < 1e-6 * norm(expected), "relative \(distance / norm(expected))")
        // Element by element, with a floor for the rounding of the differences.
        for (a, b) in zip(found, expected) {
            #expect(abs(a - b) <= 1e-6 * abs(b) + 1e-9, "\(a) against \(b)")
        }
    }

    @Test(arguments: KLEstimator.allCases, [0, 0.3])
    func everyCombination(estimator: KLEstimator, beta: Double) {
        for (number, level) in RatioLevel.allCases.enumerated() {
            for (index, weightFunction) in Self.weightFunctions.enumerated() {
                for aggregation in Self.aggregations {
                    let objective = PolicyObjective(
                        ratioLevel: level, weightFunction: weightFunction,
                        aggregation: aggregation,
                        kl: KLPenalty(estimator: estimator, beta: beta), entropyCoefficient: 0.02)
                    let seed = UInt64(100 + 10 * number + index)
                    Self.check(objective, randomBatch(lengths: [1, 3, 7, 4], seed: seed))
                }
            }
        }
    }

    @Test(arguments: RatioLevel.allCases, aggregations.indices)
    func advantagesPerToken(level: RatioLevel, aggregation: Int) {
        var batch = randomBatch(lengths: [2, 5], seed: 77)
        batch.advantages = .perToken([0.5, -1, 2, 0.1, -0.3, 1.4, -0.9])
        Self.check(
            PolicyObjective(ratioLevel: level, aggregation: Self.aggregations[aggregation]), batch)
    }

    @Test func entropyBonusIsATokenMeanUnderAnyAggregation() {
        for aggregation in Self.aggregations {
            let batch = randomBatch(lengths: [1, 3], seed: 4)
            let plain = PolicyObjective(aggregation: aggregation).evaluate(batch)
            let found = PolicyObjective(aggregation: aggregation, entropyCoefficient: 0.1)
                .evaluate(batch)
            let mean = (batch.entropies ?? []).reduce(0, +) / 4
            expectClose(found.loss, plain.loss - 0.1 * mean, within: 1e-15)
            #expect(found.metrics.policyLoss == plain.loss)
            #expect(found.dEntropies == [Double](repeating: -0.025, count: 4))
            #expect(plain.dEntropies == nil)
        }
    }

    @Test(arguments: [1, 3, 8])
    func sequenceRatioIsTheExponentialOfTheMean(length: Int) {
        let batch = randomBatch(lengths: [length], seed: UInt64(length))
        let differences = zip(batch.logProbabilities, batch.oldLogProbabilities).map(-)
        let ratio = exp(differences.reduce(0, +) / Double(length))
        let loss = PolicyObjective(
            ratioLevel: .sequence, weightFunction: .none, aggregation: .sequenceMean
        ).evaluate(batch)
        guard case .perSequence(let advantages) = batch.advantages else { return }
        expectClose(loss.loss, -ratio * advantages[0], within: 1e-12)
        expectClose(
            loss.dLogProbabilities,
            [Double](repeating: -ratio * advantages[0] / Double(length), count: length),
            within: 1e-12)
        expectClose(
            loss.metrics.values["sampling/importance_sampling_ratio/mean"] ?? .nan, ratio,
            within: 1e-12)
    }

    @Test func onPolicyTheLossIsMinusTheMeanAdvantageAndTheGradientIsNot() {
        let batch = randomBatch(lengths: [1, 3, 7], seed: 21, spread: 0)
        guard case .perSequence(let advantages) = batch.advantages else { return }
        for weightFunction in [WeightFunction.clip(low: 0.2, high: 0.2), .none] {
            for level in RatioLevel.allCases {
                let loss = PolicyObjective(
                    ratioLevel: level, weightFunction: weightFunction, aggregation: .sequenceMean
                ).evaluate(batch)
                expectClose(loss.loss, -advantages.reduce(0, +) / 3, within: 1e-12)
                for (range, advantage) in zip(batch.sequences, advantages) {
                    let expected = -advantage / (3 * Double(range.count))
                    expectClose(
                        Array(loss.dLogProbabilities[range]), range.map { _ in expected },
                        within: 1e-12)
                }
                #expect(loss.metrics.ratioMin == 1 && loss.metrics.ratioMax == 1)
            }
        }
    }

    @Test func reportedLossIsBetaTimesMeanKLWithTheSequenceMean() {
        var batch = randomBatch(lengths: [1, 3, 7, 4], seed: 31, spread: 0)
        let advantages = AdvantageEstimator().advantages([[1, 0, 0, 0.2]])[0]
        batch.advantages = .perSequence(advantages)
        let kl = KLPenalty(estimator: .k3, beta: 0.04)
        let reference = batch.referenceLogProbabilities ?? []
        let means = batch.sequences.map { range in
            range.reduce(0.0) { sum, t in
                let d = reference[t] - batch.logProbabilities[t]
                return sum + exp(d) - d - 1
            } / Double(range.count)
        }
        let mean = means.reduce(0, +) / 4
        let sequence = PolicyObjective(aggregation: .sequenceMean, kl: kl).evaluate(batch)
        expectClose(sequence.loss, 0.04 * mean, within: 1e-12)
        #expect(norm(sequence.dLogProbabilities) > 0.1)
        let token = PolicyObjective(aggregation: .tokenMean, kl: kl).evaluate(batch)
        let tokenKL = token.metrics.values["kl"] ?? .nan
        #expect(abs(token.loss - 0.04 * tokenKL) > 1e-3)
    }
}
