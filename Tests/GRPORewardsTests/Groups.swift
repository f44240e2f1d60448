import GRPORewards
import GRPOTasks

/// A group of texts for `57 + 68`.
func group(_ texts: [String], step: Int = 1, seed: UInt64 = 0, answer: String = "125")
    -> RewardGroup
{
    RewardGroup(
        problem: Problem(id: "57+68", prompt: "Q:57+68=?", answer: answer),
        completions: texts.map {
            Completion(text: $0, tokenCount: $0.utf8.count + 1, finishReason: .stop)
        },
        step: step, source: Sums(), seed: seed)
}

/// Gives fixed scores, whatever the completions say.
struct Fixed<Name: FixedName>: RewardFunction {
    static var name: String { Name.name }
    static var summary: String { "Fixed scores." }

    var scores: [Double?] = []

    init() {}

    init(_ scores: [Double?]) {
        self.scores = scores
    }

    func scores(for group: RewardGroup) async throws -> [Score] {
        scores.map { score in
            if let score { .value(score) } else { .ungradable(reason: "no score") }
        }
    }
}

protocol FixedName {
    static var name: String { get }
}

enum First: FixedName {
    static let name = "first"
}

enum Second: FixedName {
    static let name = "second"
}
