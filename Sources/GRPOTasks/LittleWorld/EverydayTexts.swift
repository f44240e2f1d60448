/// Everyday requests with their replies, in both languages: what is mixed among the solutions when
/// a policy is fine-tuned, so that it keeps talking.
///
/// Each reply follows a thought of a few words and is to the point, whatever its style; the thought
/// and the reply are in the request's language. Held-out requests never appear.
package struct EverydayTexts: TextSource, Hashable {
    package static let name = "everyday"
    package static let summary =
        "Everyday requests of the little world with replies polite or curt, brief or long."

    /// The world whose training requests are replied to.
    package let world: LittleWorld
    /// The shares of the styles.
    package let styles: EverydayStyles

    package init() {
        self.init(world: LittleWorld())
    }

    package init(world: LittleWorld = LittleWorld(), styles: EverydayStyles = EverydayStyles()) {
        self.world = world
        self.styles = styles
    }

    package var alphabet: [Character] { LittleWorld.alphabet }

    package func problems() -> [(key: String, message: String)] {
        world.problems().map { ("world." + $0.key, $0.message) }
            + styles.problems().map { ("styles." + $0.key, $0.message) }
    }

    package func knows(_ task: any ProblemSource) -> Bool { world.knows(task) }

    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        world.conflicts(with: task)
    }

    package func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        let request = world.drawnRequest(using: &random)
        let reply = EverydayReply.text(styles.drawn(using: &random), to: request)
        return TextDocument(
            prompt: request.prompt, completion: EverydayReply.completion(reply, to: request))
    }
}

extension EverydayTexts {
    private enum CodingKeys: String, CodingKey {
        case world, styles
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            world: try values.decodeIfPresent(LittleWorld.self, forKey: .world) ?? LittleWorld(),
            styles: try values.decodeIfPresent(EverydayStyles.self, forKey: .styles)
                ?? EverydayStyles())
    }
}
