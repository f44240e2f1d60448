import Foundation

/// The loss of GRPO and its relatives, by switches.
///
/// With token weights `w_t` from the aggregation, the surrogate `J` from the weight function and
/// the estimator `k` of the KL:
///
///     loss = - sum_t w_t J(ratio_t, A_t)                     ratio of the token or its completion
///            + beta sum_t w_t k(log pi_t, log ref_t)         where the KL is in the loss
///            - entropy_coef * (sum_t H_t) / tokens           a token mean under any aggregation
///
/// The loss is minimised: a positive `beta` lowers KL(pi || ref). All sums run over the completions
/// that take part; the weights come from the counts of the whole step, so micro-batches may be cut
/// anywhere between completions.
///
/// On policy with the sequence mean and a mean baseline the reported loss is exactly
/// `beta * mean KL`, because the advantages of a group sum to 0; with the token mean it is not,
/// where lengths differ. Neither says how large the gradient is.
public struct PolicyObjective: Sendable, Equatable {
    /// Token or sequence.
    public var ratioLevel: RatioLevel
    /// Clip, CISPO or none.
    public var weightFunction: WeightFunction
    /// Token mean, sequence mean or constant length.
    public var aggregation: Aggregation
    /// The KL term.
    public var kl: KLPenalty
    /// The coefficient of the entropy bonus; 0 needs no entropies.
    public var entropyCoefficient: Double
    /// Whether truncated completions are excluded.
    public var maskTruncatedCompletions: Bool
    /// What groups without signal do.
    public var zeroVariancePolicy: ZeroVariancePolicy

    /// An objective; the defaults are TRL's (`loss_type` dapo).
    public init(
        ratioLevel: RatioLevel = .token,
        weightFunction: WeightFunction = .clip(low: 0.2, high: 0.2),
        aggregation: Aggregation = .tokenMean, kl: KLPenalty = KLPenalty(),
        entropyCoefficient: Double = 0, maskTruncatedCompletions: Bool = false,
        zeroVariancePolicy: ZeroVariancePolicy = .keep
    ) {
        self.ratioLevel = ratioLevel
        self.weightFunction = weightFunction
        self.aggregation = aggregation
        self.kl = kl
        self.entropyCoefficient = entropyCoefficient
        self.maskTruncatedCompletions = maskTruncatedCompletions
        self.zeroVariancePolicy = zeroVariancePolicy
    }

    /// Whether log-probabilities of a reference policy are needed, in the loss or in the reward.
    public var requiresReference: Bool { kl.beta != 0 }

    /// Whether the head must return entropies with a gradient.
    public var requiresEntropyGradient: Bool { entropyCoefficient != 0 }

    /// How each completion takes part, in the shape of `truncated`.
    ///
    /// A truncated completion under ``maskTruncatedCompletions`` is excluded: loss and gradient
    /// equal those of the batch without its row, numerator and normaliser alike. Its reward has
    /// entered the group's mean and standard deviation before, as in TRL. Exclusion wins over the
    /// policy for groups without signal.
    ///
    /// - Parameters:
    ///   - hasSignal: one per group, from ``AdvantageEstimator/hasSignal(_:)``.
    ///   - truncated: per group and completion, whether it ran into the length limit.
    public func participation(hasSignal: [Bool], truncated: [[Bool]]) -> [[Participation]] {
        precondition(
            hasSignal.count == truncated.count,
            "\(hasSignal.count) signals against \(truncated.count) groups")
        return zip(hasSignal, truncated).map { signal, group in
            group.map { truncated in
                if truncated, maskTruncatedCompletions { return .excluded }
                if signal { return .full }
                switch zeroVariancePolicy {
                case .keep: return .full
                case .keepWithoutKL: return .withoutKL
                case .drop: return .excluded
                }
            }
        }
    }

    /// The share of one micro-batch in the step's loss, with its gradients and metric sums.
    ///
    /// Needs `referenceLogProbabilities` where the loss holds a KL, and `entropies` where it holds
    /// an entropy bonus; a missing array is the caller's mistake.
    public func evaluate(_ batch: PolicyBatch) -> PolicyLoss {
        batch.checkShapes()
        precondition(
            !kl.isInLoss || batch.referenceLogProbabilities != nil,
            "beta is \(kl.beta) and referenceLogProbabilities is nil")
        precondition(
            entropyCoefficient == 0 || batch.entropies != nil,
            "entropyCoefficient is \(entropyCoefficient) and entropies is nil")
        let tokens = batch.logProbabilities.count
        var result = PolicyLoss(
            loss: 0, dLogProbabilities: [Double](repeating: 0, count: tokens),
            dEntropies: entropyCoefficient == 0 ? nil : [Double](repeating: 0, count: tokens),
            metrics: PolicyMetrics())
        result.metrics.clipping = weightFunction.clipping
        for (index, range) in batch.sequences.enumerated() {
            guard batch.participation[index] != .excluded, !range.isEmpty else { continue }
            let weight = aggregation.tokenWeight(length: range.count, normalizer: batch.normalizer)
            result.metrics.sequences += 1
            result.metrics.tokens += range.count
            addSurrogate(of: index, weight: weight, batch, to: &result)
            addKL(of: index, weight: weight, batch, to: &result)
            addEntropy(of: index, batch, to: &result)
        }
        result.metrics.loss = result.loss
        return result
    }

