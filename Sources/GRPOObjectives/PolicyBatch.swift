/// The advantages of a micro-batch.
public enum Advantages: Sendable, Equatable {
    /// One per completion, shared by its tokens.
    case perSequence([Double])
    /// One per token, in the layout of the log-probabilities.
    case perToken([Double])

    func callAsFunction(sequence: Int, token: Int) -> Double {
        switch self {
        case .perSequence(let values): values[sequence]
        case .perToken(let values): values[token]
        }
    }
}

/// What a policy objective sees of one micro-batch: whole completions, packed.
///
/// Every per-token array has the same length; position `t` of each speaks of the same sampled
/// token, and tokens that must not be trained are simply not there. Units are nats. The
/// log-probabilities are those of the policy at its sampling temperature.
public struct PolicyBatch: Sendable, Equatable {
    /// `log pi` of the current policy. [tokens]
    public var logProbabilities: [Double]
    /// `log pi` recorded at sampling. [tokens]
    public var oldLogProbabilities: [Double]
    /// `log pi` of the reference policy, where there is one. [tokens]
    public var referenceLogProbabilities: [Double]?
    /// The entropy of the policy's distribution at each token, where it was computed. [tokens]
    public var entropies: [Double]?
    /// The completions: disjoint ranges into the arrays. Tokens in no range are ignored.
    public var sequences: [Range<Int>]
    /// One per completion or per token.
    public var advantages: Advantages
    /// One per completion.
    public var participation: [Participation]
    /// The counts of the whole step's batch, this micro-batch included.
    public var normalizer: Normalizer

    /// A micro-batch; without `participation` every completion takes part fully, without
    /// `normalizer` this micro-batch is the whole batch.
    public init(
        logProbabilities: [Double], oldLogProbabilities: [Double],
        referenceLogProbabilities: [Double]? = nil, entropies: [Double]? = nil,
        sequences: [Range<Int>], advantages: Advantages, participation: [Participation]? = nil,
        normalizer: Normalizer? = nil
    ) {
        self.logProbabilities = logProbabilities
        self.oldLogProbabilities = oldLogProbabilities
        self.referenceLogProbabilities = referenceLogProbabilities
        self.entropies = entropies
        self.sequences = sequences
        self.advantages = advantages
        self.participation = participation ?? sequences.map { _ in .full }
        self.normalizer =
            normalizer
            ?? Normalizer(lengths: sequences.map(\.count), participation: self.participation)
        checkShapes()
    }

    /// A mismatch of lengths is the caller's mistake.
    func checkShapes() {
        let tokens = logProbabilities.count
        func check(_ name: String, _ count: Int?, _ expected: Int) {
            precondition(
                count == nil || count == expected,
                "\(name) has \(count ?? 0) values, expected \(expected)")
        }
        check("oldLogProbabilities", oldLogProbabilities.count, tokens)
        check("referenceLogProbabilities", referenceLogProbabilities?.count, tokens)
        check("entropies", entropies?.count, tokens)
        check("participation", participation.count, sequences.count)
        switch advantages {
        case .perSequence(let values): check("advantages", values.count, sequences.count)
        case .perToken(let values): check("advantages", values.count, tokens)
        }
        for range in sequences {
            precondition(
                range.lowerBound >= 0 && range.upperBound <= tokens,
                "sequence \(range) lies outside the \(tokens) tokens")
        }
        let own = Normalizer(lengths: sequences.map(\.count), participation: participation)
        precondition(
            own.tokens <= normalizer.tokens && own.sequences <= normalizer.sequences,
            "the micro-batch counts \(own), more than the step's \(normalizer)")
    }
}

/// What a policy objective makes of a micro-batch.
public struct PolicyLoss: Sendable, Equatable {
    /// This micro-batch's share of the step's loss; the shares of all micro-batches sum to it.
    public var loss: Double
    /// `d loss / d logProbabilities`, 0 for tokens that take no part. [tokens]
    public var dLogProbabilities: [Double]
    /// `d loss / d entropies`, where the objective has an entropy bonus. [tokens]
    public var dEntropies: [Double]?
    /// Sums for the step's metrics.
    public var metrics: PolicyMetrics
}
