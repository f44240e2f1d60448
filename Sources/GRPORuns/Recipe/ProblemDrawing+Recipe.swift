package import GRPOTraining

extension DynamicSampling: RecipeSettings {
    package static let defaults = DynamicSampling()

    package func settingProblems() -> [SettingProblem] {
        problems().map { SettingProblem($0.key, $0.message) }
    }
}

extension ProblemPoolSettings: RecipeSettings {
    package static let defaults = ProblemPoolSettings()

    package func settingProblems() -> [SettingProblem] {
        problems().map { SettingProblem($0.key, $0.message) }
    }
}
