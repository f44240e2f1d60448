import GRPOModels
package import GRPORollouts
package import GRPOTasks

/// A trained reward model, its prompts and completions written as in its training.
///
/// Unchecked: a stage awaits its rewards one after another and computes nothing meanwhile, so
/// decoder and backend are never in use on two threads at once.
package final class RewardModelScorer: CompletionScorer, @unchecked Sendable {
    private let model: Policy
    private let prompt: PromptStyle
    private let judges: JudgedText

    /// - Parameters:
    ///   - model: a decoder with a score head.
    ///   - prompt: that of the recipe.
    ///   - judges: that of the stage which trained the model.
    package init(_ model: Policy, prompt: PromptStyle, judges: JudgedText) {
        precondition(
            model.decoder.configuration.scoreHead, "a reward model without a score head")
        self.model = model
        self.prompt = prompt
        self.judges = judges
    }

    /// The scores at the ending token behind what is judged. Nil also where that does not fit into
    /// the model's positions.
    package func scores(_ completions: [Completion], of problem: Problem) throws -> [Double?] {
        var scores = [Double?](repeating: nil, count: completions.count)
        var packed = PackedSequences()
        var prefix: Int?
        var pending: [Int] = []
        func score() {
            guard !pending.isEmpty else { return }
            for (index, value) in zip(pending, model.decoder.scores(packed)) {
                scores[index] = value
            }
            packed = PackedSequences()
            prefix = nil
            pending = []
        }
        // The prompt that the model was trained behind ends in it already.
        let opening = try prompt.opening(of: problem, with: model.tokenizer)
        for (index, completion) in completions.enumerated() {
            guard var text = judges.text(of: completion.text) else { continue }
            if judges == .completion, text.hasPrefix(opening) {
                text.removeFirst(opening.count)
            }
            let tokens = try CompletionTokens(
                text, prompt: problem.prompt, messages: problem.messages, prompt,
                model.tokenizer)
            let count = tokens.prompt.count + tokens.completion.count
            guard count <= model.decoder.configuration.maxPositions else { continue }
            if packed.tokens.count + count > Self.rows { score() }
            let shared = prefix ?? packed.addPrompt(tokens.prompt)
            prefix = shared
            packed.addSequence(tokens.completion, of: shared)
            pending.append(index)
        }
        score()
        return scores
    }

    /// The rows of a forward that keeps nothing.
    private static let rows = 4096
}
