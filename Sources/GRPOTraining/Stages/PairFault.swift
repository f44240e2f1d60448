/// What keeps preference pairs from teaching anything.
package struct PairFault: Sendable, Equatable, CustomStringConvertible {
    package enum Problem: Sendable, Equatable {
        /// There is no training pair.
        case none
        /// Neither the pairs nor the settings say when to end.
        case endless
        /// Pairs whose completions are the same, as far as they are read.
        case withoutDifference(count: Int, of: Int, prompt: String, judges: JudgedText)
        /// A single completion with a label, where two are compared.
        case single(prompt: String)
        case tooLong(completion: String, prompt: String, tokens: Int, limit: Int)
        /// A prompt, or a completion with its ending, of no tokens.
        case withoutTokens(completion: String, prompt: String)
    }

    /// The name of the source.
    package let source: String
    package let problem: Problem

    package var description: String {
        switch problem {
        case .none:
            "pairs \(source): there is no training pair, at least one is needed; add pairs, or "
                + "hold out fewer"
        case .endless:
            "pairs \(source) have no end, so num_train_epochs says nothing; set max_steps"
        case .withoutDifference(let count, let total, let prompt, let judges):
            "pairs \(source): \(count) of \(total) have the same chosen and rejected "
                + (judges == .answer
                    ? "answer, so that nothing can be learned from them" : "completion")
                + " (the first: '\(Self.short(prompt))'); remove them"
                + (judges == .answer
                    ? ", or set judges: completion where the texts before the answer differ" : "")
        case .single(let prompt):
            "pairs \(source): '\(Self.short(prompt))' has a single completion with a label, and two "
                + "are to be compared; train a reward_model with loss: pointwise on it"
        case .tooLong(let completion, let prompt, let tokens, let limit):
            "pairs \(source): the prompt '\(Self.short(prompt))' with its \(completion) completion "
                + "has \(tokens) tokens, at most \(limit) fit; raise max_length (and the model's "
                + "max_positions, where these are fewer), or remove the pair"
        case .withoutTokens(let completion, let prompt):
            "pairs \(source): the prompt '\(Self.short(prompt))' or its \(completion) completion "
                + "has no tokens; remove the pair"
        }
    }

    private static func short(_ text: String) -> String {
        text.count <= 60 ? text : text.prefix(57) + "..."
    }
}
