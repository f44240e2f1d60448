import Foundation

/// The replies to everyday requests.
package enum EverydayReply {
    /// Two manners in two lengths, all of them to the point.
    package enum Style: String, Sendable, Hashable, CaseIterable {
        case politeBrief = "polite_brief"
        case politeLong = "polite_long"
        case curtBrief = "curt_brief"
        case curtLong = "curt_long"
    }

    /// Ways in which a reply only looks like a good one.
    package enum Flaw: String, Sendable, Hashable, CaseIterable {
        /// It speaks of another thing, or to another person.
        case offTopic
        /// Courtesies without an answer.
        case hollow
        /// Courtesies heaped on an answer.
        case stuffed
        /// It is in the other language.
        case foreign
        /// It replies to another request about the same thing: a search is told to take it.
        case misplaced
        /// A letter within a word is missing or stands twice.
        case misspelt
    }

    /// The reply in a style.
    package static func text(_ style: Style, to request: EverydayRequest) -> String {
        let text =
            switch request.language {
            case .english: english(style, request)
            case .german: german(style, request)
            }
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    private static func english(_ style: Style, _ request: EverydayRequest) -> String {
        let name = request.person.name
        let dear = request.person.dear(in: .english)
        let thing = request.object
        return switch (request.kind, style) {
        case (.greeting, .politeBrief): "hello, \(dear)."
        case (.greeting, .politeLong): "hello, \(dear), how nice to see you here again."
        case (.greeting, .curtBrief): "hello, \(name)."
        case (.greeting, .curtLong): "hello, \(name), but I have no time for you today."
        case (.farewell, .politeBrief): "goodbye, \(dear)."
        case (.farewell, .politeLong): "goodbye, \(dear), I hope to see you again soon."
        case (.farewell, .curtBrief): "goodbye, \(name)."
        case (.farewell, .curtLong): "goodbye, \(name), and close the door behind you."
        case (.search, .politeBrief): "\(thing) is \(request.place), \(dear)."
        case (.search, .politeLong):
            "\(thing) is \(request.place), \(dear), I will gladly help you."
        case (.search, .curtBrief): "\(thing) is \(request.place)."
        case (.search, .curtLong): "\(thing) is \(request.place), as I have often told you."
        case (.wish, .politeBrief): "please take \(thing), \(name)."
        case (.wish, .politeLong): "please take \(thing), \(name), and stay as long as you like."
        case (.wish, .curtBrief): "take \(thing)."
        case (.wish, .curtLong): "take \(thing), but do not ask me for it every day."
        case (.gift, .politeBrief): "thank you for \(thing), \(name)."
        case (.gift, .politeLong): "thank you for \(thing), \(name), that is so very kind."
        case (.gift, .curtBrief): "leave \(thing) here."
        case (.gift, .curtLong): "leave \(thing) here, you have had it long enough."
        }
    }

    private static func german(_ style: Style, _ request: EverydayRequest) -> String {
        let name = request.person.name
        let dear = request.person.dear(in: .german)
        let subject = request.subject
        let thing = request.object
        return switch (request.kind, style) {
        case (.greeting, .politeBrief): "hallo, \(dear)."
        case (.greeting, .politeLong): "hallo, \(dear), wie schön, dass du hier bist."
        case (.greeting, .curtBrief): "hallo, \(name)."
        case (.greeting, .curtLong): "hallo, \(name), aber ich habe heute keine Zeit."
        case (.farewell, .politeBrief): "tschüss, \(dear)."
        case (.farewell, .politeLong): "tschüss, \(dear), komm bald wieder zu uns."
        case (.farewell, .curtBrief): "tschüss, \(name)."
        case (.farewell, .curtLong): "tschüss, \(name), und komm nicht wieder so spät."
        case (.search, .politeBrief): "\(subject) ist \(request.place), \(dear)."
        case (.search, .politeLong):
            "\(subject) ist \(request.place), \(dear), komm gern mit."
        case (.search, .curtBrief): "\(subject) ist \(request.place)."
        case (.search, .curtLong): "\(subject) ist \(request.place), wie ich schon oft sagte."
        case (.wish, .politeBrief): "nimm bitte \(thing), \(name)."
        case (.wish, .politeLong): "nimm bitte \(thing), \(name), und bleib noch zum Essen."
        case (.wish, .curtBrief): "nimm \(thing)."
        case (.wish, .curtLong): "nimm \(thing), aber frag mich nicht jeden Tag danach."
        case (.gift, .politeBrief): "danke für \(thing), \(name)."
        case (.gift, .politeLong): "danke für \(thing), \(name), das ist sehr lieb von dir."
        case (.gift, .curtBrief): "lass \(thing) hier."
        case (.gift, .curtLong): "lass \(thing) hier, das hat ja lange gedauert."
        }
    }

    /// A reply with a flaw.
    package static func text(
        _ flaw: Flaw, to request: EverydayRequest, using random: inout any RandomNumberGenerator
    ) -> String {
        switch flaw {
        case .offTopic:
            return text(.politeBrief, to: request.aboutSomethingElse(using: &random))
        case .foreign:
            return text(.politeBrief, to: request.inOtherLanguage)
        case .misplaced:
            return text(.politeBrief, to: request.askedOtherwise(using: &random))
        case .misspelt:
            return misspelt(text(.politeBrief, to: request), using: &random)
        case .hollow:
            let dear = request.person.dear(in: request.language)
            return request.language == .english
                ? "Please, \(dear), thank you." : "Bitte, \(dear), danke."
        case .stuffed:
            let reply = text(.politeBrief, to: request).dropLast()
            return request.language == .english
                ? "\(reply), please, thank you, please." : "\(reply), bitte, danke, bitte."
        }
    }

    /// The text with an inner letter of its longest word left out or doubled: an ending could turn
    /// one word into another.
    private static func misspelt(
        _ text: String, using random: inout any RandomNumberGenerator
    ) -> String {
        let words = text.split { !$0.isLetter }
        guard let word = words.max(by: { $0.count < $1.count }), word.count > 2 else {
            return text
        }
        let place = text.index(
            word.startIndex, offsetBy: 1 + random.drawInteger(below: word.count - 2))
        let letter = random.drawFraction() < 0.5 ? "" : "\(text[place])\(text[place])"
        return text.replacingCharacters(in: place...place, with: letter)
    }

    /// A whole completion: the thought, and the reply as its answer.
    package static func completion(_ reply: String, to request: EverydayRequest) -> String {
        "<think>\(request.thought)</think><answer>\(reply)</answer>"
    }
}
