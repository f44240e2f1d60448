package import GRPOTasks
import GRPOTraining

/// The preference pairs that a stage is trained on: `little_world`, or `jsonl: {file: pairs.jsonl}`.
package struct PairSetting: Codable, Sendable {
    package let source: any PairSource

    package init(_ source: any PairSource) { self.source = source }

    package var name: String { type(of: source).name }

    package init(from decoder: any Decoder) throws {
        self = try Components.of(decoder).pairKinds.decode(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try Kinds<Self>.encode(name, source, to: encoder)
    }

    /// What is wrong with a stage's data, before it is looked into.
    static func problems(of data: PairSetting?, _ settings: PairSettings) -> [SettingProblem] {
        guard let data else {
            let message =
                "name the preference pairs to train on, such as jsonl: {file: pairs.jsonl}"
            return [SettingProblem("data", message)]
        }
        guard settings.maxSteps == nil, data.source.problems().isEmpty,
            data.source.pairCount() == nil
        else { return [] }
        return [
            SettingProblem(
                "max_steps",
                "pairs of \(data.name) have no end, so there is no epoch; set max_steps")
        ]
    }
}
