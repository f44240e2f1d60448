import Foundation
import GRPOObjectives
import Testing

struct LabelObjectiveTests {
    private let scores = [0.3, -1.2, 2, 0, -0.4]
    private let labels = [true, true, false, false, false]

    private func loss(_ scores: [Double]) -> Double {
        LabelObjective().evaluate(scores: scores, labels: labels).loss
    }

    /// - log of the probability that the model gives to each label, in the open.
    @Test func theLossIsTheMeanCrossEntropy() {
        let probabilities = scores.map { 1 / (1 + exp(-$0)) }
        let entropies = zip(probabilities, labels).map { -log($1 ? $0 : 1 - $0) }
        expectClose(loss(scores), entropies.reduce(0, +) / 5, within: 1e-14)
        let found = LabelObjective().evaluate(scores: scores, labels: labels)
        expectClose(
            found.dScores, zip(probabilities, labels).map { ($0 - ($1 ? 1 : 0)) / 5 },
            within: 1e-15)
        expectClose(scores.map(LabelObjective.probability), probabilities, within: 1e-15)
    }

    @Test func centralDifferences() {
        let found = LabelObjective().evaluate(scores: scores, labels: labels)
        for index in scores.indices {
            func shifted(_ step: Double) -> Double {
                var scores = scores
                scores[index] += step
                return loss(scores)
            }
            expectClose(
                (shifted(1e-5) - shifted(-1e-5)) / 2e-5, found.dScores[index], within: 1e-9)
        }
    }

    /// FAILURES 1: the shares of micro-batches are the step's loss and gradient.
    @Test func microBatchesChangeNothing() {
        let objective = LabelObjective()
        let whole = objective.evaluate(scores: scores, labels: labels)
        for cut in 1..<5 {
            let parts = [0..<cut, cut..<5].map { part in
                objective.evaluate(
                    scores: Array(scores[part]), labels: Array(labels[part]), of: 5)
            }
            expectClose(parts.flatMap(\.dScores), whole.dScores, within: 1e-15)
            var metrics = LabelMetrics()
            for part in parts { metrics += part.metrics }
            for (a, b) in zip(metrics.values, whole.metrics.values) {
                #expect(a.name == b.name)
                expectClose(a.value, b.value, within: 1e-14)
            }
        }
    }

    /// A score of 0 is on neither side.
    @Test func metricsCountSides() {
        let found = LabelObjective().evaluate(scores: scores, labels: labels).metrics
        let values = Dictionary(uniqueKeysWithValues: found.values.map { ($0.name, $0.value) })
        #expect(values["accuracy"] == 0.4)
        #expect(values["min_reward"] == -1.2 && values["max_reward"] == 2)
        expectClose(values["mean_reward"] ?? .nan, 0.14, within: 1e-15)
    }

    @Test func extremesStayFinite() {
        for score in [-1e6, 1e6] {
            let found = LabelObjective().evaluate(scores: [score], labels: [true])
            expectClose(found.loss, score > 0 ? 0 : 1e6, within: 1e-9)
            expectClose(found.dScores, score > 0 ? [0] : [-1], within: 1e-15)
            #expect(LabelObjective.probability(of: score) == (score > 0 ? 1 : 0))
        }
    }
}
