package import GRPOTasks

/// Accuracy by degrees: 1 for a right answer; for a wrong whole number a share of `partial`, as many
/// of its digits as stand right, counted from the ones; 0 where no answer can be read. An answer with
/// digits too many or too few has as many wrong ones.
///
/// A denser signal than right or wrong, and one that pays for answers that are wrong: 115 in place of
/// 125 earns two thirds of `partial`.
package struct GradedAccuracyReward: RewardFunction, Hashable {
    package static let name = "graded_accuracy"
    package static let summary =
        "1 for a right answer; for a wrong number a part of it, by its right digits."

    /// What a wrong answer with all but no digit wrong comes near to, from 0 to below 1.
    package var partial = 0.5

    private enum CodingKeys: String, CodingKey {
        case partial
    }

    package init() {}

    package init(partial: Double) {
        self.partial = partial
    }

    package func problems() -> [(key: String, message: String)] {
        partial >= 0 && partial < 1
            ? []
            : [
                (
                    "partial",
                    "must be at least 0 and below 1, so that right beats wrong, found \(partial)"
                )
            ]
    }

    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        guard group.problem.scenario == .reasoning else {
            return group.completions.map { _ in .notApplicable }
        }
        return zip(group.completions, group.verdicts).map { completion, verdict in
            switch verdict {
            case .right: .value(1)
            case .ungradable(let reason): .ungradable(reason: reason)
            case .wrong:
                .value(
                    partial
                        * (group.source.answer(in: completion.text, to: group.problem)
                            .map { Self.share($0, of: group.problem.answer) } ?? 0))
            }
        }
    }

    /// The share of places, from the ones up to the longer number's first, at which both have the same
    /// digit; 0 where either is no whole number.
    package static func share(_ given: String, of truth: String) -> Double {
        let (given, truth) = (Array(given.utf8.reversed()), Array(truth.utf8.reversed()))
        guard !given.isEmpty, !truth.isEmpty, (given + truth).allSatisfy(ByteSearch.isDigit)
        else { return 0 }
        let right = zip(given, truth).count { $0 == $1 }
        return Double(right) / Double(max(given.count, truth.count))
    }
}

extension GradedAccuracyReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        partial = try values.decodeIfPresent(Double.self, forKey: .partial) ?? 0.5
    }
}
