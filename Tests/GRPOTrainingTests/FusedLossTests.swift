import Foundation
import GRPOModels
import GRPOObjectives
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// FAILURES 33: the loss as it is trained, packed, with shared prompts, in micro-batches, from a head
/// that keeps no logits, is the loss as it is written down: each completion behind its own prompt,
/// the whole row of logits, its softmax. In Double, with every option.
struct FusedLossTests {
    struct Option: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let objective: PolicyObjective

        init(_ name: String, _ change: (inout PolicyObjective) -> Void) {
            testDescription = name
            var objective = PolicyObjective(
                kl: KLPenalty(estimator: .k3, beta: 0.3), entropyCoefficient: 0.1)
            change(&objective)
            self.objective = objective
        }

        static let all: [Option] = {
            let levels: [RatioLevel] = [.token, .sequence]
            let weights: [WeightFunction] = [
                .clip(low: 0.2, high: 0.28), .clip(low: 0.2, high: 0.2, dual: 3),
                .cispo(maximum: 5), .none,
            ]
            let aggregations: [Aggregation] = [.tokenMean, .sequenceMean, .constantLength(16)]
            let estimators: [KLEstimator] = [.k1, .k2, .k3, .k3StraightThrough, .unbiased]
            let policies: [ZeroVariancePolicy] = [.keep, .keepWithoutKL, .drop]
            var all: [Option] = []
            for level in levels {
                for weight in weights {
                    for aggregation in aggregations {
                        all.append(
                            Option("\(level) \(weight) \(aggregation)") {
                                $0.ratioLevel = level
                                $0.weightFunction = weight
                                $0.aggregation = aggregation
                            })
                    }
                }
            }
            all += estimators.map { estimator in
                Option("\(estimator)") { $0.kl = KLPenalty(estimator: estimator, beta: 0.3) }
            }
            all += policies.map { policy in
                Option("\(policy), truncated ones masked") {
                    $0.zeroVariancePolicy = policy
                    $0.maskTruncatedCompletions = true
                }
            }
            all.append(Option("no entropy") { $0.entropyCoefficient = 0 })
            all.append(Option("no KL") { $0.kl = KLPenalty() })
            return all
        }()
    }

    /// log softmax(z / T) of the completions' tokens, and its entropies.
    private func naive(
        _ rollouts: [Rollout], _ decoder: Decoder, temperature: Double
    ) -> (logProbabilities: [Double], entropies: [Double]) {
        var result: (logProbabilities: [Double], entropies: [Double]) = ([], [])
        for rollout in rollouts {
            let tokens = rollout.promptIDs + rollout.tokenIDs.dropLast()
            var packed = PackedTokens()
            packed.addText(tokens + [0])
            let x = decoder.infer(tokens, Pass(decoder.backend, packed.packing))
            let rows = (rollout.promptIDs.count - 1..<tokens.count).map(Int32.init)
            let logits = decoder.head.logits(x, rows: rows, decoder.backend)
            let width = logits.columns
            let values = logits.doubles.map { $0 / temperature }
            for (row, token) in rollout.tokenIDs.enumerated() {
                let z = values[row * width..<(row + 1) * width]
                let logSum = log(z.reduce(0) { $0 + exp($1) })
                result.logProbabilities.append(z[z.startIndex + Int(token)] - logSum)
                result.entropies.append(z.reduce(0) { $0 - exp($1 - logSum) * ($1 - logSum) })
            }
        }
        return result
    }

    @Test("Fused equals naive in Double, with every option", arguments: Option.all)
    func fusedIsNaive(option: Option) {
        let backend = TestBackend.reference.make()
        let rollouts = DrawnRollouts.make()
        let temperature = 0.8
        let fused = DrawnRollouts.gradient(
            rollouts, option.objective, budget: 20, temperature: temperature, on: backend)

        let decoder = DrawnRollouts.policy(on: backend)
        let plain = naive(rollouts, decoder, temperature: temperature)
        var place = 0
        let sequences = rollouts.map { rollout in
            defer { place += rollout.tokenIDs.count }
            return place..<place + rollout.tokenIDs.count
        }
        let loss = option.objective.evaluate(
            PolicyBatch(
                logProbabilities: plain.logProbabilities,
                oldLogProbabilities: rollouts.flatMap(\.logProbabilities),
                referenceLogProbabilities: rollouts.flatMap { $0.referenceLogProbabilities! },
                entropies: plain.entropies, sequences: sequences,
                advantages: .perSequence(rollouts.map(\.advantage)),
                participation: rollouts.map {
                    option.objective.participation(
                        hasSignal: [$0.hasSignal], truncated: [[$0.finishReason == .length]])[0][0]
                }))
        #expect(abs(fused.metrics["loss"]! - loss.loss) < 1e-12 * max(1, abs(loss.loss)))

        // Along drawn directions, with what the objective holds constant held constant.
        func shareOfLoss() -> Double {
            let moved = naive(rollouts, decoder, temperature: temperature)
            return zip(moved.logProbabilities, loss.dLogProbabilities).reduce(0) {
                $0 + $1.0 * $1.1
            }
                + zip(moved.entropies, loss.dEntropies ?? []).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let weights = decoder.store.values.doubles
        let random = RandomStream(seed: 5, name: "test/directions")
        for slot in 0..<4 {
            let drawn = random.normals(count: weights.count, step: 0, slot: slot)
            let length = drawn.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let direction = drawn.map { $0 / length }
            func moved(_ step: Double) -> Double {
                decoder.store.values.fill(from: zip(weights, direction).map { $0 + step * $1 })
                decoder.store.didChange()
                return shareOfLoss()
            }
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5
            let expected = zip(fused.gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(difference - expected) < 1e-8)
            #expect(abs(expected) > 1e-5)
        }
    }
}
