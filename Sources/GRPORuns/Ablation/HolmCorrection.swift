/// Holm's step-down correction: of several tests made at once, the chance that any rejects wrongly
/// stays below the level (Holm 1979, "A simple sequentially rejective multiple test procedure").
package enum HolmCorrection {
    /// The adjusted probabilities, in the order given: of m sorted ascending, the i-th (from 1) is the
    /// largest of (m - j + 1) p_j over j up to i, at most 1.
    package static func adjusted(_ probabilities: [Double]) -> [Double] {
        var result = probabilities
        var largest = 0.0
        let order = probabilities.indices.sorted {
            (probabilities[$0], $0) < (probabilities[$1], $1)
        }
        for (rank, index) in order.enumerated() {
            let factor = Double(probabilities.count - rank)
            largest = max(largest, min(1, factor * probabilities[index]))
            result[index] = largest
        }
        return result
    }

    /// How many comparisons each one competes with when its turn comes, itself among them, the others
    /// as they came out: Holm's procedure finds it exactly if its probability is below the level over
    /// this number.
    ///
    /// Of m, where the r least of the others are rejected one after the other at level / m,
    /// level / (m - 1), ..., that is m - r: below the r-th its own bound is stricter still, but then
    /// the r-th passes that bound too.
    package static func remaining(_ probabilities: [Double], level: Double = 0.05) -> [Int] {
        probabilities.indices.map { own in
            let others = probabilities.indices.filter { $0 != own }.map { probabilities[$0] }
            var left = probabilities.count
            for other in others.sorted() {
                guard other * Double(left) < level else { break }
                left -= 1
            }
            return left
        }
    }
}
