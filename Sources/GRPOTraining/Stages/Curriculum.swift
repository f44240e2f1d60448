package import GRPOTasks

/// One level of a curriculum: a task, usually with other settings of its difficulty than the next,
/// and when it is over. A level is over after step `until`, or when the solve rate has reached
/// `solveRate`, whichever is first; the last level has neither.
package struct CurriculumLevel: Sendable {
    package var task: any ProblemSource
    /// The last step of the level; nil: no step ends it.
    package var until: Int?
    /// The mean share of right completions over the level's last `window` generations that ends it;
    /// nil: no success ends it.
    package var solveRate: Double?
    /// Generations.
    package var window: Int

    package init(
        task: any ProblemSource, until: Int? = nil, solveRate: Double? = nil, window: Int = 4
    ) {
        self.task = task
        self.until = until
        self.solveRate = solveRate
        self.window = window
    }

    /// Whether the level is over before a step.
    func isOver(before step: Int, rates: [Double]) -> Bool {
        if let until, step > until { return true }
        guard let solveRate, rates.count >= window else { return false }
        return rates.suffix(window).reduce(0, +) / Double(window) >= solveRate
    }
}

extension GRPOStage {
    /// The task of a level; without a curriculum the stage's.
    func source(_ level: Int) -> any ProblemSource {
        curriculum.isEmpty ? task : curriculum[min(level, curriculum.count - 1)].task
    }

    /// The history that a generation begins with: at the level of its first step.
    func history(at step: Int, after history: ProblemHistory) -> ProblemHistory {
        var history = history
        while history.level < curriculum.count - 1,
            curriculum[history.level].isOver(before: step, rates: history.rates)
        {
            history.begin(history.level + 1)
        }
        return history
    }

    /// Whether somebody asks how many completions are right.
    var tracksSolving: Bool {
        settings.problemPool != nil || curriculum.contains { $0.solveRate != nil }
    }

    /// The history after a generation, with the share of its completions that are right; nil where
    /// none could be graded or nobody asks.
    ///
    /// - Parameter groups: all that were sampled, also those that were replaced, each with its
    ///   problem's place in the pool.
    func history(
        _ history: ProblemHistory, noting groups: [(place: Int?, rollouts: ArraySlice<Rollout>)]
    ) -> (history: ProblemHistory, solveRate: Double?) {
        guard tracksSolving else { return (history, nil) }
        var history = history
        let source = source(history.level)
        var (right, asked) = (0, 0)
        for group in groups {
            let verdicts = group.rollouts.map {
                $0.verdict ?? source.verify($0.judgedText, $0.problem)
            }
            let solved = verdicts.count { $0 == .right }
            let graded = solved + verdicts.count { $0 == .wrong }
            (right, asked) = (right + solved, asked + graded)
            if let place = group.place, let pool = settings.problemPool {
                history.note(place, right: solved, asked: graded, decay: pool.decay)
            }
        }
        guard asked > 0 else { return (history, nil) }
        let rate = Double(right) / Double(asked)
        if !curriculum.isEmpty {
            let window = curriculum.map(\.window).max() ?? 1
            history.rates = Array(history.rates.suffix(window - 1)) + [rate]
        }
        return (history, rate)
    }
}
