/// The guard of every exponential of a difference of log-probabilities.
///
/// `e^20` is about 4.9e8: larger ratios carry no information a step could use, while their
/// products would overflow the gradient's float32. The guard is exact inside `[-20, 20]`; outside
/// the value is constant and its slope 0. NaN passes through, to be caught where gradients are
/// checked.
enum LogRatio {
    static let limit = 20.0

    static func clamp(_ x: Double) -> (value: Double, slope: Double) {
        if x > limit { return (limit, 0) }
        if x < -limit { return (-limit, 0) }
        return (x, 1)
    }
}
