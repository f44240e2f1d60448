import GRPOTensors

/// How far numbers are from what they should be.
package enum Distance {
    /// ‖found - expected‖ / ‖expected‖, or the norm of the difference where nothing is expected.
    package static func relative(_ found: [Double], _ expected: [Double]) -> Double {
        guard found.count == expected.count else { return .infinity }
        let difference = norm(zip(found, expected).map { $0 - $1 })
        let size = norm(expected)
        return size == 0 ? difference : difference / size
    }

    /// The largest |found - expected|.
    package static func largest(_ found: [Double], _ expected: [Double]) -> Double {
        guard found.count == expected.count else { return .infinity }
        return zip(found, expected).reduce(0) { worst, pair in
            let difference = abs(pair.0 - pair.1)
            return difference.isNaN ? .infinity : max(worst, difference)
        }
    }

    private static func norm(_ values: [Double]) -> Double {
        values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
}
