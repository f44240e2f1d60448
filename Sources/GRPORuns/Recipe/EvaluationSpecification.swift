package import GRPOTraining

/// How policies are judged; run after each stage that made one.
package struct EvaluationSpecification: RecipeSettings {
    /// Null: the recipe's task.
    package var task: TaskSetting?
    package var settings = EvaluationSettings()

    package static var defaults: EvaluationSpecification { EvaluationSpecification() }

    package init() {}

    package func settingProblems() -> [SettingProblem] {
        settings.rangeProblems().map { SettingProblem($0.key, $0.message) }
    }

    private enum CodingKeys: String, CodingKey { case task }

    package init(from decoder: any Decoder) throws {
        task = try decoder.container(keyedBy: CodingKeys.self)
            .decodeIfPresent(TaskSetting.self, forKey: .task)
        settings = try EvaluationSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(task, forKey: .task)
        try settings.encode(to: encoder)
    }
}
