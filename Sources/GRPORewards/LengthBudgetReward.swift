import Foundation
package import GRPOTasks

/// How exactly a completion keeps to a number of tokens: the length term of L1's LCPO-Exact
/// (Aggarwal and Welleck 2025, arXiv 2503.04697, equation 1), which stands beside `accuracy` of
/// weight 1.
///
///     r = -alpha · |budget - len|
///
/// Lengths are in tokens, the ending included. The budget is the problem's own, where a column
/// names it (L1 draws one for every problem and writes it into the prompt), else `tokens`. A problem
/// without either is ungradable.
package struct LengthBudgetReward: RewardFunction, Hashable {
    package static let name = "length_budget"
    package static let summary = "-alpha for every token that a completion is off its budget."

    /// The budget of problems without one of their own; nil: there must be one.
    package var tokens: Int?
    /// The column of a problem that holds its budget.
    package var column = Self.defaultColumn
    /// The price of a token, above 0 and at most 1 (L1: 0.0003, for budgets of 100 to 4,000).
    package var alpha = Self.defaultAlpha

    private static let defaultColumn = "length_budget"
    private static let defaultAlpha = 0.0003

    private enum CodingKeys: String, CodingKey {
        case tokens, column, alpha
    }

    package init() {}

    package init(tokens: Int?, alpha: Double) {
        self.tokens = tokens
        self.alpha = alpha
    }

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if let tokens, tokens < 1 {
            found.append(("tokens", "must be at least 1 or null, found \(tokens)"))
        }
        if !(alpha > 0 && alpha <= 1) {
            found.append(("alpha", "must be above 0 and at most 1, found \(alpha)"))
        }
        return found
    }

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        let budget: Int
        if let written = group.problem.columns[column] {
            let digits = written.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let own = Int(digits), own >= 1 else {
                return group.completions.map { _ in
                    .ungradable(
                        reason: "column '\(column)' holds '\(written.prefix(40))', no number of "
                            + "tokens")
                }
            }
            budget = own
        } else if let tokens {
            budget = tokens
        } else {
            return group.completions.map { _ in
                .ungradable(reason: "the problem has no column '\(column)', and tokens is null")
            }
        }
        return group.completions.map {
            let distance = (budget - $0.tokenCount).magnitude
            return .value(distance == 0 ? 0 : -alpha * Double(distance))
        }
    }
}

extension LengthBudgetReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        tokens = try values.decodeIfPresent(Int.self, forKey: .tokens)
        column = try values.decodeIfPresent(String.self, forKey: .column) ?? Self.defaultColumn
        alpha = try values.decodeIfPresent(Double.self, forKey: .alpha) ?? Self.defaultAlpha
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(tokens, forKey: .tokens)
        try values.encode(column, forKey: .column)
        try values.encode(alpha, forKey: .alpha)
    }
}
