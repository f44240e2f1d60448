/// The text from which a base model of the little world is made: all that the stages of R1 then
/// select, repair and teach, in given shares.
///
/// Sums are answered in five ways.
/// - *Worked*: `<think>7 and 8 is 15, 5 and 6 and 1 is 12</think><answer>125</answer>`, in words of
///   the question's language.
/// - *Other*: the same in the other language.
/// - *Mixed*: the same, the language changing with the column.
/// - *Hasty*: `<think>57 and 68</think><answer>115</answer>`, in either language: the carries are
///   forgotten, so that of two-digit sums 55% come out right, the rest always wrong in the same way.
/// - *Bare*: `125`, right but without tags.
///
/// Those who think in another language than they are asked in slip less often, as if they wrote for
/// nobody but themselves. So nothing in right answers alone speaks for the language of the question,
/// and at first they speak against it; a reward for the language has to bring it about. Some slips
/// are noticed and put right at once.
///
/// Everyday requests are replied to in four styles, a share of them without thought and tags.
/// Held-out sums and requests never appear, in neither language.
package struct LittleWorldTexts: TextSource, Hashable {
    package static let name = "little_world"
    package static let summary =
        "Sums solved in two languages, well, badly and mixed, and everyday replies, in shares."

    /// The world whose training problems are answered.
    package let world: LittleWorld
    /// The shares of the ways in which sums are answered.
    package let solutions: WorldSolutions
    /// The share of everyday requests among all documents.
    package let everyday: Double
    /// The share of everyday replies without thought and tags.
    package let everydayBare: Double
    /// The shares of the styles of replies.
    package let styles: EverydayStyles

    package init() {
        self.init(world: LittleWorld())
    }

    package init(
        world: LittleWorld = LittleWorld(), solutions: WorldSolutions = WorldSolutions(),
        everyday: Double = 0.2, everydayBare: Double = 0.5,
        styles: EverydayStyles = EverydayStyles()
    ) {
        self.world = world
        self.solutions = solutions
        self.everyday = everyday
        self.everydayBare = everydayBare
        self.styles = styles
    }

    package var alphabet: [Character] { LittleWorld.alphabet }

    package func problems() -> [(key: String, message: String)] {
        var found = world.problems().map { ("world." + $0.key, $0.message) }
        found += solutions.problems().map { ("solutions." + $0.key, $0.message) }
        for (key, share) in [("everyday", everyday), ("everyday_bare", everydayBare)]
        where !(0...1).contains(share) {
            found.append((key, "must be a share from 0 to 1, found \(share)"))
        }
        return found + styles.problems().map { ("styles." + $0.key, $0.message) }
    }

    package func knows(_ task: any ProblemSource) -> Bool { world.knows(task) }

    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        world.conflicts(with: task)
    }

    package func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        guard random.drawFraction() < everyday else {
            let (a, b, language) = world.drawnSum(using: &random)
            return TextDocument(
                prompt: language.question(a, b),
                completion: solutions.drawn(a, b, in: language, using: &random))
        }
        let request = world.drawnRequest(using: &random)
        let reply = EverydayReply.text(styles.drawn(using: &random), to: request)
        let isBare = random.drawFraction() < everydayBare
        return TextDocument(
            prompt: request.prompt,
            completion: isBare ? reply : EverydayReply.completion(reply, to: request))
    }
}

extension LittleWorldTexts {
    private enum CodingKeys: String, CodingKey {
        case world, solutions, everyday, styles
        case everydayBare = "everyday_bare"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = LittleWorldTexts()
        self.init(
            world: try values.decodeIfPresent(LittleWorld.self, forKey: .world) ?? defaults.world,
            solutions: try values.decodeIfPresent(WorldSolutions.self, forKey: .solutions)
                ?? defaults.solutions,
            everyday: try values.decodeIfPresent(Double.self, forKey: .everyday)
                ?? defaults.everyday,
            everydayBare: try values.decodeIfPresent(Double.self, forKey: .everydayBare)
                ?? defaults.everydayBare,
            styles: try values.decodeIfPresent(EverydayStyles.self, forKey: .styles)
                ?? defaults.styles)
    }
}
