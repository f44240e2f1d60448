package import GRPORewards
package import GRPOTraining

/// How policies are judged; run after each stage that made one.
package struct EvaluationSpecification: RecipeSettings {
    /// Null: the recipe's task.
    package var task: TaskSetting?
    /// Reward functions that say something of each completion; they train nothing here.
    package var measures: [RewardSetting] = []
    package var settings = EvaluationSettings()

    package static var defaults: EvaluationSpecification { EvaluationSpecification() }

    package init() {}

    /// The measures as the evaluator takes them.
    package var measureFunctions: [any RewardFunction] { measures.map(\.term.function) }

    package func settingProblems() -> [SettingProblem] {
        settings.rangeProblems().map { SettingProblem($0.key, $0.message) } + measureProblems()
    }

    private func measureProblems() -> [SettingProblem] {
        let terms = measures.map(\.term)
        // Unlike a stage, an evaluation needs no reward.
        guard !terms.isEmpty else { return [] }
        let weighted = terms.filter { $0.settings != RewardTerm.Settings() }
        return RewardSet(terms).problems().map { SettingProblem("measures.\($0.key)", $0.message) }
            + weighted.map {
                SettingProblem(
                    "measures.\($0.kind)",
                    "a measure is not added up, and is called as its function; leave out weight, "
                        + "when and name")
            }
    }

    private enum CodingKeys: String, CodingKey { case task, measures }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        task = try values.decodeIfPresent(TaskSetting.self, forKey: .task)
        measures = try values.decodeIfPresent([RewardSetting].self, forKey: .measures) ?? []
        settings = try EvaluationSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(task, forKey: .task)
        try values.encode(measures, forKey: .measures)
        try settings.encode(to: encoder)
    }
}
