package import GRPOModels
package import GRPOTensors
package import GRPOTraining

/// Stage `reward_model`: a score head learns from preference pairs which text is better, or from
/// labels which is good.
package struct RewardModelSpecification: StageKind {
    package static let kind = "reward_model"
    package static let makes = StageProduct.scores

    package var placement = StagePlacement()
    package var lora: LoRASettings?
    /// Nil where the recipe says none, which is a problem.
    package var pairs: PairSetting?
    package var settings = RewardModelSettings()

    package static var defaults: RewardModelSpecification { RewardModelSpecification() }

    package init() {}

    package var data: StageData? { pairs.map { .pairs($0) } }

    package func steps(for count: Int?) -> Int? { settings.pairs.steps(for: count) }

    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget? {
        settings.microBatch(configuration, on: backend)
    }

    package func settingProblems() -> [SettingProblem] {
        settings.problems().map { SettingProblem($0.key, $0.message) }
            + PairSetting.problems(of: pairs, settings.pairs)
    }

    private enum CodingKeys: String, CodingKey { case lora, data }

    package init(from decoder: any Swift.Decoder) throws {
        placement = try StagePlacement(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        lora = try values.decodeIfPresent(LoRASettings.self, forKey: .lora)
        pairs = try values.decodeIfPresent(PairSetting.self, forKey: .data)
        settings = try RewardModelSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try placement.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(lora, forKey: .lora)
        try values.encode(pairs, forKey: .data)
        try settings.encode(to: encoder)
    }
}
