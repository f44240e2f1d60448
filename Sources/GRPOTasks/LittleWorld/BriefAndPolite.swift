/// The preference of the little world: replies that are brief and polite. It makes the pairs from
/// which a reward model learns, and measures what became of it; nothing is trained on it directly.
///
/// A reply is worth half a point for each of
/// - brief: at most `characters` characters,
/// - polite: it has a word of courtesy,
///
/// but nothing unless it is to the point and nothing but that:
/// - it is one line of words, spaces, commas, and a full stop or mark at its end alone or between
///   sentences; all its words are the little world's, in the language of the request;
/// - it names what was spoken of, or without such a thing the person, and no other thing or person;
/// - it answers: a greeting with a greeting, a search with the place where the thing is, a wish by
///   giving, a gift with thanks or with where to leave it;
/// - no word comes more than twice, no courtesy twice, at most two courtesies come at all, and they
///   are less than half of the words. So a heap of courtesies earns less than none.
///
/// The order of the words is not looked at: right words in a wrong order pass.
package struct BriefAndPolite: Sendable, Hashable {
    /// The most characters of a brief reply.
    package let characters: Int

    package init(characters: Int = 40) {
        self.characters = characters
    }

    /// The words of courtesy, in lower case.
    package static func courtesies(in language: WorldLanguage) -> Set<String> {
        switch language {
        case .english: ["dear", "gladly", "kind", "please", "thank", "thanks", "welcome"]
        case .german: ["bitte", "danke", "gern", "gerne", "lieb", "liebe", "lieber"]
        }
    }

    /// 0, 0.5 or 1 for the answer of a completion, 0 where it has none; nil where the problem is no
    /// everyday request.
    package func score(of completion: String, to problem: Problem) -> Double? {
        EverydayRequest(problem).map { request in
            AnswerExtraction.tagged(in: completion).map { score(of: $0, to: request) } ?? 0
        }
    }

    /// 0, 0.5 or 1 for a reply.
    package func score(of reply: String, to request: EverydayRequest) -> Double {
        guard Self.isSentence(reply) else { return 0 }
        let words = Self.words(of: reply)
        guard answers(words, request) else { return 0 }
        var counts: [String: Int] = [:]
        for word in words { counts[word, default: 0] += 1 }
        let courtesies = Self.courtesies(in: request.language).compactMap { counts[$0] }
        guard counts.values.allSatisfy({ $0 <= 2 }), courtesies.allSatisfy({ $0 == 1 }),
            courtesies.count <= 2, 2 * courtesies.count < words.count
        else { return 0 }
        return (reply.count <= characters ? 0.5 : 0) + (courtesies.isEmpty ? 0 : 0.5)
    }

    /// Whether the words are the language's, name what they must and nothing else, and answer.
    private func answers(_ words: [String], _ request: EverydayRequest) -> Bool {
        let language = request.language
        guard words.allSatisfy({ Self.names.contains($0) || Self.known[language]!.contains($0) })
        else { return false }
        let said = Set(words)
        let people = said.intersection(Self.names)
        guard people.isSubset(of: [request.person.name.lowercased()]) else { return false }
        let things = WorldThing.all.filter { said.contains($0.noun(in: language).lowercased()) }
        guard things == (request.thing.map { [$0] } ?? []) else { return false }
        return switch (request.kind, language) {
        case (.greeting, .english): said.contains("hello") && !people.isEmpty
        case (.greeting, .german): said.contains("hallo") && !people.isEmpty
        case (.farewell, .english): said.contains("goodbye") && !people.isEmpty
        case (.farewell, .german): said.contains("tschüss") && !people.isEmpty
        case (.search, _):
            said.contains(request.thing!.place.noun(in: language).lowercased())
        case (.wish, .english): said.contains("take")
        case (.wish, .german): said.contains("nimm")
        case (.gift, .english): !said.isDisjoint(with: ["thank", "thanks", "leave"])
        case (.gift, .german): !said.isDisjoint(with: ["danke", "lass"])
        }
    }

    /// Whether a text is words and marks alone, with a mark at its end.
    private static func isSentence(_ text: String) -> Bool {
        guard let last = text.last, ".!?".contains(last) else { return false }
        return text.allSatisfy { $0.isLetter || " ,.!?".contains($0) }
    }

    private static func words(of text: String) -> [String] {
        text.split { !$0.isLetter }.map { $0.lowercased() }
    }

    /// Every name, in lower case.
    private static let names = Set(WorldPerson.all.map { $0.name.lowercased() })

    /// The words of each language, and some more of its courtesies.
    private static let known: [WorldLanguage: Set<String>] = Dictionary(
        uniqueKeysWithValues: WorldLanguage.allCases.map { language in
            (language, Set(LittleWorld.words(of: language)).union(courtesies(in: language)))
        })
}
