package import GRPOModels

extension LoRASettings: RecipeSettings {
    package static let defaults = LoRASettings()

    package func settingProblems() -> [SettingProblem] {
        problems().map { SettingProblem($0.key, $0.message) }
    }
}
