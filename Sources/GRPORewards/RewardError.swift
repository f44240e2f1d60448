/// What a reward function can do wrong at run time.
package enum RewardError: Error, CustomStringConvertible, Hashable {
    /// It gave more or fewer scores than there are completions.
    case wrongCount(name: String, problem: String, expected: Int, found: Int)

    package var description: String {
        switch self {
        case .wrongCount(let name, let problem, let expected, let found):
            "reward '\(name)' gave \(found) scores for the \(expected) completions of problem "
                + "'\(problem)'; scores(for:) must return one score per completion"
        }
    }
}
