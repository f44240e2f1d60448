/// How the losses of tokens become one number.
///
///     token_mean        sum of all token losses / tokens of the batch           (DAPO; TRL's default)
///     sequence_mean     mean over completions of the mean over their tokens     (DeepSeekMath)
///     constant_length   sum of all token losses / (completions * L)             (Dr. GRPO)
///
/// "The batch" is that of the whole optimizer step: the counts come from a ``Normalizer``, never
/// from the micro-batch, so micro-batches change memory and nothing else.
public enum Aggregation: Sendable, Equatable {
    /// Every token weighs the same, so a long completion weighs more.
    case tokenMean
    /// Every completion weighs the same.
    case sequenceMean
    /// Every token weighs the same, by a constant: the length of a batch's completions does not
    /// change the weight of a token. `L` is the setting max_completion_length, not a padded width.
    case constantLength(Int)

    /// The weight of each token of a completion of `length` tokens; the loss of a batch is the
    /// weighted sum.
    public func tokenWeight(length: Int, normalizer: Normalizer) -> Double {
        switch self {
        case .tokenMean: 1 / Double(normalizer.tokens)
        case .sequenceMean: 1 / (Double(normalizer.sequences) * Double(length))
        case .constantLength(let constant): 1 / (Double(normalizer.sequences) * Double(constant))
        }
    }
}

/// What one optimizer step's batch counts, over all its micro-batches.
///
/// Excluded completions and those without tokens are counted nowhere.
public struct Normalizer: Sendable, Equatable {
    /// Tokens that take part.
    public var tokens: Int
    /// Completions that take part.
    public var sequences: Int

    /// Counts that are known already.
    public init(tokens: Int, sequences: Int) {
        precondition(
            tokens >= sequences && sequences >= 0,
            "each sequence has a token: found \(tokens) tokens in \(sequences) sequences")
        self.tokens = tokens
        self.sequences = sequences
    }

    /// Counts the completions of a step.
    ///
    /// - Parameters:
    ///   - lengths: tokens of each completion.
    ///   - participation: one per completion; `nil` means that all take part.
    public init(lengths: [Int], participation: [Participation]? = nil) {
        precondition(
            participation == nil || participation?.count == lengths.count,
            "\(lengths.count) lengths against \(participation?.count ?? 0) participations")
        let counted = lengths.indices.filter { index in
            lengths[index] > 0 && participation?[index] != .excluded
        }
        self.init(tokens: counted.reduce(0) { $0 + lengths[$1] }, sequences: counted.count)
    }
}
