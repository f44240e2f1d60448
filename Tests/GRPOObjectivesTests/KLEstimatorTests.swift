import Foundation
import GRPOObjectives
import Testing

/// A policy over three tokens, small enough to take expectations exactly.
struct ThreeTokens: Sendable {
    var logits: [Double]

    var logProbabilities: [Double] {
        let top = logits.max() ?? 0
        let sum = logits.reduce(0) { $0 + exp($1 - top) }
        return logits.map { $0 - top - log(sum) }
    }

    var probabilities: [Double] { logProbabilities.map(exp) }

    /// `sum_a p_a log(p_a / q_a)`.
    func divergence(from other: ThreeTokens) -> Double {
        zip(logProbabilities, other.logProbabilities).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }

    /// The gradient by the logits when `d loss / d log p_a` is `dLogProbabilities[a]`:
    /// `d log p_a / d logit_b = [a = b] - p_b`.
    func backward(_ dLogProbabilities: [Double]) -> [Double] {
        let total = dLogProbabilities.reduce(0, +)
        return zip(dLogProbabilities, probabilities).map { $0 - total * $1 }
    }

    /// Central differences of a function of the logits.
    func differences(_ function: (ThreeTokens) -> Double) -> [Double] {
        logits.indices.map { index in
            let step = 1e-5
            var up = self
            var down = self
            up.logits[index] += step
            down.logits[index] -= step
            return (function(up) - function(down)) / (2 * step)
        }
    }
}

struct KLEstimatorTests {
    static let policy = ThreeTokens(logits: [0.4, -0.9, 1.1])
    static let reference = ThreeTokens(logits: [-0.5, 0.3, 0.2])
    static let sampler = ThreeTokens(logits: [0.9, -0.2, 0.5])

    /// `E_{a ~ sampling}[k(a)]` and its gradient estimator's expectation, by the logits.
    static func expectation(
        _ estimator: KLEstimator, sampling: ThreeTokens
    ) -> (value: Double, gradient: [Double]) {
        let terms = (0..<3).map { token in
            estimator(
                logProbability: policy.logProbabilities[token],
                reference: reference.logProbabilities[token],
                old: sampling.logProbabilities[token])
        }
        let weights = sampling.probabilities
        return (
            zip(weights, terms).reduce(0) { $0 + $1.0 * $1.1.value },
            policy.backward(zip(weights, terms).map { $0 * $1.dLogProbability })
        )
    }

    @Test(arguments: [
        (0.5, [-0.5, 0.125, 0.148721, -0.648721]), (-0.5, [0.5, 0.125, 0.106531, 0.393469]),
        (1.0, [-1, 0.5, 0.718282, -1.718282]), (-1.0, [1, 0.5, 0.367879, 0.632121]),
    ])
    func goldenTable(d: Double, expected: [Double]) {
        func term(_ estimator: KLEstimator) -> (value: Double, dLogProbability: Double) {
            estimator(logProbability: -2, reference: -2 + d, old: -2)
        }
        let found = [
            term(.k1).value, term(.k2).value, term(.k3).value, term(.k3).dLogProbability,
        ]
        expectClose(found, expected, within: 0.5e-6 + 1e-12)
        expectClose(found[2], exp(d) - d - 1, within: 1e-12)
        expectClose(found[3], 1 - exp(d), within: 1e-12)
        #expect(term(.k1).dLogProbability == 1)
        #expect(term(.k2).dLogProbability == -d)
        #expect(term(.k3StraightThrough).value == term(.k3).value)
        #expect(term(.k3StraightThrough).dLogProbability == term(.k2).dLogProbability)
        #expect(term(.unbiased).value == term(.k3).value)
        expectClose(term(.unbiased).dLogProbability, -d, within: 1e-12)
    }

    @Test func k3KeepsItsDigitsNearZero() {
        let d = 1e-8
        let term = KLEstimator.k3(logProbability: 0, reference: d, old: 0)
        expectClose(term.value / (d * d / 2), 1, within: 1e-6)
    }

    // Which estimator has whose gradient, in expectation over three enumerated tokens.

    @Test(arguments: [KLEstimator.k2, .k3StraightThrough, .unbiased])
    func unbiasedOnPolicy(estimator: KLEstimator) {
        let exact = Self.policy.differences { $0.divergence(from: Self.reference) }
        let found = Self.expectation(estimator, sampling: Self.policy).gradient
        expectClose(found, exact, within: 1e-9)
        #expect(norm(exact) > 0.1)
    }

