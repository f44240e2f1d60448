package import GRPOModels
package import GRPOTensors
package import GRPOTraining

/// Stage `dpo`: direct preference optimization, which needs no reward model.
package struct DPOSpecification: StageKind {
    package static let kind = "dpo"
    package static let makes = StageProduct.policy

    package var placement = StagePlacement()
    package var lora: LoRASettings?
    /// Nil where the recipe says none, which is a problem.
    package var pairs: PairSetting?
    package var settings = DPOSettings()

    package static var defaults: DPOSpecification { DPOSpecification() }

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
        settings = try DPOSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try placement.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(lora, forKey: .lora)
        try values.encode(pairs, forKey: .data)
        try settings.encode(to: encoder)
    }
}
