import Foundation
import GRPOObjectives
import Testing

/// The loss of a batch whose token losses are given: on policy without clip the loss is -A.
private func aggregate(
    _ aggregation: Aggregation, _ losses: [[Double]], participation: [Participation]? = nil
) -> PolicyLoss {
    let flat = losses.flatMap { $0 }
    let zeros = flat.map { _ in 0.0 }
    return PolicyObjective(weightFunction: .none, aggregation: aggregation).evaluate(
        PolicyBatch(
            logProbabilities: zeros, oldLogProbabilities: zeros,
            sequences: ranges(losses.map(\.count)), advantages: .perToken(flat.map { -$0 }),
            participation: participation))
}

struct AggregationTests {
    @Test func twoSequencesOfFiveAndOne() {
        let losses = [[2.0, 2, 2, 2, 2], [10]]
        expectClose(aggregate(.tokenMean, losses).loss, 20 / 6.0, within: 1e-12)
        expectClose(aggregate(.sequenceMean, losses).loss, 6, within: 1e-12)
    }

    @Test func raggedGoldens() {
        expectClose(
            aggregate(.tokenMean, [[1, 2], [3, 4, 5], [7]]).loss, 22 / 6.0, within: 1e-12)
        expectClose(
            aggregate(.sequenceMean, [[1, 3], [2, 4], [8]]).loss, 13 / 3.0, within: 1e-12)
    }

    @Test(arguments: [Aggregation.tokenMean, .sequenceMean, .constantLength(4)])
    func anEmptySequenceCountsNowhere(aggregation: Aggregation) {
        let with = aggregate(aggregation, [[1, 3], [], [2]])
        let without = aggregate(aggregation, [[1, 3], [2]])
        #expect(with == without)
        expectClose(aggregate(.sequenceMean, [[1, 3], []]).loss, 2, within: 1e-12)
    }

    /// The exact value of each loss type on completions of 1, 3 and 7 tokens whose token losses
    /// are 1, 2 and 3: 1 + 6 + 21 = 28 over 11 tokens; (1 + 2 + 3) / 3; 28 / (3 x 10).
    @Test(arguments: [
        (LossType.grpo, 2.0), (.bnpo, 28 / 11.0), (.dapo, 28 / 11.0), (.drGRPO, 28 / 30.0),
    ])
    func handExampleOfLengthsOneThreeSeven(lossType: LossType, expected: Double) throws {
        var settings = ObjectiveSettings()
        settings.lossType = lossType
        let objective = try settings.objective(maxCompletionLength: 10)
        let zeros = [Double](repeating: 0, count: 11)
        let loss = objective.evaluate(
            PolicyBatch(
                logProbabilities: zeros, oldLogProbabilities: zeros, sequences: ranges([1, 3, 7]),
                advantages: .perSequence([-1, -2, -3])))
        expectClose(loss.loss, expected, within: 1e-12)
        let weights: [Double] =
            switch lossType {
            case .grpo: [1 / 3.0, 1 / 9.0, 1 / 21.0]
            case .drGRPO: [1 / 30.0, 1 / 30.0, 1 / 30.0]
            default: [1 / 11.0, 1 / 11.0, 1 / 11.0]
            }
        let gradient =
            [weights[0]] + [Double](repeating: 2 * weights[1], count: 3)
            + [Double](repeating: 3 * weights[2], count: 7)
        expectClose(loss.dLogProbabilities, gradient, within: 1e-12)
    }

    @Test(arguments: [0, 17, 100], Variant.lossTypes)
    func tokensOutsideTheSequencesChangeNothing(padding: Int, variant: Variant) {
        let batch = randomBatch(lengths: [1, 3, 7], seed: 11)
        let expected = variant.objective.evaluate(batch)
        for filler in [Double.nan, 1e30] {
            let tail = [Double](repeating: filler, count: padding)
            let padded = PolicyBatch(
                logProbabilities: batch.logProbabilities + tail,
                oldLogProbabilities: batch.oldLogProbabilities + tail,
                referenceLogProbabilities: (batch.referenceLogProbabilities ?? []) + tail,
                entropies: (batch.entropies ?? []) + tail, sequences: batch.sequences,
                advantages: batch.advantages)
            let found = variant.objective.evaluate(padded)
            #expect(found.loss == expected.loss)
            #expect(found.metrics == expected.metrics)
            #expect(Array(found.dLogProbabilities.prefix(11)) == expected.dLogProbabilities)
            #expect(found.dLogProbabilities.dropFirst(11).allSatisfy { $0 == 0 })
        }
    }

    // Who takes part.

