import GRPOModels
import GRPOObjectives
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining

/// Rollouts whose numbers are drawn, not sampled: the policy has moved since.
enum DrawnRollouts {
    /// Groups of three, prompts and completions of uneven lengths.
    static func make(groups: Int = 4, seed: UInt64 = 1) -> [Rollout] {
        var generator = RandomStream(seed: seed, name: "rollouts").generator(step: 0, slot: 0)
        func uniform(_ low: Double, _ high: Double) -> Double {
            low + (high - low) * generator.uniform()
        }
        return (0..<groups).flatMap { group in
            let prompt = TinyDecoder.tokens(1 + group * 3 % 5, seed: UInt64(100 + group))
            return (0..<3).map { sample in
                let length = 1 + Int(generator.uniform() * 9)
                return Rollout(
                    group: group, sample: sample,
                    problem: Problem(id: "\(group)", prompt: "", answer: ""), promptIDs: prompt,
                    tokenIDs: TinyDecoder.tokens(length, seed: UInt64(group * 3 + sample)),
                    text: "", finishReason: sample == 2 ? .length : .stop,
                    logProbabilities: (0..<length).map { _ in uniform(-4, -1) },
                    referenceLogProbabilities: (0..<length).map { _ in uniform(-4, -1) },
                    reward: 0, advantage: uniform(-2, 2), hasSignal: group != 1)
            }
        }
    }

    static func policy(on backend: any Backend) -> Decoder {
        let decoder = TinyDecoder.make(TinyDecoder.configuration(), on: backend)
        decoder.store.enableGradients(backend)
        return decoder
    }

    /// The gradient and the metrics of one update.
    static func gradient(
        _ rollouts: [Rollout], _ objective: PolicyObjective, budget: Int,
        temperature: Double = 0.8, checkpointing: Bool = false, on backend: any Backend
    ) -> (gradient: [Double], metrics: [String: Double]) {
        let decoder = policy(on: backend)
        let metrics = PolicyUpdate(
            objective: objective, temperature: temperature,
            microBatch: MicroBatchBudget(rows: budget),
            gradientCheckpointing: checkpointing
        ).accumulate(rollouts, into: decoder)
        return (decoder.store.gradients!.doubles, metrics.values)
    }
}
