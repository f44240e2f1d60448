/// What a preference objective sees of one micro-batch: whole pairs, packed.
///
/// Both per-token arrays have the same length; position `t` of each speaks of the same token of a
/// completion. Units are nats, at temperature 1.
public struct PreferenceBatch: Sendable, Equatable {
    /// `log pi` of the current policy. [tokens]
    public var logProbabilities: [Double]
    /// `log pi` of the reference policy. [tokens]
    public var referenceLogProbabilities: [Double]
    /// The preferred completions: ranges into the arrays. [pairs of the micro-batch]
    public var chosen: [Range<Int>]
    /// The others, in the same order.
    public var rejected: [Range<Int>]
    /// The pairs of the whole step, these included.
    public var pairs: Int

    /// A micro-batch; without `pairs` it is the whole batch.
    public init(
        logProbabilities: [Double], referenceLogProbabilities: [Double], chosen: [Range<Int>],
        rejected: [Range<Int>], pairs: Int? = nil
    ) {
        self.logProbabilities = logProbabilities
        self.referenceLogProbabilities = referenceLogProbabilities
        self.chosen = chosen
        self.rejected = rejected
        self.pairs = pairs ?? chosen.count
        checkShapes()
    }

    /// A mismatch of lengths is the caller's mistake.
    func checkShapes() {
        let tokens = logProbabilities.count
        precondition(
            referenceLogProbabilities.count == tokens,
            "referenceLogProbabilities has \(referenceLogProbabilities.count) values, expected \(tokens)"
        )
        precondition(
            chosen.count == rejected.count && chosen.count <= pairs,
            "\(chosen.count) chosen and \(rejected.count) rejected of a step of \(pairs) pairs")
        for range in chosen + rejected {
            precondition(
                range.lowerBound >= 0 && range.upperBound <= tokens && !range.isEmpty,
                "completion \(range) is empty or lies outside the \(tokens) tokens")
        }
    }

    func logProbability(of range: Range<Int>) -> Double {
        range.reduce(0) { $0 + logProbabilities[$1] }
    }

    func logRatio(of range: Range<Int>) -> Double {
        range.reduce(0) { $0 + (logProbabilities[$1] - referenceLogProbabilities[$1]) }
    }
}

/// What a preference objective makes of a micro-batch.
public struct PreferenceLoss: Sendable, Equatable {
    /// This micro-batch's share of the step's loss; the shares of all micro-batches sum to it.
    public var loss: Double
    /// `d loss / d logProbabilities`, 0 for tokens of no pair. [tokens]
    public var dLogProbabilities: [Double]
    /// Sums for the step's metrics.
    public var metrics: PreferenceMetrics
}