    @Test(arguments: Variant.lossTypes)
    func maskedTruncatedCompletionsEqualTheBatchWithoutThem(variant: Variant) {
        var objective = variant.objective
        objective.maskTruncatedCompletions = true
        let roles = objective.participation(
            hasSignal: [true, true], truncated: [[false, true], [false, true]]
        ).flatMap { $0 }
        var batch = randomBatch(lengths: [4, 9, 2, 5], seed: 3)
        let kept = batch.micro(0..<1).joined(batch.micro(2..<3))
        batch = PolicyBatch(
            logProbabilities: batch.logProbabilities.poisoned(at: [4..<13, 15..<20]),
            oldLogProbabilities: batch.oldLogProbabilities,
            referenceLogProbabilities: batch.referenceLogProbabilities,
            entropies: batch.entropies?.poisoned(at: [4..<13, 15..<20]),
            sequences: batch.sequences, advantages: batch.advantages, participation: roles)
        let found = objective.evaluate(batch)
        let expected = objective.evaluate(kept)
        #expect(found.loss == expected.loss)
        #expect(found.metrics == expected.metrics)
        #expect(
            found.dLogProbabilities[0..<4] + found.dLogProbabilities[13..<15]
                == expected.dLogProbabilities[...])
        #expect(found.dLogProbabilities[4..<13].allSatisfy { $0 == 0 })
    }

    @Test func withoutTheMaskTruncatedCompletionsTakePart() {
        let roles = PolicyObjective().participation(hasSignal: [true], truncated: [[true, false]])
        #expect(roles == [[.full, .full]])
    }

    @Test(arguments: [
        (ZeroVariancePolicy.keep, Participation.full), (.keepWithoutKL, .withoutKL),
        (.drop, .excluded),
    ])
    func groupsWithoutSignalFollowThePolicy(policy: ZeroVariancePolicy, role: Participation) {
        let objective = PolicyObjective(maskTruncatedCompletions: true, zeroVariancePolicy: policy)
        let roles = objective.participation(
            hasSignal: [true, false], truncated: [[false, true], [false, true]])
        #expect(roles == [[.full, .excluded], [role, .excluded]])
    }

    @Test func zeroVarianceGroupsPayKLOnlyWhereTheyAreKept() {
        let objective = PolicyObjective(
            aggregation: .sequenceMean, kl: KLPenalty(estimator: .k3, beta: 0.5))
        let whole = randomBatch(lengths: [2, 3], seed: 8)
        func evaluate(_ second: Participation) -> PolicyLoss {
            objective.evaluate(
                PolicyBatch(
                    logProbabilities: whole.logProbabilities,
                    oldLogProbabilities: whole.oldLogProbabilities,
                    referenceLogProbabilities: whole.referenceLogProbabilities,
                    sequences: whole.sequences, advantages: .perSequence([1, 0]),
                    participation: [.full, second]))
        }
        let kept = evaluate(.full)
        let withoutKL = evaluate(.withoutKL)
        let dropped = evaluate(.excluded)
        #expect(norm(Array(kept.dLogProbabilities[2...])) > 1e-3)
        #expect(withoutKL.dLogProbabilities[2...].allSatisfy { $0 == 0 })
        #expect(withoutKL.dLogProbabilities[..<2] == kept.dLogProbabilities[..<2])
        #expect(withoutKL.metrics.kl == kept.metrics.kl)
        // Without the second completion the first one's share doubles.
        expectClose(
            Array(dropped.dLogProbabilities[..<2]),
            kept.dLogProbabilities[..<2].map { 2 * $0 }, within: 1e-15)
    }

    @Test func aBatchThatLostEverythingHasNoLoss() {
        for aggregation in [Aggregation.tokenMean, .sequenceMean, .constantLength(3)] {
            let loss = aggregate(aggregation, [[1, 2]], participation: [.excluded])
            #expect(loss.loss == 0)
            #expect(loss.dLogProbabilities == [0, 0])
            #expect(loss.metrics.values == ["loss": 0, "policy_loss": 0])
        }
    }

    @Test func normalizersCountWhatTakesPart() {
        let normalizer = Normalizer(
            lengths: [3, 0, 5, 7], participation: [.full, .full, .withoutKL, .excluded])
        #expect(normalizer == Normalizer(tokens: 8, sequences: 2))
    }
}

extension [Double] {
    /// The same values with NaN in these ranges.
    fileprivate func poisoned(at ranges: [Range<Int>]) -> [Double] {
        var values = self
        for range in ranges { for index in range { values[index] = .nan } }
        return values
    }
}

extension PolicyBatch {
    /// Both batches in one, which is then the whole batch.
    fileprivate func joined(_ other: PolicyBatch) -> PolicyBatch {
        guard case .perSequence(let a) = advantages, case .perSequence(let b) = other.advantages
        else { preconditionFailure("advantages per sequence") }
        return PolicyBatch(
            logProbabilities: logProbabilities + other.logProbabilities,
            oldLogProbabilities: oldLogProbabilities + other.oldLogProbabilities,
            referenceLogProbabilities: (referenceLogProbabilities ?? [])
                + (other.referenceLogProbabilities ?? []),
            entropies: (entropies ?? []) + (other.entropies ?? []),
            sequences: ranges((sequences + other.sequences).map(\.count)),
            advantages: .perSequence(a + b))
    }
}
