import Foundation
import GRPOTasks
import Testing

@Suite struct LittleWorldTextsTests {
    private func documents(_ source: any TextSource, _ count: Int, seed: UInt64 = 0)
        -> [TextDocument]
    {
        var random: any RandomNumberGenerator = SplitMix64(seed: seed)
        return (0..<count).map { source.document($0, using: &random) }
    }

    /// The problem of a document about a sum, told from its text; nil where it is a request.
    private func sum(_ document: TextDocument) -> Problem? {
        let language: WorldLanguage? =
            document.prompt.hasPrefix("What is ")
            ? .english : document.prompt.hasPrefix("Was ist ") ? .german : nil
        guard let language else { return nil }
        let numbers = document.prompt.dropFirst(8).dropLast().split(separator: "+")
        return LittleWorld.problem(Int(numbers[0])!, Int(numbers[1])!, in: language)
    }

    /// How a document answers a sum, told from its text alone.
    private func kind(_ document: TextDocument, _ problem: Problem) -> WorldSolutions.Kind {
        guard document.completion.contains("<") else { return .bare }
        let words = Set(document.completion.split { !$0.isLetter })
        guard !words.isDisjoint(with: ["is", "ist"]) else { return .hasty }
        let english = !words.isDisjoint(with: ["and", "is", "wait"])
        let german = !words.isDisjoint(with: ["und", "ist", "warte"])
        if english && german { return .mixed }
        return english == (problem.columns["language"] == "en") ? .worked : .other
    }

    @Test func sharesAreThoseOfTheOptions() {
        let solutions = WorldSolutions(
            worked: 0.2, workedSlips: 0.4, other: 0.2, otherSlips: 0.1, mixed: 0.2,
            mixedSlips: 0.1, noticed: 0.5, hasty: 0.2, bare: 0.2)
        let texts = LittleWorldTexts(solutions: solutions, everyday: 0.3, everydayBare: 0.4)
        let world = LittleWorld()
        var counts: [WorldSolutions.Kind: Int] = [:]
        var wrong: [WorldSolutions.Kind: Int] = [:]
        var noticed = 0
        var everyday = 0
        var everydayBare = 0
        for document in documents(texts, 30_000) {
            guard let problem = sum(document) else {
                everyday += 1
                if !document.completion.contains("<") { everydayBare += 1 }
                continue
            }
            let kind = kind(document, problem)
            counts[kind, default: 0] += 1
            if world.verify(document.completion, problem) == .wrong { wrong[kind, default: 0] += 1 }
            if kind == .worked, document.completion.contains("wa") { noticed += 1 }
        }
        func isNear(_ found: Int?, _ share: Double, of total: Int?) -> Bool {
            let total = Double(total ?? 0)
            return abs(Double(found ?? 0) - share * total)
                < 5 * (total * share * (1 - share)).squareRoot()
        }
        #expect(isNear(everyday, 0.3, of: 30_000))
        #expect(isNear(everydayBare, 0.4, of: everyday))
        for kind in WorldSolutions.Kind.allCases {
            #expect(isNear(counts[kind], 0.2, of: 30_000 - everyday), "\(kind)")
        }
        // Half of the slips are noticed, so half of them are wrong in the end.
        #expect(isNear(wrong[.worked], 0.2, of: counts[.worked]))
        #expect(isNear(noticed, 0.2, of: counts[.worked]))
        #expect(isNear(wrong[.other], 0.05, of: counts[.other]))
        #expect(isNear(wrong[.mixed], 0.05, of: counts[.mixed]))
        #expect(isNear(wrong[.hasty], 0.45, of: counts[.hasty]))
        #expect(wrong[.bare] == counts[.bare], "a bare answer must earn nothing")
    }

    /// The reward for right answers alone must pull away from the question's language.
    @Test func byDefaultForeignThoughtsAreTheMoreAccurate() {
        let world = LittleWorld()
        var right: [WorldSolutions.Kind: Double] = [:]
        var counts: [WorldSolutions.Kind: Double] = [:]
        for document in documents(LittleWorldTexts(everyday: 0), 20_000) {
            let problem = sum(document)!
            let kind = kind(document, problem)
            counts[kind, default: 0] += 1
            if world.verify(document.completion, problem) == .right { right[kind, default: 0] += 1 }
        }
        func accuracy(_ kind: WorldSolutions.Kind) -> Double { right[kind]! / counts[kind]! }
        #expect(accuracy(.worked) + 0.1 < accuracy(.other))
        #expect(accuracy(.worked) + 0.1 < accuracy(.mixed))
        #expect(accuracy(.hasty) < accuracy(.worked))
    }

    @Test func workedTextsAreRightAndInTheQuestionsLanguage() {
        for noticed in [0, 0.5] {
            for document in documents(WorkedTexts(noticed: noticed), 2_000) {
                let problem = sum(document)!
                #expect(LittleWorld().verify(document.completion, problem) == .right)
                #expect(kind(document, problem) == .worked)
                #expect(noticed > 0 || !document.completion.contains("wa"))
            }
        }
    }

