/// What a stage remembers of the problems it has asked: the level of its curriculum, and how often
/// each problem of its pool was solved. Part of a checkpoint.
package struct ProblemHistory: Codable, Sendable, Equatable {
    /// How often a problem of the pool was solved.
    package struct Record: Codable, Sendable, Equatable {
        /// In the pool.
        package var place: Int
        /// Completions that were right, and all that could be graded; fractions, because earlier
        /// ones count less.
        package var right: Double
        package var asked: Double

        /// Laplace's estimate: 1/2 of what was never asked.
        package var solveRate: Double { (right + 1) / (asked + 2) }
    }

    /// The level of the curriculum that the last generation was asked, from 0.
    package var level = 0
    /// The solve rates of the level's last generations.
    package var rates: [Double] = []
    /// Of the problems asked at this level, by their places, ascending.
    package private(set) var records: [Record] = []

    package init() {}

    /// Begins another level: its problems are others.
    package mutating func begin(_ level: Int) {
        self = ProblemHistory()
        self.level = level
    }

    /// Notes one visit to a problem.
    package mutating func note(_ place: Int, right: Int, asked: Int, decay: Double) {
        guard asked > 0 else { return }
        let index = records.partitioningIndex { $0.place >= place }
        if index == records.count || records[index].place != place {
            records.insert(Record(place: place, right: 0, asked: 0), at: index)
        }
        records[index].right = records[index].right * decay + Double(right)
        records[index].asked = records[index].asked * decay + Double(asked)
    }
}

extension [ProblemHistory.Record] {
    /// The first index at which a condition holds that holds at all later ones.
    fileprivate func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
