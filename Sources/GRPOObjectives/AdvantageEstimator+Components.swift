/// Advantages from rewards that are normalised one by one: GDPO (Liu et al. 2026, arXiv 2601.05242,
/// equations 4 to 6), as TRL's `normalize_then_sum` computes it.
///
/// For the reward k of completion i, with the mean m and the standard deviation s of that reward over
/// the completions of the group, and for the mean and the standard deviation of all S_i of the batch:
///
///     z_ik = (r_ik - m_k) / (s_k + epsilon)
///     S_i  = sum_k w_k z_ik
///     A_i  = (S_i - mean S) / (std S + epsilon)
///
/// Summed first, rewards that differ in kind can come to the same total, and a reward of small spread
/// vanishes beside one of large spread; normalised first, each tells completions apart by itself and
/// the weights say how much it counts.
///
/// Rules that the formulas leave open:
///
/// - A reward that does not apply (`nil`) is left out of its own mean and deviation and adds nothing.
/// - An ungradable completion (`nil` as a whole, or with a number that is not finite) gets advantage
///   0 and enters no mean and no deviation, of any reward. So does one to which no reward applies.
/// - A reward that is the same for the whole group adds exactly 0, and a group in which every
///   reward of weight other than 0 is so gets exactly 0.
/// - The gate of a reward is closed by a 0 in the place of its value, before it is normalised: the
///   paper's conditioned reward.
extension AdvantageEstimator {
    /// The advantages of a batch; of this estimator only `ddof` and `epsilon` count.
    ///
    /// - Parameters:
    ///   - components: the rewards of every completion. [groups][completions][rewards]
    ///   - weights: one per reward. [rewards]
    /// - Returns: one advantage per completion. [groups][completions]
    public func advantages(
        ofComponents components: [[[Double?]?]], weights: [Double]
    ) -> [[Double]] {
        let sums = components.map { normalizedSums($0, weights) }
        let graded = sums.joined().compactMap { $0 }
        let spread = deviation(graded)
        guard spread > 0 else { return sums.map { $0.map { _ in 0 } } }
        let centre = Self.mean(graded)
        return zip(sums, components).map { sums, group in
            guard hasSignal(components: group, weights: weights) else { return sums.map { _ in 0 } }
            return sums.map { sum in sum.map { ($0 - centre) / (spread + epsilon) } ?? 0 }
        }
    }

    /// Whether two graded completions of a group differ in a reward of weight other than 0.
    ///
    /// - Parameter group: [completions][rewards]
    public func hasSignal(components group: [[Double?]?], weights: [Double]) -> Bool {
        let rows = group.compactMap { Self.gradedRow($0, weights) }
        return weights.indices.contains { reward in
            weights[reward] != 0 && !Self.isUniform(rows.map { $0[reward] })
        }
    }

    /// S, nil for the ungradable.
    private func normalizedSums(_ group: [[Double?]?], _ weights: [Double]) -> [Double?] {
        let rows = group.map { Self.gradedRow($0, weights) }
        var sums = rows.map { $0 == nil ? nil : 0.0 }
        for reward in weights.indices where weights[reward] != 0 {
            let column = rows.compactMap { $0 }.compactMap { $0[reward] }
            let spread = deviation(column)
            guard spread > 0 else { continue }
            let centre = Self.mean(column)
            for (index, row) in rows.enumerated() {
                guard let row, let value = row[reward] else { continue }
                sums[index]! += weights[reward] * (value - centre) / (spread + epsilon)
            }
        }
        return sums
    }

    /// The rewards of a completion that counts; nil where it does not.
    private static func gradedRow(_ row: [Double?]?, _ weights: [Double]) -> [Double?]? {
        guard let row else { return nil }
        precondition(row.count == weights.count, "\(row.count) rewards, \(weights.count) weights")
        let values = row.compactMap { $0 }
        return !values.isEmpty && values.allSatisfy(\.isFinite) ? row : nil
    }
}