    @Test func k1HasNoForceInTheLoss() {
        expectClose(
            Self.expectation(.k1, sampling: Self.policy).gradient, [0, 0, 0], within: 1e-15)
    }

    @Test func k3HasTheGradientOfTheForwardKL() {
        let found = Self.expectation(.k3, sampling: Self.policy).gradient
        let forward = Self.policy.differences { Self.reference.divergence(from: $0) }
        let reverse = Self.policy.differences { $0.divergence(from: Self.reference) }
        expectClose(found, forward, within: 1e-9)
        #expect(norm(zip(found, reverse).map(-)) > 0.01)
    }

    @Test func onlyTheRatioCorrectsAnOlderSampler() {
        let exact = Self.policy.differences { $0.divergence(from: Self.reference) }
        for estimator in KLEstimator.allCases {
            let found = Self.expectation(estimator, sampling: Self.sampler).gradient
            let distance = norm(zip(found, exact).map(-))
            #expect((distance < 1e-9) == (estimator == .unbiased), "\(estimator): \(distance)")
        }
        let value = Self.expectation(.unbiased, sampling: Self.sampler).value
        expectClose(value, Self.policy.divergence(from: Self.reference), within: 1e-12)
    }

    @Test(arguments: [(KLEstimator.k1, true), (.k2, false), (.k3, true), (.unbiased, true)])
    func valuesOnPolicy(estimator: KLEstimator, unbiased: Bool) {
        let value = Self.expectation(estimator, sampling: Self.policy).value
        let exact = Self.policy.divergence(from: Self.reference)
        #expect((abs(value - exact) < 1e-12) == unbiased)
    }

    @Test(arguments: [KLEstimator.k2, .k3, .k3StraightThrough, .unbiased])
    func aStepWithoutAdvantageLowersTheKL(estimator: KLEstimator) {
        let objective = PolicyObjective(kl: KLPenalty(estimator: estimator, beta: 0.5))
        let log = Self.policy.logProbabilities
        let loss = objective.evaluate(
            PolicyBatch(
                logProbabilities: log, oldLogProbabilities: log,
                referenceLogProbabilities: Self.reference.logProbabilities,
                sequences: ranges([1, 1, 1]), advantages: .perSequence([0, 0, 0])))
        // Each token stands for its share of the samples.
        let shares = zip(loss.dLogProbabilities, Self.policy.probabilities).map { 3 * $0 * $1 }
        let gradient = Self.policy.backward(shares)
        let step = zip(Self.policy.logits, gradient).map { $0 - 0.1 * $1 }
        let before = Self.policy.divergence(from: Self.reference)
        let after = ThreeTokens(logits: step).divergence(from: Self.reference)
        #expect(after < before - 1e-3)
    }

    // Overflow.

    @Test(arguments: KLEstimator.allCases, [-1e4, -50, 50, 1e4])
    func extremeDifferencesStayFinite(estimator: KLEstimator, d: Double) {
        for old in [-2.0, -1e4, 1e4] {
            let term = estimator(logProbability: -2, reference: -2 + d, old: old)
            #expect(term.value.isFinite && term.dLogProbability.isFinite)
        }
        let k3 = KLEstimator.k3(logProbability: -2, reference: -2 + d, old: -2)
        #expect(k3.dLogProbability == 0)
        let limit = d > 0 ? 20.0 : -20.0
        expectClose(k3.value / (exp(limit) - limit - 1), 1, within: 1e-12)
    }

    // In the reward.

    @Test func rewardPenaltySumsOverTheCompletion() {
        let penalty = KLPenalty(estimator: .k1, beta: 0.1, place: .reward)
        let found = penalty.rewardPenalty(
            logProbabilities: [-1, -2, -0.5], reference: [-1.5, -1, -0.5])
        expectClose(found, 0.1 * (0.5 - 1 + 0), within: 1e-15)
        let inLoss = KLPenalty(estimator: .k1, beta: 0.1, place: .loss)
        #expect(inLoss.rewardPenalty(logProbabilities: [-1], reference: [-3]) == 0)
    }

    @Test func rewardPenaltyLeavesTheLossAlone() {
        let batch = randomBatch(lengths: [1, 3, 7], seed: 5)
        let plain = PolicyObjective().evaluate(batch)
        let objective = PolicyObjective(
            kl: KLPenalty(estimator: .k1, beta: 0.1, place: .reward))
        let found = objective.evaluate(batch)
        #expect(objective.requiresReference)
        #expect(found.loss == plain.loss)
        #expect(found.dLogProbabilities == plain.dLogProbabilities)
    }
}
