/// What happens to the completions of a group without signal (``AdvantageEstimator/hasSignal(_:)``
/// is false): their advantages are 0, so they pull the policy nowhere, but they can still pay KL
/// and dilute the mean of the others.
public enum ZeroVariancePolicy: String, Codable, Sendable, CaseIterable {
    /// They stay: they count in the normaliser and their KL is in the loss. TRL's behaviour.
    case keep
    /// They count in the normaliser, but their KL is not in the loss.
    case keepWithoutKL = "keep_without_kl"
    /// They leave numerator and normaliser, as if they had not been sampled (DAPO's filter without
    /// its resampling).
    case drop
}

/// How one completion takes part in the loss.
public enum Participation: Sendable, Equatable {
    /// With every term.
    case full
    /// Counted and optimised, without the KL term. Its KL is still measured.
    case withoutKL
    /// Absent from numerator, normaliser and metrics; its values are never read.
    case excluded
}
