import Foundation
import GRPOObjectives
import Testing

/// SplitMix64: the same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

func expectClose(
    _ found: [Double], _ expected: [Double], within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    for (index, (a, b)) in zip(found, expected).enumerated() where !(abs(a - b) <= tolerance) {
        Issue.record(
            "[\(index)]: found \(a), expected \(b) within \(tolerance)",
            sourceLocation: sourceLocation)
    }
}

func expectClose(
    _ found: Double, _ expected: Double, within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expectClose([found], [expected], within: tolerance, sourceLocation: sourceLocation)
}

/// Consecutive ranges of these lengths.
func ranges(_ lengths: [Int]) -> [Range<Int>] {
    var start = 0
    return lengths.map { length in
        defer { start += length }
        return start..<start + length
    }
}

/// A batch of random completions whose policy has moved away from the sampler and the reference.
func randomBatch(lengths: [Int], seed: UInt64, spread: Double = 0.4) -> PolicyBatch {
    var random = SplitMix(state: seed)
    let tokens = lengths.reduce(0, +)
    func values(_ range: ClosedRange<Double>) -> [Double] {
        (0..<tokens).map { _ in Double.random(in: range, using: &random) }
    }
    let policy = values(-3 ... -0.1)
    return PolicyBatch(
        logProbabilities: policy,
        oldLogProbabilities: zip(policy, values(-spread...spread)).map(+),
        referenceLogProbabilities: zip(policy, values(-0.8...0.8)).map(+),
        entropies: values(0...2), sequences: ranges(lengths),
        advantages: .perSequence(
            lengths.map { _ in Double.random(in: -2...2, using: &random) }))
}

/// Where the gradient of a loss is zero, nothing is proved by comparing it.
func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
}

extension PolicyBatch {
    /// The completions of `indices` as a micro-batch of the same step.
    func micro(_ indices: Range<Int>) -> PolicyBatch {
        let tokens = indices.flatMap { Array(sequences[$0]) }
        func pick(_ values: [Double]) -> [Double] { tokens.map { values[$0] } }
        let advantages: Advantages =
            switch advantages {
            case .perSequence(let values): .perSequence(Array(values[indices]))
            case .perToken(let values): .perToken(pick(values))
            }
        return PolicyBatch(
            logProbabilities: pick(logProbabilities),
            oldLogProbabilities: pick(oldLogProbabilities),
            referenceLogProbabilities: referenceLogProbabilities.map(pick),
            entropies: entropies.map(pick), sequences: ranges(indices.map { sequences[$0].count }),
            advantages: advantages, participation: Array(participation[indices]),
            normalizer: normalizer)
    }
}

/// A preset of switches with a readable name, for parameterised tests.
struct Variant: Sendable, CustomTestStringConvertible {
    var name: String
    var objective: PolicyObjective
    var testDescription: String { name }

    static let lossTypes: [Variant] = [
        Variant(name: "grpo", objective: PolicyObjective(aggregation: .sequenceMean)),
        Variant(name: "dr_grpo", objective: PolicyObjective(aggregation: .constantLength(16))),
        Variant(name: "dapo", objective: PolicyObjective(aggregation: .tokenMean)),
        Variant(
            name: "cispo",
            objective: PolicyObjective(weightFunction: .cispo(maximum: 1.2))),
        Variant(
            name: "gspo",
            objective: PolicyObjective(
                ratioLevel: .sequence, weightFunction: .clip(low: 0.01, high: 0.02),
                aggregation: .sequenceMean)),
        Variant(
            name: "everything",
            objective: PolicyObjective(
                weightFunction: .clip(low: 0.1, high: 0.2, dual: 1.3), aggregation: .sequenceMean,
                kl: KLPenalty(estimator: .unbiased, beta: 0.3), entropyCoefficient: 0.05)),
    ]
}
