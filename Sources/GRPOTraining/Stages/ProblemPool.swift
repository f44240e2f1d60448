import GRPOTasks

/// A pool of problems that are drawn by how often they were solved: those that the policy solves
/// about half of the time teach most, because the variance of a group's accuracy is p(1 - p).
///
/// A problem's solve rate p is (right + 1) / (asked + 2) over its completions, those of earlier
/// visits counting `decay` as much with each visit, because the policy has changed since. It is
/// drawn with a probability proportional to p(1 - p), so that problems not asked yet come first and
/// those always or never solved come back from time to time. No problem is asked twice in a
/// generation unless the pool is smaller than that.
package struct ProblemPoolSettings: Codable, Sendable, Hashable {
    /// Problems in the pool: the task's first ones. Null: all, for tasks whose problems have an end.
    package var size: Int?
    /// The share of the draws in which every problem is as likely.
    package var explore = 0.1
    /// What a completion counts after one more visit to its problem.
    package var decay = 0.5

    package init(size: Int? = nil, explore: Double = 0.1, decay: Double = 0.5) {
        self.size = size
        self.explore = explore
        self.decay = decay
    }

    private enum CodingKeys: String, CodingKey { case size, explore, decay }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(size, forKey: .size)
        try values.encode(explore, forKey: .explore)
        try values.encode(decay, forKey: .decay)
    }

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if let size, !(1...1_000_000).contains(size) {
            found.append(("size", "must be 1 to 1000000, found \(size)"))
        }
        for (key, value) in [("explore", explore), ("decay", decay)]
        where !(0...1).contains(value) {
            found.append((key, "must be between 0 and 1, found \(value)"))
        }
        return found
    }

    /// The number of problems of a task in the pool.
    ///
    /// - Parameter available: of the task; nil where it makes them without end.
    package func count(of available: Int?) -> Int {
        guard let count = size.map({ min($0, available ?? $0) }) ?? available else {
            preconditionFailure("a pool without a size of problems without end")
        }
        return count
    }
}

/// Draws places of a pool within one generation.
package struct ProblemPool {
    private let settings: ProblemPoolSettings
    private let weights: [Double]
    /// The weights of what is not drawn yet.
    private var left: [Double]

    package init(_ settings: ProblemPoolSettings, count: Int, history: ProblemHistory) {
        precondition(count > 0, "a pool of \(count) problems")
        self.settings = settings
        var weights = [Double](repeating: 0.25, count: count)
        for record in history.records {
            weights[record.place] = record.solveRate * (1 - record.solveRate)
        }
        self.weights = weights
        left = weights
    }

    /// A place by its weight, or with probability `explore` any; sums are taken in order, in Double.
    package mutating func draw(using random: inout any RandomNumberGenerator) -> Int {
        if left.allSatisfy({ $0 == 0 }) { left = weights }
        let isUniform = random.drawFraction() < settings.explore
        func weight(_ place: Int) -> Double { isUniform ? (left[place] > 0 ? 1 : 0) : left[place] }
        let total = left.indices.reduce(0) { $0 + weight($1) }
        var rest = random.drawFraction() * total
        var drawn = left.lastIndex { $0 > 0 } ?? 0
        for place in left.indices where left[place] > 0 {
            rest -= weight(place)
            if rest < 0 {
                drawn = place
                break
            }
        }
        left[drawn] = 0
        return drawn
    }
}
