import GRPOJSON
import GRPOModels

extension GGUFModel {
    /// The tensor of Llama 3.1's scaling: what each rotary frequency is divided by.
    static let frequencyDivisors = "rope_freqs.weight"

    /// Linear scaling stands in the metadata; Llama 3.1's as a tensor of divisors alone.
    func ropeScaling(
        _ prefix: String, headDim: Int
    ) throws(ModelFileError) -> RopeScaling {
        if file.contains(Self.frequencyDivisors) {
            return try llama3Scaling(prefix, headDim: headDim)
        }
        let key = prefix + "rope.scaling.type"
        let type = try file.string(key, default: "none")
        switch type {
        case "none":
            // Files from before the key existed.
            let legacy = try positive(prefix + "rope.scale_linear", default: 1)
            return legacy == 1 ? .none : .linear(factor: legacy)
        case "linear":
            return .linear(factor: try positive(prefix + "rope.scaling.factor", default: nil))
        default:
            throw error(
                key, found: "the rotary scaling \(printable(type))", expected: "none or linear",
                remedy: "This scaling cannot be computed here; use another model.")
        }
    }

    /// Finds the settings behind the divisors, of which the largest is the factor. The bounds are
    /// 1 and 4 in every Llama 3 model, and so is the original length of 8192, unless the file
    /// names another; the divisors must then come out as the file has them.
    private func llama3Scaling(
        _ prefix: String, headDim: Int
    ) throws(ModelFileError) -> RopeScaling {
        let name = Self.frequencyDivisors
        let shape = try file.tensor(named: name).shape
        guard shape == [headDim / 2] else {
            throw ModelFileError(
                file: path, place: .tensor(name), found: "shape \(shape)",
                expected: "\([headDim / 2]), half the size of a head",
                remedy: "Weights and metadata do not belong together; convert again.")
        }
        let divisors = try file.floats(of: name).map { Double($0) }
        let theta = try positive(prefix + "rope.freq_base", default: 10_000)
        let original = try size(
            prefix + "rope.scaling.original_context_length", default: 8192)
        let factor = divisors.max() ?? 1
        let scaling = RopeScaling.llama3(
            factor: factor, lowFrequencyFactor: 1, highFrequencyFactor: 4,
            originalMaxPositions: original)
        let plain = RopeScaling.none.frequencies(headDim: headDim, theta: theta)
        let scaled = scaling.frequencies(headDim: headDim, theta: theta)
        let agree = zip(divisors, zip(plain, scaled)).allSatisfy { divisor, frequency in
            abs(divisor * frequency.1 / frequency.0 - 1) < 1e-4
        }
        guard agree, factor.isFinite, factor >= 1 else {
            throw ModelFileError(
                file: path, place: .tensor(name), found: "divisors that are not Llama 3.1's",
                expected: "those of low factor 1, high factor 4, original length \(original)",
                remedy: "This rotary scaling cannot be computed here; use another model.")
        }
        return scaling
    }
}
