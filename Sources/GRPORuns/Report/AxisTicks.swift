import Foundation

/// Round values along an axis: steps of 1, 2 or 5 times a power of ten.
struct AxisTicks {
    let values: [Double]

    /// About `count` ticks inside `range`; with `whole`, only whole numbers.
    init(_ range: ClosedRange<Double>, count: Int, whole: Bool = false) {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite else {
            values = [range.lowerBound]
            return
        }
        let rough = span / Double(max(1, count))
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? power * 10
        let spacing = whole ? max(1, step.rounded()) : step
        let first = (range.lowerBound / spacing - 1e-9).rounded(.up)
        let last = (range.upperBound / spacing + 1e-9).rounded(.down)
        // A product rounds once; adding the spacing again and again would drift.
        values =
            first <= last
            ? Array(stride(from: first, through: last, by: 1)).map { $0 * spacing } : []
    }

    /// The range of the values, widened a little, and never empty.
    static func range(of values: [Double]) -> ClosedRange<Double> {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return 0...1 }
        if low == high {
            let margin = low == 0 ? 1 : low.magnitude * 0.1
            return low - margin...high + margin
        }
        let margin = (high - low) * 0.05
        // Quantities that cannot be negative keep their zero.
        return (low >= 0 && low - margin < 0 ? 0 : low - margin)...(high + margin)
    }
}
