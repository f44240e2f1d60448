package import GRPOModels
package import GRPOTensors
package import GRPOTraining

/// Stage `sample`: rejection sampling, what is kept being data for later stages.
package struct SampleSpecification: StageKind {
    package static let kind = "sample"
    package static let makes = StageProduct.samples

    package var placement = StagePlacement()
    /// Null: the recipe's.
    package var task: TaskSetting?
    /// In the order in which they are asked.
    package var keep = [FilterSetting(CorrectFilter())]
    package var settings = SampleSettings()

    package static var defaults: SampleSpecification { SampleSpecification() }

    package init() {}

    package var completionLength: Int? { settings.maxCompletionLength }
    package var drawsProblems: Bool { true }

    /// Known only when the problems are drawn.
    package func steps(for count: Int?) -> Int? { nil }

    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget? { nil }

    package func settingProblems() -> [SettingProblem] {
        settings.problems().map { SettingProblem($0.key, $0.message) }
    }

    private enum CodingKeys: String, CodingKey { case task, keep }

    package init(from decoder: any Swift.Decoder) throws {
        placement = try StagePlacement(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        task = try values.decodeIfPresent(TaskSetting.self, forKey: .task)
        keep = try values.decode([FilterSetting].self, forKey: .keep)
        settings = try SampleSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try placement.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(task, forKey: .task)
        try values.encode(keep, forKey: .keep)
        try settings.encode(to: encoder)
    }
}
