import GRPOJSON
import GRPOModels

/// The rotary embedding of a `config.json`: `rope_theta` and `rope_scaling` in version 4 of
/// transformers, `rope_parameters` in version 5.
struct RopeSettings {
    let theta: Double
    let scaling: RopeScaling

    init(_ file: HuggingFaceConfiguration) throws(ModelFileError) {
        let (key, settings) = Self.settings(file.document)
        theta = try file.positive(
            "rope_theta", default: try file.positive("rope_theta", default: 10_000), in: settings)
        guard settings != .null else {
            scaling = .none
            return
        }
        guard settings.members != nil else {
            throw file.error(
                key, found: settings.summary, expected: "an object or null",
                remedy: HuggingFaceConfiguration.incomplete)
        }
        if let factor = settings["partial_rotary_factor"]?.number, factor != 1 {
            throw file.error(
                "partial_rotary_factor", found: "\(factor)", expected: "1, or no such key",
                remedy: "Partly rotated heads cannot be computed here; use another model.")
        }
        // `type` is the name from before `rope_type`.
        let type = settings["rope_type"] ?? settings["type"] ?? .string("default")
        switch type.string {
        case "default": scaling = .none
        case "linear": scaling = .linear(factor: try file.positive("factor", in: settings))
        case "llama3":
            let low = try file.positive("low_freq_factor", in: settings)
            let high = try file.positive("high_freq_factor", in: settings)
            guard low < high else {
                throw file.error(
                    "low_freq_factor", found: "\(low)",
                    expected: "less than high_freq_factor, \(high)",
                    remedy: HuggingFaceConfiguration.incomplete)
            }
            scaling = .llama3(
                factor: try file.positive("factor", in: settings),
                lowFrequencyFactor: low, highFrequencyFactor: high,
                originalMaxPositions: try file.size(
                    "original_max_position_embeddings", in: settings))
        default:
            throw file.error(
                key, found: "the rotary scaling \(type.summary)",
                expected: "default, linear or llama3",
                remedy: "This scaling cannot be computed here; use another model.")
        }
    }

    private static func settings(_ document: JSONValue) -> (key: String, settings: JSONValue) {
        for key in ["rope_parameters", "rope_scaling"] {
            if let settings = document[key], settings != .null { return (key, settings) }
        }
        return ("rope_scaling", .null)
    }

    /// The keys of a configuration that say the same, as version 4 spells them: version 5 and
    /// other programs read that too.
    static func members(_ configuration: DecoderConfiguration) -> [(String, JSONValue)] {
        let scaling: JSONValue =
            switch configuration.ropeScaling {
            case .none: .null
            case .linear(let factor):
                .object(["rope_type": .string("linear"), "factor": .double(factor)])
            case .llama3(let factor, let low, let high, let original):
                .object([
                    "rope_type": .string("llama3"), "factor": .double(factor),
                    "low_freq_factor": .double(low), "high_freq_factor": .double(high),
                    "original_max_position_embeddings": .int(original),
                ])
            }
        return [("rope_theta", .double(configuration.ropeTheta)), ("rope_scaling", scaling)]
    }
}
