import Foundation
import GRPOTasks
import Testing

@Suite struct LittleWorldTests {
    private func draws(_ world: LittleWorld, _ count: Int, _ split: Split, seed: UInt64 = 1)
        -> [Problem]
    {
        var random: any RandomNumberGenerator = SplitMix64(seed: seed)
        return (0..<count).map { world.problem($0, split: split, using: &random) }
    }

    @Test func aSumIsAskedInEitherLanguage() {
        let english = LittleWorld.problem(57, 68, in: .english)
        #expect(english.prompt == "What is 57+68?")
        #expect(english.id == "en:57+68")
        #expect(english.answer == "125")
        #expect(english.columns == ["a": "57", "b": "68", "language": "en"])
        #expect(english.scenario == .reasoning)
        #expect(LittleWorld.problem(57, 68, in: .german).prompt == "Was ist 57+68?")
        #expect(LittleWorld().problems().isEmpty)
    }

    @Test(arguments: [
        ("<think>7 und 8 ist 15</think><answer>125</answer>", Verdict.right),
        ("<answer>0125</answer>", .wrong), ("125", .wrong),
        ("<think><answer>125</answer></think>", .wrong), ("", .wrong),
    ])
    func sumsAreJudgedAsInTheTaskOfSums(text: String, expected: Verdict) {
        #expect(LittleWorld().verify(text, LittleWorld.problem(57, 68, in: .english)) == expected)
    }

    @Test func noRuleJudgesARequest() {
        let world = LittleWorld()
        let request = EverydayRequest.all(in: .german)[0].problem
        #expect(request.scenario == .general)
        guard case .ungradable = world.verify("<answer>Hallo, liebe Anna.</answer>", request)
        else {
            Issue.record("an everyday request was graded")
            return
        }
        #expect(world.answer(in: "<answer>12</answer>", to: request) == nil)
        let sum = LittleWorld.problem(57, 68, in: .german)
        #expect(world.answer(in: "<answer>12</answer>", to: sum) == "12")
    }

    @Test func aNoticedSlipIsASelfCorrection() {
        let world = LittleWorld()
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        for language in WorldLanguage.allCases {
            let problem = LittleWorld.problem(57, 68, in: language)
            func corrects(_ sum: SpokenSum, upTo place: Int) -> Bool? {
                world.correctsItself(
                    "<think>\(sum.text(in: language, upTo: place))</think>"
                        + "<answer>\(sum.answer)</answer>", problem)
            }
            let slip = WorkedSum.slip(on: 57, 68, using: &random)
            for place in 0...6 {
                #expect(corrects(SpokenSum(57, 68), upTo: place) == false)
                #expect(corrects(SpokenSum(57, 68, slip: slip), upTo: place) == false)
                let noticed = SpokenSum(57, 68, slip: slip, noticed: true)
                #expect(corrects(noticed, upTo: place) == true)
            }
        }
        let request = EverydayRequest.all(in: .english)[0].problem
        #expect(world.correctsItself("<answer>Hello, dear Anna.</answer>", request) == nil)
    }

    @Test func sharesAreThoseOfTheOptions() {
        let world = LittleWorld(german: 0.3, general: 0.25)
        let problems = draws(world, 20_000, .train)
        func isNear(_ found: Int, _ share: Double) -> Bool {
            abs(Double(found) - share * 20_000) < 5 * (20_000 * share * (1 - share)).squareRoot()
        }
        #expect(isNear(problems.count { $0.scenario == .general }, 0.25))
        #expect(isNear(problems.count { $0.columns["language"] == "de" }, 0.3))
        #expect(draws(LittleWorld(), 500, .train).allSatisfy { $0.scenario == .reasoning })
    }

    /// A sum or request that is held out in one language is held out in the other.
    @Test func splitsAreDisjointInBothLanguages() {
        let world = LittleWorld(general: 0.5, testGeneral: 0.5)
        func bare(_ problem: Problem) -> Substring { problem.id.dropFirst(3) }
        let held = Set(world.testProblems(limit: .max, seed: 3).map(bare))
        for problem in draws(world, 20_000, .train) {
            #expect(!held.contains(bare(problem)))
            #expect(world.contains(problem, in: .train) == true)
            #expect(world.contains(problem, in: .test) == false)
        }
        for problem in draws(world, 500, .test) {
            #expect(held.contains(bare(problem)))
            #expect(world.contains(problem, in: .test) == true)
        }
    }