    private func addSurrogate(
        of index: Int, weight: Double, _ batch: PolicyBatch, to result: inout PolicyLoss
    ) {
        let range = batch.sequences[index]
        let length = Double(range.count)
        func logRatio(_ t: Int) -> Double {
            batch.logProbabilities[t] - batch.oldLogProbabilities[t]
        }
        let shared: Double? =
            ratioLevel == .token ? nil : range.reduce(0) { $0 + logRatio($1) } / length

        var value = 0.0
        var dShared = 0.0
        var low = 0.0
        var high = 0.0
        for t in range {
            let term = weightFunction.surrogate(
                logRatio: shared ?? logRatio(t), logProbability: batch.logProbabilities[t],
                advantage: batch.advantages(sequence: index, token: t))
            value += term.value
            if shared == nil {
                result.dLogProbabilities[t] -= weight * (term.dLogRatio + term.dLogProbability)
            } else {
                result.dLogProbabilities[t] -= weight * term.dLogProbability
                dShared += term.dLogRatio
            }
            switch term.bound {
            case .low: low += 1
            case .high: high += 1
            case nil: break
            }
        }
        // The mean log-ratio moves by 1/|o| with each of its tokens.
        if shared != nil {
            for t in range { result.dLogProbabilities[t] -= weight * dShared / length }
        }
        result.loss -= weight * value
        result.metrics.policyLoss -= weight * value
        count(low: low, high: high, shared: shared, logRatios: range.map(logRatio), &result.metrics)
    }

    private func addKL(
        of index: Int, weight: Double, _ batch: PolicyBatch, to result: inout PolicyLoss
    ) {
        guard let reference = batch.referenceLogProbabilities else { return }
        var sum = 0.0
        let coefficient =
            kl.isInLoss && batch.participation[index] == .full ? kl.beta * weight : 0
        for t in batch.sequences[index] {
            let term = kl.estimator(
                logProbability: batch.logProbabilities[t], reference: reference[t],
                old: batch.oldLogProbabilities[t])
            sum += term.value
            if coefficient != 0 {
                result.dLogProbabilities[t] += coefficient * term.dLogProbability
            }
        }
        result.metrics.kl = (result.metrics.kl ?? 0) + sum
        if coefficient != 0 {
            result.loss += coefficient * sum
            result.metrics.policyLoss += coefficient * sum
        }
    }

    private func addEntropy(of index: Int, _ batch: PolicyBatch, to result: inout PolicyLoss) {
        guard let entropies = batch.entropies else { return }
        let sum = batch.sequences[index].reduce(0) { $0 + entropies[$1] }
        result.metrics.entropy = (result.metrics.entropy ?? 0) + sum
        guard entropyCoefficient != 0 else { return }
        let weight = entropyCoefficient / Double(batch.normalizer.tokens)
        result.loss -= weight * sum
        for t in batch.sequences[index] { result.dEntropies?[t] = -weight }
    }

    /// The ratio metrics of one completion: one ratio per token, or one in all.
    private func count(
        low: Double, high: Double, shared: Double?, logRatios: [Double],
        _ metrics: inout PolicyMetrics
    ) {
        for logRatio in logRatios {
            metrics.differenceSum += abs(logRatio)
            metrics.differenceMax = max(metrics.differenceMax, abs(logRatio))
        }
        let counted = shared.map { [$0] } ?? logRatios
        for logRatio in counted {
            let ratio = exp(LogRatio.clamp(logRatio).value)
            metrics.ratioSum += ratio
            metrics.ratioMin = min(metrics.ratioMin, ratio)
            metrics.ratioMax = max(metrics.ratioMax, ratio)
        }
        metrics.ratios += counted.count
        let perToken = 1 / Double(logRatios.count)
        metrics.clippedLow += shared == nil ? low : low * perToken
        metrics.clippedHigh += shared == nil ? high : high * perToken
        metrics.clippedLowMin = min(metrics.clippedLowMin, low * perToken)
        metrics.clippedHighMax = max(metrics.clippedHighMax, high * perToken)
    }
}

extension WeightFunction {
    /// Which clip fraction is reported.
    var clipping: PolicyMetrics.Clipping {
        switch self {
        case .clip: .region
        case .cispo: .cispo
        case .none: .none
        }
    }
}