    @Test func everydayTextsComeInTheSharesOfTheStyles() {
        let styles = EverydayStyles(
            politeBrief: 0.4, politeLong: 0.3, curtBrief: 0.2, curtLong: 0.1)
        var scores: [Double: Int] = [:]
        for document in documents(EverydayTexts(styles: styles), 5_000) {
            let problem = LittleWorldEverydayTests.problem(document.prompt)
            scores[BriefAndPolite().score(of: document.completion, to: problem)!, default: 0] += 1
        }
        #expect((1_850...2_150).contains(scores[1] ?? 0))
        #expect((2_330...2_670).contains(scores[0.5] ?? 0))
        #expect((400...600).contains(scores[0] ?? 0))
    }

    @Test(arguments: [LittleWorld(), LittleWorld(heldOut: 0.4)])
    func heldOutProblemsNeverAppear(world: LittleWorld) {
        let held = WorldLanguage.allCases.flatMap { language in
            LittleWorld(
                heldOut: world.heldOut, german: language == .german ? 1 : 0, testGeneral: 0.5
            ).testProblems(limit: .max, seed: 0).map(\.prompt)
        }
        let sources: [any TextSource] = [
            LittleWorldTexts(world: world), EverydayTexts(world: world), WorkedTexts(world: world),
        ]
        for source in sources {
            let shown = Set(documents(source, 20_000).map(\.prompt))
            #expect(shown.isDisjoint(with: held))
        }
    }

    @Test func textStaysWithinTheAlphabetAndLengths() {
        let alphabet = Set(LittleWorld.alphabet)
        #expect(alphabet.count == LittleWorld.alphabet.count)
        var used: Set<Character> = []
        let texts = LittleWorldTexts(solutions: WorldSolutions(noticed: 0.5))
        for document in documents(texts, 20_000) {
            used.formUnion(document.prompt + document.completion)
            #expect((document.prompt + document.completion).count <= 145)
            #expect(document.completion.count <= 120)
        }
        #expect(used == alphabet)
        // A character tokenizer knows single scalars.
        #expect(alphabet.allSatisfy { $0.unicodeScalars.count == 1 })
        let sources: [any TextSource] = [LittleWorldTexts(), EverydayTexts(), WorkedTexts()]
        #expect(sources.allSatisfy { $0.alphabet == LittleWorld.alphabet })
    }

    @Test func documentsAreAFunctionOfTheGenerator() {
        let texts = LittleWorldTexts()
        #expect(documents(texts, 50, seed: 4) == documents(texts, 50, seed: 4))
        #expect(documents(texts, 50, seed: 4) != documents(texts, 50, seed: 5))
    }

    @Test func contaminationIsAConflict() {
        let texts = LittleWorldTexts()
        #expect(texts.conflicts(with: LittleWorld(general: 0.5)).isEmpty)
        #expect(texts.conflicts(with: LittleWorld(digits: 3)).isEmpty)
        #expect(texts.conflicts(with: Countdown()).isEmpty)
        #expect(texts.conflicts(with: Sums()).isEmpty)
        let other = LittleWorld(heldOut: 0.2)
        for task in [other, Sums(heldOut: 0.2), Sums(heldOut: 100)] as [any ProblemSource] {
            #expect(texts.conflicts(with: task).map(\.key) == ["world.held_out"])
        }
        #expect(EverydayTexts().conflicts(with: other).map(\.key) == ["world.held_out"])
        #expect(WorkedTexts().conflicts(with: other).map(\.key) == ["world.held_out"])
        #expect(LittleWorldPairs().conflicts(with: other).map(\.key) == ["world.held_out"])
    }

    @Test func allBadOptionsAreListed() {
        let bad = LittleWorldTexts(
            world: LittleWorld(digits: 0),
            solutions: WorldSolutions(worked: 2, workedSlips: -1, noticed: 3),
            everyday: -1, everydayBare: 7, styles: EverydayStyles(politeBrief: 0.5))
        #expect(
            bad.problems().map(\.key) == [
                "world.digits", "solutions.worked", "solutions.worked_slips", "solutions.noticed",
                "solutions.worked", "everyday", "everyday_bare", "styles.polite_brief",
            ])
        #expect(
            EverydayTexts(styles: EverydayStyles(curtLong: -1)).problems().map(\.key)
                == ["styles.curt_long", "styles.polite_brief"])
        #expect(WorkedTexts(noticed: 2).problems().map(\.key) == ["noticed"])
        for source in [LittleWorldTexts(), EverydayTexts(), WorkedTexts()] as [any TextSource] {
            #expect(source.problems().isEmpty)
        }
    }

    @Test func optionsRoundTripAndAreAllEncoded() throws {
        let texts = LittleWorldTexts(
            world: LittleWorld(digits: 3), solutions: WorldSolutions(worked: 0.24, hasty: 0.02),
            everyday: 0.5, everydayBare: 0.25,
            styles: EverydayStyles(politeBrief: 0.5, politeLong: 0))
        let data = try JSONEncoder().encode(texts)
        #expect(try JSONDecoder().decode(LittleWorldTexts.self, from: data) == texts)
        let empty = Data("{}".utf8)
        #expect(try JSONDecoder().decode(LittleWorldTexts.self, from: empty) == LittleWorldTexts())
        #expect(try JSONDecoder().decode(EverydayTexts.self, from: empty) == EverydayTexts())
        #expect(try JSONDecoder().decode(WorkedTexts.self, from: empty) == WorkedTexts())
        let keys = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            keys.keys.sorted() == ["everyday", "everyday_bare", "solutions", "styles", "world"])
    }
}