    @Test func heldOutSumsAreThoseOfTheTaskOfSums() {
        let held = LittleWorld().testProblems(limit: .max, seed: 5)
        let sums = Sums().testProblems(limit: .max, seed: 5)
        #expect(held.map { String($0.id.dropFirst(3)) } == sums.map(\.id))
        let german = held.count { $0.columns["language"] == "de" }
        #expect((330...520).contains(german), "of 849 sums \(german) in German")
    }

    @Test func testProblemsArePrefixesInTheirShares() {
        let world = LittleWorld(testGeneral: 0.25)
        let problems = world.testProblems(limit: 200, seed: 1)
        #expect(problems.count == 200)
        #expect(problems.count { $0.scenario == .general } == 50)
        #expect(Set(problems.map(\.id)).count == 200)
        for limit in [0, 1, 7, 40] {
            #expect(world.testProblems(limit: limit, seed: 1) == Array(problems.prefix(limit)))
        }
        #expect(world.testProblems(limit: 200, seed: 2) != problems)
        // 849 sums and the held-out ones of 800 requests.
        let all = world.testProblems(limit: .max, seed: 1)
        let requests = EverydayRequest.all(in: .english).count { $0.isHeldOut(0.1) }
        #expect(all.count == 849 + requests)
        #expect((50...110).contains(requests), "\(requests) requests are held out")
        let onlyRequests = LittleWorld(testGeneral: 1).testProblems(limit: .max, seed: 1)
        #expect(onlyRequests.count == requests)
        #expect(onlyRequests.allSatisfy { $0.scenario == .general })
        let onlySums = LittleWorld().testProblems(limit: .max, seed: 1)
        #expect(onlySums.allSatisfy { $0.scenario == .reasoning })
    }

    @Test func oneLanguageAlone() {
        for (share, language) in [(0.0, "en"), (1, "de")] {
            let world = LittleWorld(german: share, general: 0.5, testGeneral: 0.5)
            let problems = draws(world, 200, .train) + world.testProblems(limit: 200, seed: 0)
            #expect(problems.allSatisfy { $0.columns["language"] == language })
        }
    }

    @Test func problemsAreAFunctionOfTheGenerator() {
        let world = LittleWorld(general: 0.5)
        #expect(draws(world, 20, .train, seed: 5) == draws(world, 20, .train, seed: 5))
        #expect(draws(world, 20, .train, seed: 5) != draws(world, 20, .train, seed: 6))
    }

    @Test func allBadOptionsAreListed() {
        let bad = LittleWorld(digits: 9, heldOut: 0, german: 2, general: -1, testGeneral: .nan)
        #expect(
            bad.problems().map(\.key)
                == ["digits", "held_out", "german", "general", "test_general"])
    }

    @Test(arguments: [0, -1, 1, 100, 0.0001, 0.99999, .infinity, .nan])
    func badHoldOutIsNamed(heldOut: Double) {
        #expect(LittleWorld(heldOut: heldOut).problems().map(\.key) == ["held_out"])
    }

    @Test func optionsRoundTripAndAreAllEncoded() throws {
        let world = LittleWorld(
            digits: 3, heldOut: 0.2, german: 0.25, general: 0.5, testGeneral: 0.125)
        let data = try JSONEncoder().encode(world)
        #expect(try JSONDecoder().decode(LittleWorld.self, from: data) == world)
        let keys = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(LittleWorld()))
                as? [String: Any])
        #expect(
            keys.keys.sorted() == ["digits", "general", "german", "held_out", "test_general"])
        #expect(try JSONDecoder().decode(LittleWorld.self, from: Data("{}".utf8)) == LittleWorld())
    }

    @Test func wordsAreTheLanguagesOwn() {
        let english = LittleWorld.words(of: "en")
        let german = LittleWorld.words(of: "de")
        #expect(Set(english).isSuperset(of: ["and", "is", "wait", "garden", "goodbye"]))
        #expect(Set(german).isSuperset(of: ["und", "ist", "warte", "garten", "tschüss"]))
        #expect(!english.contains("anna") && !german.contains("und8"))
        #expect(LittleWorld.words(of: "fr").isEmpty)
        // What both languages have cannot tell them apart.
        #expect(Set(english).intersection(german) == ["ball", "hat", "so"])
    }
}
