import Foundation

/// Numbers as a reader wants them on a page or in a table.
package enum ShortNumber {
    /// At most `digits` significant digits, no trailing zeros: `0.9123`, `1.5e-06`, `12500`.
    package static func text(_ value: Double, digits: Int = 4) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        if value == value.rounded(), value.magnitude < 1e7 { return String(Int(value)) }
        return String(format: "%.\(digits)g", value)
    }

    /// Seconds in the unit in which people think of them: `34 s`, `12 min`, `3.4 h`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds >= 100 else { return "\(Int(max(0, seconds).rounded())) s" }
        guard seconds >= 100 * 60 else { return "\(Int((seconds / 60).rounded())) min" }
        return String(format: "%.1f h", seconds / 3600)
    }

    /// With a fixed number of decimals: `0.310`.
    package static func fixed(_ value: Double?, decimals: Int = 3) -> String {
        guard let value, value.isFinite else { return "-" }
        return String(format: "%.\(decimals)f", value)
    }
}
