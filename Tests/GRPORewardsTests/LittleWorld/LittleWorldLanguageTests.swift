import GRPORewards
import GRPOTasks
import Testing

/// The language of the little world's texts can be measured.
@Suite struct LittleWorldLanguageTests {
    private let consistency = LanguageConsistency()
    private let reward = LanguageConsistencyReward()

    private static let requests = WorldLanguage.allCases.flatMap(EverydayRequest.all)

    /// What both languages spell alike tells nothing.
    private let shared: Set<String> = [
        "an", "ball", "hat", "in", "kind", "so", "was", "will",
    ]

    @Test(arguments: WorldLanguage.allCases)
    func everyWordIsKnownAsItsLanguages(language: WorldLanguage) {
        for word in LittleWorld.words(of: language.rawValue) where word.count > 1 {
            let speakers = WordLanguages.standard.speakers(of: word)
            #expect(speakers.contains(language.rawValue), "\(word)")
            #expect(
                speakers.contains(language.other.rawValue) == shared.contains(word), "\(word)")
        }
    }

    @Test func textsOfOneLanguageAreConsistent() {
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        for request in Self.requests {
            let language = request.language.rawValue
            #expect(consistency.share(of: request.prompt, in: language) == 1)
            for style in EverydayReply.Style.allCases {
                let reply = EverydayReply.text(style, to: request)
                let text = EverydayReply.completion(reply, to: request)
                #expect(consistency.share(of: text, in: language) == 1, "\(text)")
            }
            let foreign = EverydayReply.text(.foreign, to: request, using: &random)
            #expect(consistency.share(of: foreign, in: language)! < 0.6, "\(foreign)")
        }
        for index in 0..<500 {
            let document = WorkedTexts(noticed: 0.5).document(index, using: &random)
            let language = document.prompt.hasPrefix("What") ? "en" : "de"
            let other = language == "en" ? "de" : "en"
            #expect(reward.share(of: document.completion, in: language) == 1)
            #expect(reward.share(of: document.completion, in: other) == 0)
        }
    }

    /// Of the words of a sum exactly those are foreign that are put in the other language.
    @Test func mixedSumsAreConsistentByTheShareOfTheirWords() {
        let slip = WorkedSum.Slip(column: 0, amount: -1)
        for sum in [SpokenSum(57, 68), SpokenSum(57, 68, slip: slip, noticed: true)] {
            for place in 0...sum.wordCount {
                let text = sum.text(in: .german, upTo: place)
                let share = Double(place) / Double(sum.wordCount)
                #expect(consistency.share(of: text, in: "de") == share)
                #expect(abs(consistency.share(of: text, in: "en")! - (1 - share)) < 1e-12)
            }
        }
    }

    /// The thought of an everyday request in the other language is told from one in its own.
    @Test func everydayThoughtsHaveALanguage() {
        for request in Self.requests {
            let language = request.language
            #expect(consistency.share(of: request.thought, in: language.rawValue) == 1)
            #expect(consistency.share(of: request.thought, in: language.other.rawValue)! <= 0.5)
        }
    }

    /// By default about half of a thought is in the question's language: room for a language reward.
    @Test func theBasesTextMixesLanguages() {
        var random: any RandomNumberGenerator = SplitMix64(seed: 3)
        var shares: [Double] = []
        for index in 0..<20_000 {
            let document = LittleWorldTexts(everyday: 0).document(index, using: &random)
            guard document.completion.contains("<think>") else { continue }
            let language = document.prompt.hasPrefix("What") ? "en" : "de"
            shares.append(reward.share(of: document.completion, in: language))
        }
        let mean = shares.reduce(0, +) / Double(shares.count)
        #expect(abs(mean - 0.53) < 0.02)
        #expect(abs(Double(shares.count) / 20_000 - 0.56) < 0.02)
    }
}
