import Foundation
import GRPOObjectives
import Testing

struct PresetTests {
    /// Keys of a stage that a preset may hold beside the objective's.
    static let stageKeys: Set<String> = [
        "learning_rate", "lr_scheduler_type", "num_generations", "num_iterations",
        "prompts_per_step", "steps_per_generation", "temperature", "max_completion_length",
        "max_completion_length_schedule", "dynamic_sampling",
        "sync_ref_model", "ref_model_mixup_alpha", "ref_model_sync_steps",
    ]

    /// The objective's fields of a preset, merged onto the defaults as a recipe merges them.
    static func settings(_ preset: Preset) throws -> ObjectiveSettings {
        let keys = Set(ObjectiveSettings.CodingKeys.allCases.map(\.rawValue))
        let tree = preset.fields.filter { keys.contains($0.key) }
            .reduce(into: [String: Any]()) { tree, field in
                tree[field.key] =
                    switch field.value {
                    case .int(let value): value as Any
                    case .double(let value): value as Any
                    case .string(let value): value as Any
                    case .bool(let value): value as Any
                    case .yaml(let text): text as Any
                    }
            }
        let data = try JSONSerialization.data(withJSONObject: tree)
        return try JSONDecoder().decode(ObjectiveSettings.self, from: data)
    }

    @Test(arguments: Preset.all.map(\.name))
    func everyPresetMakesAnObjective(name: String) throws {
        let preset = try #require(Preset.named(name))
        let settings = try Self.settings(preset)
        #expect(settings.problems().map(\.message) == [])
        _ = try settings.objective(maxCompletionLength: 64)
    }

    @Test(arguments: Preset.all.map(\.name))
    func everyFieldIsKnownOnceAndCited(name: String) throws {
        let preset = try #require(Preset.named(name))
        let known = Self.stageKeys.union(ObjectiveSettings.CodingKeys.allCases.map(\.rawValue))
        let keys = preset.fields.map(\.key)
        #expect(Set(keys).count == keys.count)
        #expect(Set(keys).isSubset(of: known))
        #expect(preset.fields.allSatisfy { !$0.citation.isEmpty })
        #expect(preset.paper.contains("arXiv"))
    }

    @Test func namesAreUnique() {
        #expect(
            Preset.all.map(\.name) == [
                "deepseekmath", "r1_zero", "r1", "grpo", "bnpo", "dr_grpo", "dapo", "gspo",
                "cispo", "rloo",
            ])
        #expect(Preset.named("ppo") == nil)
    }

    @Test(arguments: ["r1_zero", "r1"])
    func reinforcementOfR1(name: String) throws {
        let preset = try #require(Preset.named(name))
        let expected: [String: PresetValue] = [
            "learning_rate": .double(3e-6), "beta": .double(0.001), "epsilon": .double(10),
            "temperature": .double(1), "num_generations": .int(16), "prompts_per_step": .int(32),
            "steps_per_generation": .int(16), "num_iterations": .int(1),
            "max_completion_length": .int(32768), "sync_ref_model": .bool(true),
            "ref_model_mixup_alpha": .double(1), "ref_model_sync_steps": .int(400),
        ]
        for (key, value) in expected { #expect(preset[key] == value, "\(key)") }
        let objective = try Self.settings(preset).objective(maxCompletionLength: 32768)
        #expect(
            objective
                == PolicyObjective(
                    weightFunction: .clip(low: 10, high: 10), aggregation: .sequenceMean,
                    kl: KLPenalty(estimator: .k3, beta: 0.001)))
    }

    /// R1-Zero alone lets completions grow on the way.
    @Test func theLengthLimitOfR1ZeroRises() {
        let key = "max_completion_length_schedule"
        #expect(
            Preset.named("r1_zero")?[key]?.description
                == "[{step: 8200, max_completion_length: 65536}]")
        #expect(Preset.all.filter { $0[key] != nil }.map(\.name) == ["r1_zero"])
    }

    @Test func objectivesOfThePapers() throws {
        func objective(_ name: String) throws -> PolicyObjective {
            try Self.settings(try #require(Preset.named(name))).objective(maxCompletionLength: 10)
        }
        let deepseekMath = try objective("deepseekmath")
        #expect(deepseekMath.kl == KLPenalty(estimator: .k3, beta: 0.04))
        #expect(deepseekMath.aggregation == .sequenceMean)
        #expect(try objective("dr_grpo").aggregation == .constantLength(10))
        let dapo = try objective("dapo")
        #expect(dapo.weightFunction == .clip(low: 0.2, high: 0.28))
        #expect(dapo.maskTruncatedCompletions && dapo.zeroVariancePolicy == .drop)
        let sampling = Preset.named("dapo")?["dynamic_sampling"]
        #expect(sampling?.description == "{max_rounds: 10}")
        let gspo = try objective("gspo")
        #expect(gspo.ratioLevel == .sequence)
        #expect(gspo.weightFunction == .clip(low: 3e-4, high: 4e-4))
        #expect(try objective("cispo").weightFunction == .cispo(maximum: 5))
        let rloo = try objective("rloo")
        #expect(rloo.kl == KLPenalty(estimator: .k1, beta: 0.03, place: .reward))
        #expect(rloo.weightFunction == WeightFunction.none)
        let estimators = try ["rloo", "dr_grpo", "r1"].map {
            try Self.settings(try #require(Preset.named($0))).advantageEstimator()
        }
        #expect(estimators[0].baseline == .leaveOneOut && estimators[0].scale == .none)
        #expect(estimators[1].baseline == .mean && estimators[1].scale == .none)
        #expect(estimators[2].baseline == .mean && estimators[2].scale == .group)
    }
}
