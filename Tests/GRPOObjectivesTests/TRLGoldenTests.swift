import Foundation
import GRPOObjectives
import Testing

/// Loss, gradient and metrics of the `_compute_loss` of TRL 1.16's GRPOTrainer in float64, on one
/// small batch of 1, 3 and 7 tokens.
struct TRLGoldenTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        var name: String
        var objective: PolicyObjective
        var loss: Double
        var gradient: [Double]
        var metrics: [String: Double]
        var testDescription: String { name }
    }

    static let batch: PolicyBatch = {
        let tokens = 0..<11
        let policy = tokens.map { -0.5 - 0.1 * Double(7 * $0 % 5) }
        return PolicyBatch(
            logProbabilities: policy,
            oldLogProbabilities: tokens.map { policy[$0] + 0.05 * Double(3 * $0 % 7 - 3) },
            referenceLogProbabilities: tokens.map { policy[$0] + 0.07 * Double(5 * $0 % 9 - 4) },
            entropies: tokens.map { 0.3 + 0.05 * Double(2 * $0 % 5) },
            sequences: ranges([1, 3, 7]), advantages: .perSequence([1, -0.5, 0.25]))
    }()

    static let clip = WeightFunction.clip(low: 0.1, high: 0.12)
    static let clipped = [
        "entropy": 0.390909090909091, "clip_ratio/low_mean": 1 / 11.0,
        "clip_ratio/high_mean": 2 / 11.0, "clip_ratio/region_mean": 3 / 11.0,
        "clip_ratio/low_min": 0, "clip_ratio/high_max": 1,
    ]

    static let goldens: [Golden] = [
        Golden(
            name: "grpo",
            objective: PolicyObjective(
                weightFunction: clip, aggregation: .sequenceMean),
            loss: -0.29262640932926937,
            gradient: [
                0, 0.0555555555555556, 0, 0.058403949798668, -0.0107718740242376,
                -0.0131567966437577, -0.0113241598154847, 0, -0.0119047619047619,
                -0.0102465235288697, -0.0125151320997146,
            ], metrics: clipped),
        Golden(
            name: "grpo with beta",
            objective: PolicyObjective(
                weightFunction: clip, aggregation: .sequenceMean, kl: KLPenalty(beta: 0.04)),
            loss: -0.29177842348541655,
            gradient: [
                0.00325621678059033, 0.0552332969722035, 0.000841847795688057, 0.0577360662481914,
                -0.0105230325678544, -0.013601897710342, -0.0111953861391151,
                -0.000615485356833213, -0.0119047619047619, -0.00978134970307112,
                -0.0126532429211512,
            ], metrics: clipped.merging(["kl": 0.016909256167839348]) { $1 }),
        Golden(
            name: "dapo with delta, unbiased KL and entropy",
            objective: PolicyObjective(
                weightFunction: .clip(low: 0.1, high: 0.12, dual: 1.13),
                kl: KLPenalty(estimator: .unbiased, beta: 0.04), entropyCoefficient: 0.01),
            loss: -0.12981329852538578,
            gradient: [
                0.00118295850168698, 0.0452, 0.000657267909270045, 0.0472498572771188,
                -0.0201038422698171, -0.0259614695664316, -0.0213767194305979,
                -0.00118295850168698, -0.0227272727272727, -0.0186851877063913,
                -0.0241601211967144,
            ],
            metrics: clipped.merging(
                ["kl": 0.017550855422943944, "policy_loss": -0.12590420761629487]) { $1 }),
        Golden(
            name: "dr_grpo",
            objective: PolicyObjective(
                weightFunction: clip, aggregation: .constantLength(10)),
            loss: -0.04642228867217797,
            gradient: [
                0, 0.0166666666666667, 0, 0.0175211849396004, -0.00754031181696633,
                -0.0092097576506304, -0.00792691187083928, 0, -0.00833333333333333,
                -0.00717256647020881, -0.0087605924698002,
            ], metrics: clipped),
        Golden(
            name: "cispo", objective: PolicyObjective(weightFunction: .cispo(maximum: 1.1)),
            loss: 0.06211665426570439,
            gradient: [
                -0.1, 0.0454545454545455, 0.0391230898375026, 0.0477850498352738,
                -0.0205644867735445, -0.025, -0.0216188505568344, -0.025, -0.0227272727272727,
                -0.0195615449187513, -0.0238925249176369,
            ], metrics: ["cispo_clip_ratio": 3 / 11.0, "entropy": 0.390909090909091]),
        Golden(
            name: "sequence level",
            objective: PolicyObjective(
                ratioLevel: .sequence, weightFunction: .clip(low: 0.01, high: 0.01),
                aggregation: .sequenceMean, kl: KLPenalty(beta: 0.04)),
            loss: -0.25415201415614713,
            gradient: [
                0.00325621678059033, -0.000322258583352074, 0.000841847795688057,
                -0.000667883550476566, -0.0116559204483787, -0.0123498629713462,
                -0.0117759882283923, -0.0125202472615951, -0.0119047619047619,
                -0.0114395880789633, -0.0120428727261985,
            ],
            metrics: [
                "kl": 0.016909256167839348, "clip_ratio/low_mean": 1 / 3.0,
                "clip_ratio/high_mean": 1 / 3.0, "clip_ratio/region_mean": 2 / 3.0,
                "clip_ratio/low_min": 0, "clip_ratio/high_max": 1,
            ]),
    ]

    @Test(arguments: goldens)
    func lossGradientAndMetrics(golden: Golden) {
        let found = golden.objective.evaluate(Self.batch)
        expectClose(found.loss, golden.loss, within: 1e-14)
        expectClose(found.dLogProbabilities, golden.gradient, within: 1e-14)
        for (key, value) in golden.metrics {
            expectClose(found.metrics.values[key] ?? .nan, value, within: 1e-14)
        }
    }
}
