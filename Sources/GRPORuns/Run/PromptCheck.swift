import GRPOModels
package import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTraining

/// Finds the prompts that cannot be sampled before the first stage begins, not after hours of it:
/// those with text that the tokenizer does not know, without any token, or too long for the model
/// together with a completion. A prompt is never cut to fit.
///
/// Looked at are all problems of the evaluation and a seeded sample of every grpo stage's.
package struct PromptCheck {
    /// Problems of each stage that are looked at.
    package static let sampleSize = 1024

    private let recipe: Recipe

    package init(_ recipe: Recipe) {
        self.recipe = recipe
    }

    /// - Throws: `RunError`, an input error that names stage and problem.
    package func run(_ policy: Policy) throws(RunError) {
        for stage in recipe.stages {
            guard case .grpo(let grpo) = stage else { continue }
            let seed = UInt64(stage.placement.seed ?? recipe.seed)
            let stream = RandomStream(seed: seed, name: "\(stage.name)/prompt_check")
            let task = recipe.task.source
            let length = grpo.settings.maxCompletionLength
            for index in 0..<Self.sampleSize {
                var generator: any RandomNumberGenerator = stream.generator(step: 1, slot: index)
                let problem = task.problem(index, split: .train, using: &generator)
                try check(problem, policy, length, "stage \(stage.name)", "max_completion_length")
            }
        }
        let task = (recipe.evaluation.task ?? recipe.task).source
        for problem in task.testProblems(limit: recipe.evaluation.settings.problems, seed: 0) {
            try check(
                problem, policy, recipe.evaluationLength, "evaluation",
                "evaluation.max_completion_length")
        }
    }

    private func check(
        _ problem: Problem, _ policy: Policy, _ completionTokens: Int, _ place: String,
        _ lengthKey: String
    ) throws(RunError) {
        func failure(_ message: String, _ remedy: String) -> RunError {
            RunError(.input, path: "\(place), problem \(problem.id)", message, remedy: remedy)
        }
        let count: Int
        do {
            count = try recipe.prompt.encode(problem, with: policy.tokenizer).count
        } catch {
            throw failure(
                "the prompt cannot be encoded: \(error)",
                "change the task's question or prompt:, or use a model that knows its text")
        }
        let positions = policy.decoder.configuration.maxPositions
        if count == 0 {
            throw failure(
                "the prompt has no tokens, expected at least 1", "give the task a question")
        }
        guard count + completionTokens > positions else { return }
        var remedy = "lower \(lengthKey), or shorten the question"
        if case .shape = recipe.model { remedy += ", or raise model.max_positions" }
        throw failure(
            "a prompt of \(count) tokens and a completion of up to \(completionTokens) need "
                + "\(count + completionTokens) positions, the model has \(positions)", remedy)
    }
}
