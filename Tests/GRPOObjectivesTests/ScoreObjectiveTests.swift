import Foundation
import GRPOObjectives
import Testing

/// Loss, gradients and metrics of the `compute_loss` of TRL 1.16's RewardTrainer in float64, on
/// four pairs of which one is a draw.
struct ScoreObjectiveTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        var centering: Double
        var margins: [Double]?
        var loss: Double
        var dChosen: [Double]
        var dRejected: [Double]

        var testDescription: String { "centering \(centering), margins \(margins ?? [])" }
    }

    static let chosen = [0.3, -1.2, 2, 0.5]
    static let rejected = [-0.4, 0.7, 1.9, 0.5]
    static let margins = [0, 0.5, 1, 0.25]

    static let goldens: [Golden] = [
        Golden(
            centering: 0, margins: nil, loss: 0.9450291619504836,
            dChosen: [-0.08295305695795849, -0.21747288140925053, -0.118755203130265, -0.125],
            dRejected: [0.08295305695795849, 0.21747288140925053, 0.118755203130265, 0.125]),
        Golden(
            centering: 0, margins: margins, loss: 1.2392788739125848,
            dChosen: [
                -0.08295305695795849, -0.22920682587651942, -0.17773737565625097,
                -0.14054412522144955,
            ],
            dRejected: [
                0.08295305695795849, 0.22920682587651942, 0.17773737565625097,
                0.14054412522144955,
            ]),
        Golden(
            centering: 0.01, margins: nil, loss: 0.9862041619504835,
            dChosen: [-0.08345305695795849, -0.21997288140925053, -0.099255203130265, -0.12],
            dRejected: [0.08245305695795849, 0.21497288140925053, 0.138255203130265, 0.13]),
        Golden(
            centering: 0.01, margins: margins, loss: 1.2804538739125848,
            dChosen: [
                -0.08345305695795849, -0.23170682587651942, -0.15823737565625098,
                -0.13554412522144954,
            ],
            dRejected: [
                0.08245305695795849, 0.2267068258765194, 0.19723737565625096, 0.14554412522144955,
            ]),
    ]

    private func evaluate(
        _ golden: Golden, _ chosen: [Double] = chosen, _ rejected: [Double] = rejected
    ) -> ScoreLoss {
        ScoreObjective(centerRewardsCoefficient: golden.centering).evaluate(
            chosen: chosen, rejected: rejected, margins: golden.margins)
    }

    @Test(arguments: goldens)
    func lossAndGradientsAreTRLs(golden: Golden) {
        let found = evaluate(golden)
        expectClose(found.loss, golden.loss, within: 1e-14)
        expectClose(found.dChosen, golden.dChosen, within: 1e-14)
        expectClose(found.dRejected, golden.dRejected, within: 1e-14)
        let values = Dictionary(
            uniqueKeysWithValues: found.metrics.values.map { ($0.name, $0.value) })
        for (name, expected) in [
            "loss": golden.loss, "accuracy": 0.5, "margin": -0.275, "min_reward": -1.2,
            "mean_reward": 0.5375, "max_reward": 2,
        ] {
            expectClose(values[name] ?? .nan, expected, within: 1e-14)
        }
    }

    @Test(arguments: goldens)
    func centralDifferences(golden: Golden) {
        let found = evaluate(golden)
        for pair in 0..<4 {
            func slope(_ shifted: (Double) -> Double) -> Double {
                (shifted(1e-5) - shifted(-1e-5)) / 2e-5
            }
            let dChosen = slope { step in
                var chosen = Self.chosen
                chosen[pair] += step
                return evaluate(golden, chosen).loss
            }
            let dRejected = slope { step in
                var rejected = Self.rejected
                rejected[pair] += step
                return evaluate(golden, Self.chosen, rejected).loss
            }
            expectClose(
                [dChosen, dRejected], [found.dChosen[pair], found.dRejected[pair]], within: 1e-9)
        }
    }

    /// FAILURES 1: the shares of micro-batches of whole pairs are the step's loss and gradient.
    @Test func microBatchesChangeNothing() {
        let objective = ScoreObjective(centerRewardsCoefficient: 0.01)
        let whole = objective.evaluate(chosen: Self.chosen, rejected: Self.rejected)
        for cut in 1..<4 {
            let parts = [0..<cut, cut..<4].map { part in
                objective.evaluate(
                    chosen: Array(Self.chosen[part]), rejected: Array(Self.rejected[part]), of: 4)
            }
            expectClose(parts.flatMap(\.dChosen), whole.dChosen, within: 1e-15)
            expectClose(parts.flatMap(\.dRejected), whole.dRejected, within: 1e-15)
            var metrics = ScoreMetrics()
            for part in parts { metrics += part.metrics }
            for (a, b) in zip(metrics.values, whole.metrics.values) {
                expectClose(a.value, b.value, within: 1e-14)
            }
        }
    }

    @Test func extremesStayFinite() {
        for score in [-1e6, 1e6] {
            let found = ScoreObjective().evaluate(chosen: [score], rejected: [0])
            expectClose(found.loss, score > 0 ? 0 : 1e6, within: 1e-9)
            expectClose(found.dChosen, score > 0 ? [0] : [-1], within: 1e-15)
        }
    }
}
