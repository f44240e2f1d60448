package import GRPOModels
package import GRPOTensors
package import GRPOTraining

/// Stage `sft`: fine-tuning on texts as the policy meets them when it samples.
package struct SFTSpecification: StageKind {
    package static let kind = "sft"
    package static let makes = StageProduct.policy

    package var placement = StagePlacement()
    package var lora: LoRASettings?
    /// Nil where the recipe says none, which is a problem.
    package var texts: TextData?
    package var settings = SFTSettings()

    package static var defaults: SFTSpecification { SFTSpecification() }

    package init() {}

    package var data: StageData? { texts.map { .texts($0) } }

    package func steps(for count: Int?) -> Int? { settings.steps(for: count) }

    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget? {
        settings.microBatch(configuration, on: backend)
    }

    package func settingProblems() -> [SettingProblem] {
        var found = settings.problems().map { SettingProblem($0.key, $0.message) }
        guard let texts else {
            let message =
                "name what to train on: a source of texts, an earlier sample stage, or a list of "
                + "these with weights, such as [kept: 0.75, everyday: 0.25]"
            return found + [SettingProblem("data", message)]
        }
        if texts.isEndless, settings.maxSteps == nil {
            found.append(
                SettingProblem(
                    "max_steps",
                    "the data has no end, so there is no epoch; set max_steps, or mix in data that "
                        + "has one"))
        }
        return found
    }

    private enum CodingKeys: String, CodingKey { case lora, data }

    package init(from decoder: any Swift.Decoder) throws {
        placement = try StagePlacement(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        lora = try values.decodeIfPresent(LoRASettings.self, forKey: .lora)
        texts = try values.decodeIfPresent(TextData.self, forKey: .data)
        settings = try SFTSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try placement.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(lora, forKey: .lora)
        try values.encode(texts, forKey: .data)
        try settings.encode(to: encoder)
    }
}
