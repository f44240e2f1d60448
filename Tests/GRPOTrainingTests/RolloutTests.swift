import Foundation
import GRPOTasks
import GRPOTraining
import Testing

@Suite("Saved rollouts")
struct RolloutTests {
    @Test("keys are those of the command's JSON, and the numbers come back exactly")
    func keys() throws {
        let rollout = Rollout(
            group: 1, sample: 2, problem: Problem(id: "a", prompt: "1+1=?", answer: "2"),
            promptIDs: [1, 2], tokenIDs: [3], text: "2", finishReason: .stop,
            logProbabilities: [-0.1], referenceLogProbabilities: [-1.0 / 3],
            rewards: ["accuracy": 1, "format": nil], reward: 1, advantage: 0.5, hasSignal: true)
        let data = try JSONEncoder().encode(rollout)
        let object = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in [
            "prompt_ids", "token_ids", "log_probs", "reference_log_probs", "finish_reason",
            "has_signal",
        ] {
            #expect(object[key] != nil, "\(key) in \(object.keys.sorted())")
        }
        #expect(try JSONDecoder().decode(Rollout.self, from: data) == rollout)
    }
}
