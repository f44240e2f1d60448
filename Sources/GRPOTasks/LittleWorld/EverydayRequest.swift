/// What somebody says in the little world, and a reply is to be found for: no rule tells which
/// reply is right, but `BriefAndPolite` tells which is preferred.
package struct EverydayRequest: Sendable, Hashable {
    /// What is said.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// `Anna: Hello!`
        case greeting
        /// `Anna: Goodbye!`
        case farewell
        /// `Anna: Where is the ball?`
        case search
        /// `Anna: Can I have the ball?`
        case wish
        /// `Anna: Here is the ball.`
        case gift

        /// Whether a thing is spoken of.
        var hasThing: Bool { self != .greeting && self != .farewell }
    }

    package let kind: Kind
    package let language: WorldLanguage
    /// Who speaks.
    package let person: WorldPerson
    /// What is spoken of; in greetings and farewells nothing.
    package let thing: WorldThing?

    private init(
        _ kind: Kind, _ language: WorldLanguage, _ person: WorldPerson, _ thing: WorldThing?
    ) {
        self.kind = kind
        self.language = language
        self.person = person
        self.thing = thing
    }

    /// Every request in one language, in a fixed order.
    package static func all(in language: WorldLanguage) -> [EverydayRequest] {
        Kind.allCases.flatMap { kind in
            WorldPerson.all.flatMap { person in
                (kind.hasThing ? WorldThing.all.map(Optional.some) : [nil]).map { thing in
                    EverydayRequest(kind, language, person, thing)
                }
            }
        }
    }

    /// One request of a split: kind, person and thing uniformly drawn, what belongs to the other
    /// split drawn again.
    static func drawn(
        _ split: Split, heldOut: Double, in language: WorldLanguage,
        using random: inout any RandomNumberGenerator
    ) -> EverydayRequest {
        // One of the 800 is found among ten million draws, or there is none.
        for _ in 0..<10_000_000 {
            let kind = random.drawElement(of: Kind.allCases)
            let person = random.drawElement(of: WorldPerson.all)
            let thing = kind.hasThing ? random.drawElement(of: WorldThing.all) : nil
            let request = EverydayRequest(kind, language, person, thing)
            if request.isHeldOut(heldOut) == (split == .test) { return request }
        }
        preconditionFailure("no request in split '\(split)' with held_out \(heldOut)")
    }

    /// The parts that both languages share, by which it is held out: a request in one language
    /// would give away the other's.
    package var key: String {
        ([kind.rawValue, person.name] + (thing.map { [$0.noun(in: .english)] } ?? []))
            .joined(separator: ":")
    }

    /// Whether it belongs to the test split, for a share that is held out.
    package func isHeldOut(_ share: Double) -> Bool {
        StableHash.fraction("everyday " + key) < share
    }

    /// The same with another thing, or where none is spoken of by another person.
    func aboutSomethingElse(using random: inout any RandomNumberGenerator) -> EverydayRequest {
        if let thing {
            let things = WorldThing.all.filter { $0 != thing }
            return EverydayRequest(kind, language, person, random.drawElement(of: things))
        }
        let people = WorldPerson.all.filter { $0 != person }
        return EverydayRequest(kind, language, random.drawElement(of: people), nil)
    }

    /// The same person with the same thing in another matter.
    func askedOtherwise(using random: inout any RandomNumberGenerator) -> EverydayRequest {
        let kinds = Kind.allCases.filter { $0 != kind && $0.hasThing == kind.hasThing }
        return EverydayRequest(random.drawElement(of: kinds), language, person, thing)
    }

    /// The same in the other language.
    var inOtherLanguage: EverydayRequest {
        EverydayRequest(kind, language.other, person, thing)
    }
}

extension EverydayRequest {
    /// What is said, and by whom.
    package var prompt: String {
        let said =
            switch (kind, language) {
            case (.greeting, .english): "Hello!"
            case (.greeting, .german): "Hallo!"
            case (.farewell, .english): "Goodbye!"
            case (.farewell, .german): "Tschüss!"
            case (.search, .english): "Where is \(subject)?"
            case (.search, .german): "Wo ist \(subject)?"
            case (.wish, .english): "Can I have \(object)?"
            case (.wish, .german): "Kann ich \(object) haben?"
            case (.gift, .english): "Here is \(subject)."
            case (.gift, .german): "Hier ist \(subject)."
            }
        return person.name + ": " + said
    }

    /// The thought before a reply: in a few words what is asked, in the request's language, so that
    /// its language can be measured.
    package var thought: String {
        let deed =
            switch (kind, language) {
            case (.greeting, .english): "says hello"
            case (.greeting, .german): "sagt hallo"
            case (.farewell, .english): "is leaving"
            case (.farewell, .german): "geht jetzt"
            case (.search, .english): "needs \(object)"
            case (.search, .german): "sucht \(object)"
            case (.wish, .english): "wants \(object)"
            case (.wish, .german): "möchte \(object)"
            case (.gift, .english): "brings \(object)"
            case (.gift, .german): "bringt \(object)"
            }
        return person.name + " " + deed
    }

    /// The thing with its article, as the subject of a sentence.
    var subject: String { thing?.subject(in: language) ?? "" }

    /// The thing with its article, as the object.
    var object: String { thing?.object(in: language) ?? "" }

    /// Where the thing is.
    var place: String { thing?.place.phrase(in: language) ?? "" }

    /// The request as a problem that no rule can judge. Its answer is the preferred reply, for
    /// people to read.
    package var problem: Problem {
        var columns = [
            "kind": kind.rawValue, "language": language.rawValue, "person": person.name,
        ]
        if let thing { columns["thing"] = thing.noun(in: .english) }
        return Problem(
            id: language.rawValue + ":" + key, prompt: prompt,
            answer: EverydayReply.text(.politeBrief, to: self), columns: columns,
            scenario: .general)
    }

    /// The request of a problem; nil where the problem is another's.
    package init?(_ problem: Problem) {
        guard problem.scenario == .general,
            let kind = problem.columns["kind"].flatMap(Kind.init),
            let language = problem.columns["language"].flatMap(WorldLanguage.init),
            let person = WorldPerson.all.first(where: { $0.name == problem.columns["person"] })
        else { return nil }
        let thing = WorldThing.all.first {
            $0.noun(in: .english) == problem.columns["thing"]
        }
        guard kind.hasThing == (thing != nil) else { return nil }
        self.init(kind, language, person, thing)
    }
}
