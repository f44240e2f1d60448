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
}
