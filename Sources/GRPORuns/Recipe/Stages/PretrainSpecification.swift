package import GRPOModels
import GRPOTasks
package import GRPOTensors
package import GRPOTraining

/// Stage `pretrain`: next tokens of seeded documents, from nothing or on an earlier policy.
package struct PretrainSpecification: StageKind {
    package static let kind = "pretrain"
    package static let makes = StageProduct.policy

    package var placement = StagePlacement()
    package var lora: LoRASettings?
    /// A decoder to begin from nothing, of another shape than the recipe's: a student. Null: the
    /// stage goes on from a policy, or is the first.
    package var model: ModelShape?
    package var texts = TextData(SumsMixture())
    package var settings = PretrainSettings()

    package static var defaults: PretrainSpecification { PretrainSpecification() }

    package init() {}

    package var data: StageData? { .texts(texts) }

    package func steps(for count: Int?) -> Int? { settings.maxSteps }

    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget? {
        settings.microBatch(configuration, on: backend)
    }

    package func settingProblems() -> [SettingProblem] {
        var found = settings.problems().map { SettingProblem($0.key, $0.message) }
        if model != nil, placement.from != nil {
            found.append(
                SettingProblem(
                    "from", "beside model: the stage begins from nothing; leave out one of both"))
        }
        if model != nil, lora != nil {
            found.append(
                SettingProblem(
                    "lora", "a model from nothing has no weights to adapt; leave it to later stages"
                ))
        }
        return found
    }

    private enum CodingKeys: String, CodingKey { case lora, model, data }

    package init(from decoder: any Swift.Decoder) throws {
        placement = try StagePlacement(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        lora = try values.decodeIfPresent(LoRASettings.self, forKey: .lora)
        model = try values.decodeIfPresent(ModelShape.self, forKey: .model)
        texts = try values.decode(TextData.self, forKey: .data)
        settings = try PretrainSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try placement.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(lora, forKey: .lora)
        try values.encode(model, forKey: .model)
        try values.encode(texts, forKey: .data)
        try settings.encode(to: encoder)
    }
}
