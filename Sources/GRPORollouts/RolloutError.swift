/// Why prompts could not be completed.
package enum RolloutError: Error, CustomStringConvertible, Equatable {
    /// Prompt and completion would not fit the model's positions.
    case tooLong(problem: String, promptTokens: Int, completionTokens: Int, positions: Int)
    /// A prompt without tokens: there is nothing to continue.
    case emptyPrompt(problem: String)
    /// Someone asked for the work to stop.
    case cancelled

    package var description: String {
        switch self {
        case .tooLong(let problem, let prompt, let completion, let positions):
            """
            problem \(problem): a prompt of \(prompt) tokens and a completion of up to \
            \(completion) need \(prompt + completion) positions, the model has \(positions); \
            lower max_completion_length (--max-tokens), or shorten the prompt
            """
        case .emptyPrompt(let problem):
            "problem \(problem): the prompt has no tokens; give it text or a BOS token"
        case .cancelled:
            "sampling was cancelled"
        }
    }
}
