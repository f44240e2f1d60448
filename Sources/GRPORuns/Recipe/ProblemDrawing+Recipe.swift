package import GRPOTraining

// Their ranges are checked with the settings of the stage that they belong to.

extension DynamicSampling: RecipeSettings {
    package static let defaults = DynamicSampling()
}

extension ProblemPoolSettings: RecipeSettings {
    package static let defaults = ProblemPoolSettings()
}
