import Foundation
import GRPOObjectives
import Testing

/// Loss, gradient and metrics of the `_compute_loss` of TRL 1.16's DPOTrainer in float64, on three
/// pairs of 1, 3, 7 and 2, 5, 4 tokens; `sigmoid` with label smoothing, which TRL leaves out, by
/// the formula in PyTorch.
struct PreferenceObjectiveTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        var objective: PreferenceObjective
        var loss: Double
        /// Of every token of each completion, first the chosen ones.
        var gradient: [Double]

        var testDescription: String {
            "\(objective.lossType), beta \(objective.beta), \(objective.labelSmoothing)"
        }
    }

    static let batch: PreferenceBatch = {
        let policy: [Double] = (0..<22).map { -0.5 - 0.1 * Double(7 * $0 % 5) }
        let reference: [Double] = (0..<22).map { token in
            let shift = 0.07 * Double(5 * token % 9 - 4)
            return policy[token] + shift + (token % 4 == 1 ? 0.3 : 0)
        }
        let completions = ranges([1, 3, 7, 2, 5, 4])
        return PreferenceBatch(
            logProbabilities: policy, referenceLogProbabilities: reference,
            chosen: Array(completions[..<3]), rejected: Array(completions[3...]))
    }()

    static let goldens: [Golden] = [
        Golden(
            objective: PreferenceObjective(), loss: 0.691148379598083,
            gradient: [
                -0.01649167309763306, -0.016183468782212957, -0.01720814270206908,
                0.01649167309763306, 0.016183468782212957, 0.01720814270206908,
            ]),
        Golden(
            objective: PreferenceObjective(beta: 2.5), loss: 0.826726451576138,
            gradient: [
                -0.30973650975386136, -0.15833463834609426, -0.6962362809195309,
                0.30973650975386136, 0.15833463834609426, 0.6962362809195309,
            ]),
        Golden(
            objective: PreferenceObjective(beta: 0.5, labelSmoothing: 0.1),
            loss: 0.6921467750537662,
            gradient: [
                -0.06229568177132187, -0.054667311178080234, -0.08009038413677659,
                0.06229568177132187, 0.054667311178080234, 0.08009038413677659,
            ]),
        Golden(
            objective: PreferenceObjective(lossType: .robust, beta: 0.5, labelSmoothing: 0.1),
            loss: 0.6868967750537665,
            gradient: [
                -0.09979568177132186, -0.09216731117808025, -0.11759038413677662,
                0.09979568177132186, 0.09216731117808025, 0.11759038413677662,
            ]),
        Golden(
            objective: PreferenceObjective(lossType: .hinge, beta: 2.5), loss: 1.0333333333333339,
            gradient: [-2.5 / 3, 0, -2.5 / 3, 2.5 / 3, 0, 2.5 / 3]),
        Golden(
            objective: PreferenceObjective(lossType: .ipo, beta: 0.2), loss: 5.890867170068027,
            gradient: [
                -1.5033333333333332, -0.5386666666666666, -0.246734693877551, 0.7516666666666666,
                0.3232, 0.4317857142857143,
            ]),
    ]

    @Test(arguments: goldens)
    func lossAndGradientAreTRLs(golden: Golden) {
        let found = golden.objective.evaluate(Self.batch)
        expectClose(found.loss, golden.loss, within: 1e-14)
        for (range, expected) in zip(Self.batch.chosen + Self.batch.rejected, golden.gradient) {
            expectClose(
                Array(found.dLogProbabilities[range]),
                Array(repeating: expected, count: range.count), within: 1e-14)
        }
    }

    @Test func metricsAreTRLs() {
        let found = PreferenceObjective(beta: 2.5).evaluate(Self.batch).metrics
        let values = Dictionary(uniqueKeysWithValues: found.values.map { ($0.name, $0.value) })
        #expect(found.pairs == 3 && found.correct == 2)
        for (name, expected) in [
            "loss": 0.826726451576138, "rewards/chosen": -0.575, "rewards/rejected": -2.075 / 3,
            "rewards/accuracies": 2 / 3.0, "rewards/margins": 0.35 / 3, "logps/chosen": -2.5,
            "logps/rejected": -7.7 / 3,
        ] {
            expectClose(values[name] ?? .nan, expected, within: 1e-14)
        }
    }

    /// A policy that is its reference prefers nothing: every reward is 0, every z 0.
    @Test(arguments: PreferenceLossType.allCases)
    func thePolicyItselfHasNoMargin(lossType: PreferenceLossType) {
        var batch = Self.batch
        batch.referenceLogProbabilities = batch.logProbabilities
        let found = PreferenceObjective(lossType: lossType).evaluate(batch)
        #expect(found.metrics.chosenRewards == 0 && found.metrics.rejectedRewards == 0)
        #expect(found.metrics.correct == 0)
        let expected: [PreferenceLossType: Double] = [
            .sigmoid: log(2), .robust: log(2), .hinge: 1, .ipo: 25,
        ]
        expectClose(found.loss, expected[lossType]!, within: 1e-14)
        // Upwards for the preferred completions, downwards for the others.
        #expect(batch.chosen.joined().allSatisfy { found.dLogProbabilities[$0] < 0 })
        #expect(batch.rejected.joined().allSatisfy { found.dLogProbabilities[$0] > 0 })
    }

    @Test(arguments: goldens)
    func centralDifferences(golden: Golden) {
        let gradient = golden.objective.evaluate(Self.batch).dLogProbabilities
        #expect(norm(gradient) > 1e-3)
        var differences: [Double] = []
        for t in gradient.indices {
            func shifted(_ step: Double) -> Double {
                var batch = Self.batch
                batch.logProbabilities[t] += step
                return golden.objective.evaluate(batch).loss
            }
            differences.append((shifted(1e-5) - shifted(-1e-5)) / 2e-5)
        }
        let error = norm(zip(gradient, differences).map { $0 - $1 }) / norm(gradient)
        #expect(error < 1e-8)
    }

    /// FAILURES 1: the shares of micro-batches of whole pairs are the step's loss and gradient.
    @Test(arguments: goldens)
    func microBatchesChangeNothing(golden: Golden) {
        let whole = golden.objective.evaluate(Self.batch)
        for cut in 1..<3 {
            var metrics = PreferenceMetrics()
            var gradient = [Double](repeating: 0, count: 22)
            for part in [0..<cut, cut..<3] {
                var batch = Self.batch
                batch.chosen = Array(batch.chosen[part])
                batch.rejected = Array(batch.rejected[part])
                let share = golden.objective.evaluate(batch)
                metrics += share.metrics
                for t in gradient.indices { gradient[t] += share.dLogProbabilities[t] }
            }
            expectClose(gradient, whole.dLogProbabilities, within: 1e-15)
            for (a, b) in zip(metrics.values, whole.metrics.values) {
                expectClose(a.value, b.value, within: 1e-14)
            }
        }
    }

    /// Neither overflow nor NaN where a policy is far off.
    @Test func extremesStayFinite() {
        for size in [-1e6, -800, 800, 1e6] {
            let found = PreferenceObjective(beta: 1, labelSmoothing: 0.1).evaluate(
                PreferenceBatch(
                    logProbabilities: [size, 0], referenceLogProbabilities: [0, 0],
                    chosen: [0..<1], rejected: [1..<2]))
            #expect(found.loss.isFinite && found.dLogProbabilities.allSatisfy(\.isFinite))
            expectClose(found.loss, size > 0 ? 0.1 * size : -0.9 * size, within: 1e-9)
        }
    }
}
