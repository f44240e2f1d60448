import Foundation

/// The exact sign test: whether wins and losses could be a fair coin's.
package enum SignTest {
    /// The two-sided probability of a split at least as uneven, ties left out (Dixon and Mood 1946):
    ///
    ///     p = min(1, 2 sum_{i = 0 ... min(w, l)} C(w + l, i) / 2^(w + l))
    ///
    /// 1 where nothing was won or lost.
    package static func probability(wins: Int, losses: Int) -> Double {
        precondition(wins >= 0 && losses >= 0, "\(wins) wins and \(losses) losses")
        let count = wins + losses
        guard wins != losses else { return 1 }
        // Each term by its logarithm: 2^-count is 0 in Double beyond some thousand problems.
        func logFactorial(_ value: Int) -> Double { lgamma(Double(value) + 1) }
        let tail = (0...min(wins, losses)).reduce(0.0) { sum, index in
            sum
                + exp(
                    logFactorial(count) - logFactorial(index) - logFactorial(count - index)
                        - Double(count) * log(2.0))
        }
        return min(1, 2 * tail)
    }
}
