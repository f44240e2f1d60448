import GRPOTasks

/// Two policies on the same problems: which one is right more often, and how sure that is.
///
/// Pairing takes the problems' difficulty out of the difference, which is most of what an
/// evaluation's interval consists of (Miller 2024, arXiv 2411.00640, section 4).
package struct PairedComparison: Sendable, Equatable, Encodable {
    /// The stage that is judged.
    package var stage: String
    /// The stage it is judged against.
    package var against: String
    package var task: String
    /// How many problems both were asked and a rule can judge.
    package var problems: Int
    /// The mean over problems of the stage's share of right samples less the other's.
    package var difference: Double
    package var interval: ClosedRange<Double>
    /// On how many problems the stage's share is the larger one, the smaller one, or equal.
    package var wins: Int
    package var losses: Int
    package var ties: Int
    /// Two-sided, of wins and losses (see `SignTest`).
    package var signTest: Double
    /// How often the stage is the better one by each measure that both have.
    package var winRates: [WinRate]

    /// How often a completion of the one is preferred to one of the other.
    package struct WinRate: Sendable, Equatable, Encodable {
        package var measure: String
        /// The mean over problems of the share of pairs of completions, one of each, in which the
        /// stage's has the larger value; a tie counts as half a win.
        package var rate: Double
        package var interval: ClosedRange<Double>
        /// The problems on which both have a value.
        package var problems: Int

        package func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(measure, forKey: .measure)
            try values.encode(rate, forKey: .rate)
            try values.encode(interval.bounds, forKey: .interval)
            try values.encode(problems, forKey: .problems)
        }

        private enum CodingKeys: String, CodingKey { case measure, rate, interval, problems }
    }

    /// Compares samples of the same problems, in whatever order they stand.
    ///
    /// - Throws: `TrainingError.otherProblems` where the problems are not the same.
    package init(
        _ samples: EvaluationSamples, against other: EvaluationSamples
    ) throws(TrainingError) {
        let pairs = try Self.pairs(samples, other)
        let shares = pairs.compactMap { first, second in
            first.share.flatMap { share in second.share.map { (share, $0) } }
        }
        let differences = shares.map { $0 - $1 }
        stage = samples.stage
        against = other.stage
        task = samples.task
        problems = shares.count
        difference =
            differences.isEmpty ? 0 : differences.reduce(0, +) / Double(differences.count)
        interval = Interval.difference(of: differences)
        // Shares of different numbers of samples: 2 of 4 and 4 of 8 are both 0.5 exactly.
        wins = differences.count { $0 > 0 }
        losses = differences.count { $0 < 0 }
        ties = differences.count { $0 == 0 }
        signTest = SignTest.probability(wins: wins, losses: losses)
        let names = pairs.first.map { $0.0.measures.map(\.name) } ?? []
        winRates = names.compactMap { Self.winRate(by: $0, pairs) }
    }

    private static func pairs(
        _ samples: EvaluationSamples, _ other: EvaluationSamples
    ) throws(TrainingError) -> [(EvaluatedProblem, EvaluatedProblem)] {
        let known = Dictionary(
            other.problems.map { ($0.problem.id, $0) }, uniquingKeysWith: { first, _ in first })
        let pairs = samples.problems.compactMap { first in
            known[first.problem.id].flatMap { second in
                first.problem.answer == second.problem.answer ? (first, second) : nil
            }
        }
        guard pairs.count == samples.problems.count, pairs.count == other.problems.count,
            !pairs.isEmpty
        else {
            throw .otherProblems(
                stage: samples.stage, problems: samples.problems.count, other: other.stage,
                otherProblems: other.problems.count, common: pairs.count)
        }
        return pairs
    }

    private static func winRate(
        by name: String, _ pairs: [(EvaluatedProblem, EvaluatedProblem)]
    ) -> WinRate? {
        let rates = pairs.compactMap { first, second -> Double? in
            let ours = (first[measure: name]?.values ?? []).compactMap { $0 }
            let theirs = (second[measure: name]?.values ?? []).compactMap { $0 }
            guard !ours.isEmpty, !theirs.isEmpty else { return nil }
            let won = ours.reduce(0.0) { sum, value in
                theirs.reduce(sum) { $0 + (value > $1 ? 1 : value == $1 ? 0.5 : 0) }
            }
            return won / Double(ours.count * theirs.count)
        }
        guard !rates.isEmpty else { return nil }
        return WinRate(
            measure: name, rate: rates.reduce(0, +) / Double(rates.count),
            interval: Interval.mean(of: rates), problems: rates.count)
    }

    private enum CodingKeys: String, CodingKey {
        case stage, against, task, problems, difference, wins, losses, ties
        case interval = "difference_interval"
        case signTest = "sign_test_p"
        case winRates = "win_rates"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(stage, forKey: .stage)
        try values.encode(against, forKey: .against)
        try values.encode(task, forKey: .task)
        try values.encode(problems, forKey: .problems)
        try values.encode(difference, forKey: .difference)
        try values.encode(interval.bounds, forKey: .interval)
        try values.encode(wins, forKey: .wins)
        try values.encode(losses, forKey: .losses)
        try values.encode(ties, forKey: .ties)
        try values.encode(signTest, forKey: .signTest)
        try values.encode(winRates, forKey: .winRates)
    }
}
