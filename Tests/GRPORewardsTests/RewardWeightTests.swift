import Foundation
import GRPORewards
import GRPOTasks
import Testing

@Suite struct RewardWeightTests {
    private let warmUp = RewardWeight.schedule(steps: [11, 21, 31], values: [0, 1, 0.5])

    @Test(arguments: [
        (1, 0.0), (11, 0.0), (12, 0.1), (16, 0.5), (20, 0.9), (21, 1.0), (26, 0.75), (31, 0.5),
        (1000, 0.5),
    ])
    func aScheduleIsLinearBetweenItsSteps(step: Int, expected: Double) {
        #expect(abs(warmUp.value(at: step) - expected) < 1e-15)
    }

    @Test func cornersAreExact() {
        let weight = RewardWeight.schedule(steps: [1, 4], values: [0.1, 0.7])
        #expect(weight.value(at: 1) == 0.1 && weight.value(at: 4) == 0.7)
        let flat = RewardWeight.constant(0.3)
        #expect(flat.value(at: 1) == 0.3 && flat.value(at: 9) == 0.3 && !flat.isSchedule)
    }

    @Test func aNumberAndAScheduleAreRead() throws {
        func read(_ text: String) throws -> RewardWeight {
            try JSONDecoder().decode(RewardWeight.self, from: Data(text.utf8))
        }
        #expect(try read("0.25") == 0.25)
        let text = #"{"steps":[11,21,31],"values":[0,1,0.5]}"#
        #expect(try read(text) == warmUp)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(warmUp), as: UTF8.self) == text)
        #expect(
            String(decoding: try encoder.encode([0.25 as RewardWeight]), as: UTF8.self) == "[0.25]")
        for bad in [#"{"steps": [], "values": []}"#, #"{"steps": [1]}"#, #""much""#] {
            #expect(throws: DecodingError.self) { try read(bad) }
        }
    }

    @Test(arguments: [
        (RewardWeight.schedule(steps: [1, 2], values: [1]), "as many values as steps"),
        (.schedule(steps: [0, 2], values: [1, 2]), "begin at 1"),
        (.schedule(steps: [2, 2], values: [1, 2]), "rise"),
        (.schedule(steps: [1, 2], values: [1, .infinity]), "finite"), (.constant(.nan), "finite"),
    ])
    func whatIsNoSchedule(weight: RewardWeight, word: String) {
        #expect(weight.problems().count == 1)
        #expect(weight.problems()[0].contains(word))
        let set = RewardSet([RewardTerm(AccuracyReward(), weight: weight)])
        #expect(set.problems().map(\.key) == ["accuracy.weight"])
    }

    @Test func totalsGoByTheGroupsStep() async throws {
        let set = RewardSet([
            RewardTerm(Fixed<First>([2])), RewardTerm(Fixed<Second>([1]), weight: warmUp),
        ])
        for (step, expected) in [(1, 2.0), (16, 2.5), (21, 3), (40, 2.5)] {
            let rewards = try await set.rewards(for: group(["a"], step: step))
            #expect(rewards.totals == [.value(expected)])
            #expect(rewards["second"]?.values == [1], "the logged value is the raw one")
        }
        #expect(set.weights(at: 26) == [1, 0.75])
    }

    /// While its weight is 0 a reward is only logged: it makes nothing ungradable and draws no
    /// problems.
    @Test func beforeItsFirstStepARewardIsOnlyLogged() async throws {
        let set = RewardSet([
            RewardTerm(Fixed<First>([1])), RewardTerm(Fixed<Second>([nil]), weight: warmUp),
        ])
        #expect(try await set.rewards(for: group(["a"], step: 11)).totals == [.value(1)])
        #expect(
            try await set.rewards(for: group(["a"], step: 12)).totals
                == [.ungradable(reason: "second: no score")])
        let general = RewardSet([
            RewardTerm(AccuracyReward()), RewardTerm(Fixed<First>([1]), weight: warmUp),
        ])
        #expect(!general.judges(.general, step: 11, maxSteps: 40))
        #expect(general.judges(.general, step: 12, maxSteps: 40))
    }
}

@Suite struct RewardGateTests {
    @Test func aThresholdOpensTheGateAboveIt() async throws {
        func totals(_ gate: RewardGate) async throws -> [Score] {
            let set = RewardSet([
                RewardTerm(Fixed<First>([1, 1, 1]), when: gate),
                RewardTerm(Fixed<Second>([0, 0.5, 0.75]), weight: 0),
            ])
            #expect(set.problems().isEmpty)
            return try await set.rewards(for: group(["a", "b", "c"])).totals
        }
        #expect(try await totals("second") == [.value(0), .value(1), .value(1)])
        #expect(
            try await totals(RewardGate("second", above: 0.5)) == [.value(0), .value(0), .value(1)])
        #expect(
            try await totals(RewardGate("second", above: -1)) == [.value(1), .value(1), .value(1)])
    }

    @Test func aNameAndAThresholdAreRead() throws {
        func read(_ text: String) throws -> RewardGate {
            try JSONDecoder().decode([RewardGate].self, from: Data("[\(text)]".utf8))[0]
        }
        for (text, gate) in [
            (#""accuracy""#, RewardGate("accuracy")),
            (#"{"accuracy":0.5}"#, RewardGate("accuracy", above: 0.5)),
        ] {
            #expect(try read(text) == gate)
            #expect(
                String(decoding: try JSONEncoder().encode([gate]), as: UTF8.self) == "[\(text)]")
        }
        for bad in ["{}", #"{"a": 1, "b": 2}"#, #"{"a": "b"}"#, "[]"] {
            #expect(throws: DecodingError.self) { try read(bad) }
        }
        let infinite = RewardSet([
            RewardTerm(AccuracyReward()),
            RewardTerm(FormatReward(), when: RewardGate("accuracy", above: .infinity)),
        ])
        #expect(infinite.problems().map(\.key) == ["format.when"])
    }
}
