/// A world small enough for a small model of characters, with all that the stages of R1 are for:
/// sums whose solution is put in words, in two languages that can be mixed, and everyday requests
/// whose replies no rule of the training judges.
package struct LittleWorld: ProblemSource, Hashable {
    package static let name = "little_world"
    package static let summary =
        "Sums solved in words, in English and German, and everyday requests in both."

    /// Digits of either operand.
    package let digits: Int
    /// The share of the sums, and of the everyday requests, that is held out: in both languages the
    /// same ones.
    package let heldOut: Double
    /// The share of German among the problems; the others are English.
    package let german: Double
    /// The share of everyday requests in training.
    package let general: Double
    /// The share of everyday requests among the held-out problems of an evaluation.
    package let testGeneral: Double
    /// The sums as a task of their own: their pairs and their verifier.
    package let sums: Sums

    package init() {
        self.init(digits: 2)
    }

    package init(
        digits: Int = 2, heldOut: Double = 0.1, german: Double = 0.5, general: Double = 0,
        testGeneral: Double = 0
    ) {
        self.digits = digits
        self.heldOut = heldOut
        self.german = german
        self.general = general
        self.testGeneral = testGeneral
        sums = Sums(digits: digits, heldOut: heldOut)
    }

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if !(0..<1).contains(heldOut) {
            found.append(("held_out", "must be a share from 0.0001 to below 1, found \(heldOut)"))
        } else {
            found += sums.problems()
            if found.isEmpty, let message = heldOutProblem() { found.append(("held_out", message)) }
        }
        let shares = [("german", german), ("general", general), ("test_general", testGeneral)]
        for (key, share) in shares where !(0...1).contains(share) {
            found.append((key, "must be a share from 0 to 1, found \(share)"))
        }
        return found
    }

    private func heldOutProblem() -> String? {
        let requests = EverydayRequest.all(in: .english)
        let held = requests.count { $0.isHeldOut(heldOut) }
        return (1..<requests.count).contains(held)
            ? nil
            : "holds out \(held) of \(requests.count) everyday requests; must leave some in both "
                + "splits, such as 0.1"
    }

    package func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let isGeneral = random.drawFraction() < (split == .train ? general : testGeneral)
        let language = WorldLanguage.drawn(german: german, using: &random)
        guard !isGeneral else {
            return EverydayRequest.drawn(split, heldOut: heldOut, in: language, using: &random)
                .problem
        }
        let (a, b) = sums.checkedPairs.draw(split, using: &random)
        return Self.problem(a, b, in: language)
    }

    /// A training sum, and the language in which it is asked.
    func drawnSum(
        using random: inout any RandomNumberGenerator
    ) -> (a: Int, b: Int, language: WorldLanguage) {
        let language = WorldLanguage.drawn(german: german, using: &random)
        let (a, b) = sums.checkedPairs.draw(.train, using: &random)
        return (a, b, language)
    }

    /// An everyday request of training.
    func drawnRequest(using random: inout any RandomNumberGenerator) -> EverydayRequest {
        let language = WorldLanguage.drawn(german: german, using: &random)
        return .drawn(.train, heldOut: heldOut, in: language, using: &random)
    }

    /// The question for one sum.
    package static func problem(_ a: Int, _ b: Int, in language: WorldLanguage) -> Problem {
        Problem(
            id: "\(language.rawValue):\(a)+\(b)", prompt: language.question(a, b),
            answer: "\(a + b)",
            columns: ["a": "\(a)", "b": "\(b)", "language": language.rawValue])
    }

    /// Sums and requests in their shares; each sum and each request once, in one language or the
    /// other. Where one kind comes to its end, the other goes on, unless its share is 0.
    package func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        var sums = self.sums.checkedPairs.heldOutPairs(
            limit: testGeneral < 1 ? limit : 0, seed: seed
        ).map { a, b in Self.problem(a, b, in: language(of: "\(a)+\(b)", seed: seed)) }[...]
        var requests = (testGeneral > 0 ? heldOutRequests(seed: seed) : []).map(\.problem)[...]
        var problems: [Problem] = []
        while problems.count < limit, !sums.isEmpty || !requests.isEmpty {
            // The share of the first n is that of the whole, to within one problem.
            let next = Double(problems.count + 1) * testGeneral
            let isGeneral = next.rounded(.down) > (next - testGeneral).rounded(.down)
            let takesRequest = requests.isEmpty ? false : sums.isEmpty || isGeneral
            problems.append(takesRequest ? requests.removeFirst() : sums.removeFirst())
        }
        return problems
    }

    /// Every held-out request in one language or the other, in an order fixed by `seed`.
    func heldOutRequests(seed: UInt64) -> [EverydayRequest] {
        let key = SplitMix64.mix(seed)
        var keyed: [(key: UInt64, request: EverydayRequest)] = []
        for request in EverydayRequest.all(in: .english) where request.isHeldOut(heldOut) {
            let isGerman = language(of: request.key, seed: seed) == .german
            keyed.append(
                (
                    SplitMix64.mix(StableHash.hash(request.key) ^ key),
                    isGerman ? request.inOtherLanguage : request
                ))
        }
        return keyed.sorted { ($0.key, $0.request.key) < ($1.key, $1.request.key) }.map(\.request)
    }

    /// The language in which something held out is asked.
    private func language(of key: String, seed: UInt64) -> WorldLanguage {
        StableHash.fraction("language \(seed) " + key) < german ? .german : .english
    }

    /// Sums as in the task `sums`; of requests no rule says what is right.
    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        guard problem.scenario == .reasoning else {
            return .ungradable(reason: "no rule judges the everyday request '\(problem.id)'")
        }
        return sums.verify(completion, problem)
    }

    /// The number that is given; of a reply to a request there is no majority.
    package func answer(in completion: String, to problem: Problem) -> String? {
        problem.scenario == .reasoning ? sums.answer(in: completion, to: problem) : nil
    }

    /// As in the task `sums`, whose way to tell it knows the words of both languages.
    package func correctsItself(_ completion: String, _ problem: Problem) -> Bool? {
        problem.scenario == .reasoning ? sums.correctsItself(completion, problem) : nil
    }

    package func contains(_ problem: Problem, in split: Split) -> Bool? {
        guard problem.scenario == .general else { return sums.contains(problem, in: split) }
        return EverydayRequest(problem).map { $0.isHeldOut(heldOut) == (split == .test) }
    }

    /// Whether texts of this world can be compared with a task.
    func knows(_ task: any ProblemSource) -> Bool { task is LittleWorld || task is Sums }

    /// Every way in which texts of this world would give away held-out problems of `task`, by the
    /// option responsible.
    func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        let theirs: (heldOut: Double, range: ClosedRange<Int>)
        switch task {
        case let task as LittleWorld:
            guard let pairs = task.sums.pairs else { return [] }
            theirs = (pairs.heldOut, pairs.range)
        case let task as Sums:
            guard let pairs = task.pairs else { return [] }
            theirs = (pairs.heldOut, pairs.range)
        default: return []
        }
        // A share holds out the same sums in every range, and the same requests.
        guard theirs.heldOut != heldOut else { return [] }
        return [
            (
                "world.held_out",
                "the text would show held-out problems of the task: it holds out \(heldOut), the "
                    + "task \(theirs.heldOut) of \(theirs.range); give both the same share"
            )
        ]
    }
}

extension LittleWorld {
    private enum CodingKeys: String, CodingKey {
        case digits, german, general
        case heldOut = "held_out"
        case testGeneral = "test_general"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = LittleWorld()
        func share(_ key: CodingKeys, _ fallback: Double) throws -> Double {
            try values.decodeIfPresent(Double.self, forKey: key) ?? fallback
        }
        self.init(
            digits: try values.decodeIfPresent(Int.self, forKey: .digits) ?? defaults.digits,
            heldOut: try share(.heldOut, defaults.heldOut),
            german: try share(.german, defaults.german),
            general: try share(.general, defaults.general),
            testGeneral: try share(.testGeneral, defaults.testGeneral))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(digits, forKey: .digits)
        try values.encode(heldOut, forKey: .heldOut)
        try values.encode(german, forKey: .german)
        try values.encode(general, forKey: .general)
        try values.encode(testGeneral, forKey: .testGeneral)
    }
}
