import GRPOTensors

/// How the rotary frequencies are stretched beyond the length a model was trained on.
package enum RopeScaling: Sendable, Equatable, Codable {
    case none
    /// Positions divided by `factor`.
    case linear(factor: Double)
    /// Llama 3.1: long wavelengths divided by `factor`, short ones kept, a ramp between them.
    case llama3(
        factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
        originalMaxPositions: Int)

    /// What no frequencies follow from, in words; empty where all is well.
    package var problems: [String] {
        let factors: [(String, Double)]
        var problems: [String] = []
        switch self {
        case .none: factors = []
        case .linear(let factor): factors = [("rotary factor", factor)]
        case .llama3(let factor, let low, let high, let original):
            factors = [
                ("rotary factor", factor), ("low frequency factor", low),
                ("high frequency factor", high),
            ]
            // Between them lies a ramp, whose slope is 1 / (high - low).
            if low >= high {
                problems.append("low frequency factor \(low) is not below the high one, \(high)")
            }
            let most = DecoderConfiguration.largestSize
            if !(1...most).contains(original) {
                problems.append("original positions are \(original), expected 1 to \(most)")
            }
        }
        for (name, value) in factors where !(value > 0 && value.isFinite) {
            problems.append("\(name) is \(value), expected a positive number")
        }
        return problems
    }

    /// The angle per position of each of the headDim / 2 pairs, in radians.
    package func frequencies(headDim: Int, theta: Double) -> [Double] {
        (0..<headDim / 2).map { index in
            let frequency = Scalar.pow(theta, -2 * Double(index) / Double(headDim))
            switch self {
            case .none: return frequency
            case .linear(let factor): return frequency / factor
            case .llama3(let factor, let low, let high, let original):
                let wavelength = 2 * Double.pi / frequency
                let turns = Double(original) / wavelength
                if turns < low { return frequency / factor }
                if turns > high { return frequency }
                let smooth = (turns - low) / (high - low)
                return (1 - smooth) * frequency / factor + smooth * frequency
            }
        }
    }
}

extension DecoderConfiguration {
    /// `[maxPositions, headDim]`: the cosines of every position's angles, then the sines, computed
    /// in Double and rounded once.
    func ropeTable(_ backend: any Backend) -> Tensor {
        let frequencies = ropeScaling.frequencies(headDim: headDim, theta: ropeTheta)
        var values: [Double] = []
        values.reserveCapacity(maxPositions * headDim)
        for position in 0..<maxPositions {
            for frequency in frequencies { values.append(Scalar.cos(Double(position) * frequency)) }
            for frequency in frequencies { values.append(Scalar.sin(Double(position) * frequency)) }
        }
        return backend.tensor(values, [maxPositions, headDim], backend.parameterType)
    }
}
