/// The chance that at least one of k completions is right.
package enum PassAtK {
    /// The unbiased estimate from n >= k completions of one problem, c of them right
    /// (Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv 2107.03374,
    /// equation 1):
    ///
    ///     pass@k = 1 - C(n - c, k) / C(n, k) = 1 - prod_{i = n - c + 1 ... n} (1 - k / i)
    ///
    /// The product, their appendix A, has no large numbers. With k = 1 it is the share c / n, and
    /// with k = n whether any is right.
    package static func estimate(right: Int, of count: Int, k: Int) -> Double {
        precondition(
            (0...count).contains(right) && (1...max(1, count)).contains(k) && count > 0,
            "pass@\(k) of \(right) right among \(count)")
        guard count - right >= k else { return 1 }
        var none = 1.0
        for i in (count - right + 1)..<(count + 1) { none *= 1 - Double(k) / Double(i) }
        return 1 - none
    }
}
