import Foundation
import GRPOTasks
import Testing

@Suite struct LittleWorldEverydayTests {
    private static let requests = WorldLanguage.allCases.flatMap(EverydayRequest.all)

    private static let byPrompt = Dictionary(
        uniqueKeysWithValues: requests.map { ($0.prompt, $0.problem) })

    /// The problem that a prompt asks.
    static func problem(_ prompt: String) -> Problem {
        byPrompt[prompt]!
    }

    private static func request(_ prompt: String) -> EverydayRequest {
        EverydayRequest(problem(prompt))!
    }

    private func score(_ reply: String, _ prompt: String) -> Double {
        BriefAndPolite().score(of: reply, to: Self.request(prompt))
    }

    @Test func requestsAreDistinctAndReadBackFromTheirProblems() {
        #expect(Self.requests.count == 1_600)
        #expect(Set(Self.requests.map(\.problem.id)).count == 1_600)
        #expect(Self.requests.allSatisfy { EverydayRequest($0.problem) == $0 })
        let problem = Self.problem("Anna: Wo ist der Ball?")
        #expect(problem.id == "de:search:Anna:ball")
        #expect(
            problem.columns
                == ["kind": "search", "language": "de", "person": "Anna", "thing": "ball"])
        #expect(EverydayRequest(LittleWorld.problem(57, 68, in: .english)) == nil)
        #expect(
            EverydayRequest(
                Problem(id: "x", prompt: "Hi", answer: "", columns: problem.columns)) == nil)
    }

    @Test(arguments: [
        ("Anna: Hallo!", "Hallo, liebe Anna."), ("Ben: Hallo!", "Hallo, lieber Ben."),
        ("Ben: Goodbye!", "Goodbye, dear Ben."),
        ("Max: Where is the map?", "The map is on the shelf, dear Max."),
        ("Max: Wo ist die Karte?", "Die Karte ist im Regal, lieber Max."),
        ("Tom: Kann ich den Hut haben?", "Nimm bitte den Hut, Tom."),
        ("Tom: Kann ich das Buch haben?", "Nimm bitte das Buch, Tom."),
        ("Lena: Hier ist der Apfel.", "Danke für den Apfel, Lena."),
        ("Lena: Here is the apple.", "Thank you for the apple, Lena."),
    ])
    func preferredReplies(prompt: String, reply: String) {
        #expect(EverydayReply.text(.politeBrief, to: Self.request(prompt)) == reply)
        #expect(Self.problem(prompt).answer == reply)
        #expect(score(reply, prompt) == 1)
    }

    /// The four styles are what they are called, for every request.
    @Test(arguments: EverydayReply.Style.allCases)
    func stylesScoreAsTheyAreCalled(style: EverydayReply.Style) {
        let expected: Double =
            switch style {
            case .politeBrief: 1
            case .politeLong, .curtBrief: 0.5
            case .curtLong: 0
            }
        for request in Self.requests {
            let reply = EverydayReply.text(style, to: request)
            #expect(BriefAndPolite().score(of: reply, to: request) == expected, "\(reply)")
            let isBrief = style == .politeBrief || style == .curtBrief
            #expect((reply.count <= 40) == isBrief, "\(reply)")
            #expect(reply.first!.isUppercase)
        }
    }

    @Test(arguments: EverydayReply.Flaw.allCases)
    func everyFlawEarnsNothing(flaw: EverydayReply.Flaw) {
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        for request in Self.requests {
            let reply = EverydayReply.text(flaw, to: request, using: &random)
            #expect(BriefAndPolite().score(of: reply, to: request) == 0, "\(reply)")
        }
    }

    /// What a policy could try instead of being brief and polite.
    @Test(arguments: [
        // Courtesy alone, courtesy heaped, courtesy twice.
        ("Anna: Can I have the ball?", "Please, dear Anna."),
        ("Anna: Can I have the ball?", "Please, please take the ball, Anna."),
        ("Anna: Can I have the ball?", "Please gladly take the ball, dear Anna."),
        ("Anna: Can I have the ball?", "Please dear ball take."),
        ("Anna: Hello!", "Dear hello Anna please."),
        // The thing without an answer, a list of everything, the question back.
        ("Anna: Can I have the ball?", "The ball, please."),
        ("Anna: Where is the ball?", "Please, the ball."),
        ("Anna: Where is the ball?", "Anna: Where is the ball?"),
        ("Anna: Can I have the ball?", "Can I have the ball, please?"),
        ("Anna: Can I have the ball?", "Please take the ball, bag, pen."),
        ("Anna: Hello!", "Hello, dear Anna, Ben."),
        // Another place, thing, person or language.
        ("Anna: Where is the ball?", "The ball is in the hall, dear Anna."),
        ("Anna: Can I have the ball?", "Please take the pen, Anna."),
        ("Anna: Can I have the ball?", "Please take the ball, Ben."),
        ("Anna: Can I have the ball?", "Nimm bitte den Ball, Anna."),
        ("Anna: Wo ist der Ball?", "Der Ball is in the Garten, liebe Anna."),
        // No words, no end, tags, more than a sentence needs.
        ("Anna: Hello!", ""), ("Anna: Hello!", "Hello, dear Anna"), ("Anna: Hello!", "."),
        ("Anna: Hello!", "Hello, dear Anna <3."), ("Anna: Hello!", "Hello, dear Anna.\n."),
        ("Anna: Hello!", "Hello, dear Annna."), ("Anna: Hello!", "Hello hello hello dear Anna."),
    ])
    func nothingElsePays(prompt: String, reply: String) {
        #expect(score(reply, prompt) == 0)
    }

    @Test(arguments: [
        ("Anna: Can I have the ball?", "Please take the ball.", 1.0),
        ("Anna: Can I have the ball?", "Please take the ball, dear Anna!", 1),
        ("Anna: Hello!", "A very kind hello, Anna.", 0), ("Anna: Hello!", "Hello, kind Anna.", 1),
        ("Anna: Hier ist der Ball.", "Danke, Anna, lass den Ball hier.", 1),
        ("Anna: Where is the ball?", "In the garden is the ball.", 0.5),
    ])
    func otherGoodRepliesPay(prompt: String, reply: String, expected: Double) {
        #expect(score(reply, prompt) == expected)
    }

    @Test func onlyTheAnswerIsJudged() {
        let rule = BriefAndPolite()
        let problem = Self.problem("Anna: Hello!")
        let reply = "<answer>Hello, dear Anna.</answer>"
        #expect(rule.score(of: "<think>long, long</think>" + reply, to: problem) == 1)
        #expect(rule.score(of: "<think>" + reply, to: problem) == 0)
        #expect(rule.score(of: "Hello, dear Anna.", to: problem) == 0)
        #expect(rule.score(of: reply, to: LittleWorld.problem(57, 68, in: .english)) == nil)
        #expect(BriefAndPolite(characters: 10).score(of: reply, to: problem) == 0.5)
    }
}
