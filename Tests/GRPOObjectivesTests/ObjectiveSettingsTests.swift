import Foundation
import GRPOObjectives
import Testing

private func decode(_ json: String) throws -> ObjectiveSettings {
    try JSONDecoder().decode(ObjectiveSettings.self, from: Data(json.utf8))
}

private func encode(_ settings: ObjectiveSettings) throws -> [String: Any] {
    let data = try JSONEncoder().encode(settings)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}

struct ObjectiveSettingsTests {
    @Test func defaultsAreTRLs() throws {
        let objective = try ObjectiveSettings().objective(maxCompletionLength: 512)
        #expect(objective == PolicyObjective())
        #expect(objective.weightFunction == .clip(low: 0.2, high: 0.2))
        #expect(objective.aggregation == .tokenMean)
        #expect(!objective.requiresReference && !objective.requiresEntropyGradient)
        let estimator = try ObjectiveSettings().advantageEstimator()
        #expect(estimator == AdvantageEstimator(baseline: .mean, scale: .group, ddof: 1))
        #expect(estimator.epsilon == 1e-4)
    }

    @Test func everyKeyIsEncodedAndUnsetOnesAreNull() throws {
        let encoded = try encode(ObjectiveSettings())
        #expect(Set(encoded.keys) == Set(ObjectiveSettings.CodingKeys.allCases.map(\.rawValue)))
        for key in ["loss_type", "weight_function", "aggregation", "epsilon_high", "delta"] {
            #expect(encoded[key] is NSNull, "\(key)")
        }
        #expect(encoded["scale_rewards"] as? String == "group")
        #expect(encoded["kl_estimator"] as? String == "k3")
    }

    @Test func settingsSurviveTheirEncoding() throws {
        var settings = ObjectiveSettings()
        settings.lossType = .drGRPO
        settings.epsilonHigh = 0.28
        settings.delta = 4
        settings.beta = 0.04
        settings.klEstimator = .k3StraightThrough
        settings.scaleRewards = .none
        settings.advantageBaseline = .leaveOneOut
        settings.advantageDDOF = 0
        settings.maskTruncatedCompletions = true
        settings.zeroVarianceGroups = .keepWithoutKL
        settings.entropyCoefficient = 0.01
        let data = try JSONEncoder().encode(settings)
        #expect(try JSONDecoder().decode(ObjectiveSettings.self, from: data) == settings)
        #expect(try decode("{}") == ObjectiveSettings())
    }

    @Test func theKeysLieFlatBesideAStagesOwn() throws {
        struct Stage: Codable {
            var temperature = 1.0
            var objective = ObjectiveSettings()
            enum CodingKeys: CodingKey { case temperature }
            init() {}
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                temperature = try container.decode(Double.self, forKey: .temperature)
                objective = try ObjectiveSettings(from: decoder)
            }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(temperature, forKey: .temperature)
                try objective.encode(to: encoder)
            }
        }
        var stage = Stage()
        stage.objective.beta = 0.5
        let data = try JSONEncoder().encode(stage)
        let tree = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(tree["temperature"] as? Double == 1 && tree["beta"] as? Double == 0.5)
        #expect(try JSONDecoder().decode(Stage.self, from: data).objective == stage.objective)
    }

    @Test(arguments: LossType.allCases)
    func theAliasExpands(lossType: LossType) throws {
        var settings = ObjectiveSettings()
        settings.lossType = lossType
        settings.epsilonHigh = 5
        #expect(settings.problems().isEmpty)
        let objective = try settings.objective(maxCompletionLength: 7)
        #expect(objective == (try settings.expanded.objective(maxCompletionLength: 7)))
        #expect(settings.expanded.lossType == nil)
        switch lossType {
        case .grpo: #expect(objective.aggregation == .sequenceMean)
        case .drGRPO: #expect(objective.aggregation == .constantLength(7))
        case .dapo, .bnpo: #expect(objective.aggregation == .tokenMean)
        case .cispo: #expect(objective.weightFunction == .cispo(maximum: 5))
        }
    }

    @Test func anAliasThatContradictsASwitchIsAnError() throws {
        var settings = ObjectiveSettings()
        settings.lossType = .grpo
        settings.aggregation = .sequenceMean
        #expect(settings.problems().isEmpty)
        settings.aggregation = .tokenMean
        settings.weightFunction = WeightFunctionKind.none
        #expect(settings.problems().map(\.key) == ["aggregation", "weight_function"])
        #expect(settings.problems()[0].message.contains("sequence_mean"))
    }

    typealias WeightFunctionKind = ObjectiveSettings.WeightFunctionKind

    @Test func allProblemsAreReportedAtOnce() throws {
        var settings = ObjectiveSettings()
        settings.beta = -1
        settings.epsilon = 0
        settings.epsilonHigh = -0.1
        settings.advantageDDOF = 2
        settings.advantageEpsilon = .nan
        settings.entropyCoefficient = .infinity
        settings.klIn = .reward
        settings.klEstimator = .unbiased
        let keys = settings.problems().map(\.key)
        #expect(
            Set(keys) == [
                "beta", "epsilon", "epsilon_high", "advantage_ddof", "advantage_epsilon",
                "entropy_coef", "kl_estimator",
            ])
        let error = #expect(throws: ObjectiveError.self) {
            try settings.objective(maxCompletionLength: 8)
        }
        #expect(error?.problems.count == 7)
        #expect(error?.description.contains("beta: found -1.0") == true)
    }

    @Test func boundsMustFitTheWeightFunction() {
        var settings = ObjectiveSettings()
        settings.delta = 1.2
        #expect(settings.problems().map(\.key) == ["delta"])
        settings.delta = 3
        #expect(settings.problems().isEmpty)
        settings.weightFunction = .cispo
        #expect(settings.problems().map(\.key) == ["epsilon_high", "delta"])
        settings.epsilonHigh = 5
        settings.delta = nil
        #expect(settings.problems().isEmpty)
        settings.weightFunction = WeightFunctionKind.none
        #expect(settings.problems().map(\.key) == ["epsilon_high"])
    }

    @Test(arguments: ObjectiveSettings.choices.keys.sorted())
    func anUnknownWordListsTheKnownOnes(key: String) throws {
        let known = try #require(ObjectiveSettings.choices[key])
        for word in known {
            #expect(throws: Never.self) { try decode("{\"\(key)\": \"\(word)\"}") }
        }
        do {
            _ = try decode("{\"\(key)\": \"nonsense\"}")
            Issue.record("\(key) accepted nonsense")
        } catch DecodingError.dataCorrupted(let context) {
            #expect(context.codingPath.last?.stringValue == key)
            #expect(context.debugDescription.contains("nonsense"))
            #expect(context.debugDescription.contains(known.joined(separator: ", ")))
        }
    }
}
