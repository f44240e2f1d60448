/// What the little world's texts are made of.
extension LittleWorld {
    /// Every word of a language, `en` or `de`, in lower case and sorted; names are left out, being
    /// the same in both. None of another language.
    package static func words(of language: String) -> [String] {
        WorldLanguage(rawValue: language).map(words(of:)) ?? []
    }

    static func words(of language: WorldLanguage) -> [String] { wordsByLanguage[language]! }

    /// Every character of prompts, thoughts and answers, tags included.
    package static let alphabet: [Character] = {
        let texts = WorldLanguage.allCases.flatMap(sampleTexts) + ["0123456789+<think></answer>"]
        return Set(texts.joined()).sorted()
    }()

    private static let wordsByLanguage: [WorldLanguage: [String]] = {
        let names = Set(WorldPerson.all.map { $0.name.lowercased() })
        return Dictionary(
            uniqueKeysWithValues: WorldLanguage.allCases.map { language in
                let words = sampleTexts(in: language).flatMap { text in
                    text.split { !$0.isLetter }.map { $0.lowercased() }
                }
                return (language, Set(words).subtracting(names).sorted())
            })
    }()

    /// Texts that use every word of a language: a sum with a carry and a noticed slip, and of each
    /// kind all requests of every person about one thing and of every thing by one person.
    private static func sampleTexts(in language: WorldLanguage) -> [String] {
        let slip = WorkedSum.Slip(column: 0, amount: -1)
        let sum = SpokenSum(57, 68, slip: slip, noticed: true).text(in: language)
        let requests = EverydayRequest.all(in: language).filter { request in
            request.person == WorldPerson.all[0] || request.thing == WorldThing.all[0]
                || request.thing == nil
        }
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        return [language.question(57, 68), sum]
            + requests.flatMap { request in
                [request.prompt, request.thought]
                    + EverydayReply.Style.allCases.map { EverydayReply.text($0, to: request) }
                    + [EverydayReply.Flaw.hollow, .stuffed].map {
                        EverydayReply.text($0, to: request, using: &random)
                    }
            }
    }
}
