/// How many completions a reward could not score, by the reason.
package struct FailureCounts: Sendable, Hashable {
    /// The completions that are to be scored.
    package let completions: Int
    package private(set) var counts: [RewardFailure: Int] = [:]
    /// What was said about the last one.
    package private(set) var lastReason = ""

    package init(completions: Int) {
        self.completions = completions
    }

    /// Failures of all kinds.
    package var total: Int { counts.values.reduce(0, +) }

    /// Such as `8 timeout, 1 crash`.
    package var list: String {
        RewardFailure.allCases.compactMap { failure in
            counts[failure].map { "\($0) \(failure.rawValue)" }
        }.joined(separator: ", ")
    }

    package mutating func add(_ scores: [Score]) {
        for case .failed(let failure, let reason) in scores {
            counts[failure, default: 0] += 1
            lastReason = reason
        }
    }
}

/// Ends a run whose rewards fail too often: as soon as it is certain, not after the last timeout of
/// a sampling.
package struct FailureLimit: Sendable {
    private var watched: [(name: String, limit: Double, failures: FailureCounts)]

    /// - Parameter completions: how many completions are scored together; the limit is a share of
    ///   these.
    package init(_ rewards: RewardSet, completions: Int) {
        watched = rewards.terms.compactMap { term in
            guard let external = term.function as? any ExternalReward else { return nil }
            return (term.name, external.maxFailureRate, FailureCounts(completions: completions))
        }
    }

    /// Counts the rewards of one group.
    ///
    /// - Throws: `RewardError.failing` where a reward has failed more often than it may.
    package mutating func count(_ rewards: GroupRewards) throws(RewardError) {
        for index in watched.indices {
            guard let component = rewards[watched[index].name] else { continue }
            watched[index].failures.add(component.scores)
            let (name, limit, failures) = watched[index]
            if Double(failures.total) > limit * Double(failures.completions) {
                throw .failing(name: name, failures: failures, limit: limit)
            }
        }
    }
}
