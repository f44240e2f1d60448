/// Sums of the little world worked out without a mistake, in the language of the question: the
/// cold start that a rule makes, beside the one that a policy's own samples make.
package struct WorkedTexts: TextSource, Hashable {
    package static let name = "worked"
    package static let summary =
        "Sums of the little world solved rightly, in words of the question's language."

    /// The world whose training sums are solved.
    package let world: LittleWorld
    /// The share of solutions in which a slip is made, noticed and put right.
    package let noticed: Double

    package init() {
        self.init(world: LittleWorld())
    }

    package init(world: LittleWorld = LittleWorld(), noticed: Double = 0) {
        self.world = world
        self.noticed = noticed
    }

    package var alphabet: [Character] { LittleWorld.alphabet }

    package func problems() -> [(key: String, message: String)] {
        world.problems().map { ("world." + $0.key, $0.message) }
            + ((0...1).contains(noticed)
                ? [] : [("noticed", "must be a share from 0 to 1, found \(noticed)")])
    }

    package func knows(_ task: any ProblemSource) -> Bool { world.knows(task) }

    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        world.conflicts(with: task)
    }

    package func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        let (a, b, language) = world.drawnSum(using: &random)
        let slip =
            random.drawFraction() < noticed ? WorkedSum.slip(on: a, b, using: &random) : nil
        let sum = SpokenSum(a, b, slip: slip, noticed: true)
        return TextDocument(
            prompt: language.question(a, b),
            completion: "<think>\(sum.text(in: language))</think><answer>\(sum.answer)</answer>")
    }
}

extension WorkedTexts {
    private enum CodingKeys: String, CodingKey {
        case world, noticed
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            world: try values.decodeIfPresent(LittleWorld.self, forKey: .world) ?? LittleWorld(),
            noticed: try values.decodeIfPresent(Double.self, forKey: .noticed) ?? 0)
    }
}
