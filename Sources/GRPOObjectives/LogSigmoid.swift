import Foundation

/// log σ(x) = -log(1 + e^-x), without overflow or cancellation on either side.
enum LogSigmoid {
    static func value(_ x: Double) -> Double {
        min(x, 0) - log1p(exp(-abs(x)))
    }

    /// d log σ(x) / dx = σ(-x).
    static func slope(_ x: Double) -> Double {
        let small = exp(-abs(x))
        return x >= 0 ? small / (1 + small) : 1 / (1 + small)
    }
}
