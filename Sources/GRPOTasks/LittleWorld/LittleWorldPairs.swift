/// Pairs of replies to everyday requests, of which the one that `BriefAndPolite` scores higher is
/// preferred.
///
/// In a share of the pairs the worse one has a flaw: it is off the topic, says nothing, heaps up
/// courtesies, is in the other language, replies to another request, or is misspelt. Without them a reward model would never have seen what
/// a policy finds when it looks for the cheapest courtesy. Both completions are whole, with the same
/// thought, so that they differ in their answers alone.
package struct LittleWorldPairs: PairSource, Hashable {
    package static let name = "little_world"
    package static let summary =
        "Pairs of replies to everyday requests of the little world; brief and polite is better."

    /// The world whose training requests are replied to.
    package let world: LittleWorld
    /// The share of pairs whose worse reply has a flaw.
    package let flawed: Double
    /// The share of training pairs in which the worse reply is called the better: judges err.
    package let noise: Double

    package init() {
        self.init(world: LittleWorld())
    }

    package init(world: LittleWorld = LittleWorld(), flawed: Double = 0.4, noise: Double = 0) {
        self.world = world
        self.flawed = flawed
        self.noise = noise
    }

    /// Every character of the pairs.
    package var alphabet: [Character] { LittleWorld.alphabet }

    package func problems() -> [(key: String, message: String)] {
        var found = world.problems().map { ("world." + $0.key, $0.message) }
        if !(0...1).contains(flawed) {
            found.append(("flawed", "must be a share from 0 to 1, found \(flawed)"))
        }
        if !(0..<0.5).contains(noise) {
            found.append(("noise", "must be a share from 0 to below 0.5, found \(noise)"))
        }
        return found
    }

    /// Every way in which these pairs would give away held-out problems of `task`, by the option
    /// responsible.
    package func knows(_ task: any ProblemSource) -> Bool { world.knows(task) }

    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        world.conflicts(with: task)
    }

    package func pair(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> PreferencePair {
        let pair = pair(for: world.drawnRequest(using: &random), using: &random)
        guard random.drawFraction() < noise else { return pair }
        return PreferencePair(prompt: pair.prompt, chosen: pair.rejected, rejected: pair.chosen)
    }

    /// One pair for each held-out request, without noise.
    package func testPairs(limit: Int) -> [PreferencePair] {
        world.heldOutRequests(seed: 0).prefix(max(limit, 0)).map { request in
            var random: any RandomNumberGenerator = SplitMix64(
                seed: StableHash.hash("pair " + request.key))
            return pair(for: request, using: &random)
        }
    }

    /// Pairs of styles whose scores differ: all but polite and long against curt and brief.
    private static let contrasts: [(EverydayReply.Style, EverydayReply.Style)] = [
        (.politeBrief, .politeLong), (.politeBrief, .curtBrief), (.politeBrief, .curtLong),
        (.politeLong, .curtLong), (.curtBrief, .curtLong),
    ]

    private func pair(
        for request: EverydayRequest, using random: inout any RandomNumberGenerator
    ) -> PreferencePair {
        let isFlawed = random.drawFraction() < flawed
        let (better, worse) = random.drawElement(of: Self.contrasts)
        let rejected =
            isFlawed
            ? EverydayReply.text(
                random.drawElement(of: EverydayReply.Flaw.allCases), to: request, using: &random)
            : EverydayReply.text(worse, to: request)
        return PreferencePair(
            prompt: request.prompt,
            chosen: EverydayReply.completion(EverydayReply.text(better, to: request), to: request),
            rejected: EverydayReply.completion(rejected, to: request))
    }
}

extension LittleWorldPairs {
    private enum CodingKeys: String, CodingKey {
        case world, flawed, noise
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = LittleWorldPairs()
        self.init(
            world: try values.decodeIfPresent(LittleWorld.self, forKey: .world) ?? defaults.world,
            flawed: try values.decodeIfPresent(Double.self, forKey: .flawed) ?? defaults.flawed,
            noise: try values.decodeIfPresent(Double.self, forKey: .noise) ?? defaults.noise)
    }
}
