/// Which part of a task's problems is meant.
public enum Split: String, Sendable, Codable, Hashable, CaseIterable {
    /// The problems a policy is trained on.
    case train
    /// The problems held out from every training stage, pretraining included.
    case test
}

/// A task: a source of problems together with their verifier.
///
/// The type is its own configuration. Its stored properties are the options a recipe sets
/// (`task: {sums: {digits: 2}}`), spelled in snake_case through `CodingKeys`; `init()` gives the
/// defaults. An optional option must be encoded as an explicit null, because the encoded
/// defaults are the list of keys a recipe may use.
public protocol ProblemSource: Codable, Sendable {
    /// The name used in recipes.
    static var name: String { get }
    /// One sentence for `grpo tasks list`.
    static var summary: String { get }

    /// The task with its default options.
    init()

    /// The files that the problems are read from, absolute: with their content they belong to the
    /// identity of a run.
    var files: [String] { get }

    /// Every option that is out of range or contradicts another, by its key; empty if the
    /// options are usable. Nothing else may be called while this is not empty.
    func problems() -> [(key: String, message: String)]

    /// One problem of a split, a function of `index` and of what `random` yields: equal
    /// arguments give equal problems. A problem of one split never appears in the other.
    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem

    /// The number of training problems where they have an end: those of the indices below it are
    /// then all there are, in some order. Nil where they are made without end. By it a run looks at
    /// every problem that it will draw before it begins.
    func trainingCount() -> Int?

    /// Distinct held-out problems in an order fixed by `seed`; a smaller `limit` gives a prefix
    /// of a larger one. Fewer than `limit` come back only where the test split has no more.
    func testProblems(limit: Int, seed: UInt64) -> [Problem]

    /// Judges a completion's text. Total: returns for every text, in time linear in its length; a
    /// task that runs what it judges (`code`) within its limits.
    func verify(_ completion: String, _ problem: Problem) -> Verdict

    /// Judges the completions of a problem: what `verify` says of each, in their order. A task whose
    /// judging takes long does several at a time.
    func verdicts(of completions: [String], _ problem: Problem) -> [Verdict]

    /// What a completion answers, as `verify` reads it: the text by which a majority of
    /// completions is counted, equal where the answers are. Nil where nothing can be read; such a
    /// completion has no vote.
    func answer(in completion: String, to problem: Problem) -> String?

    /// Whether a completion arrives at the right answer after something wrong on its way: after a
    /// wrong intermediate that it takes back, or a wrong answer. Nil where the task cannot tell.
    func correctsItself(_ completion: String, _ problem: Problem) -> Bool?

    /// Whether this source can draw a problem in a split; nil where it cannot tell. By it a
    /// recipe finds out that an evaluation asks what training has shown.
    func contains(_ problem: Problem, in split: Split) -> Bool?

    /// The true answer in the forms in which a completion may give it, as the content of an answer
    /// block; `verify` should find at least one of them right. By it a run finds out before its
    /// first step that no completion could be right, and what exploits earn beside honest answers.
    /// None where the task knows no right answer, only how to check one.
    func goldAnswers(to problem: Problem) -> [String]
}

extension ProblemSource {
    /// By default problems are made and not read.
    public var files: [String] { [] }

    /// By default all options are in range.
    public func problems() -> [(key: String, message: String)] { [] }

    /// By default problems have no end.
    public func trainingCount() -> Int? { nil }

    /// By default one after another.
    public func verdicts(of completions: [String], _ problem: Problem) -> [Verdict] {
        completions.map { verify($0, problem) }
    }

    /// By default the content of the last answer block, where it has any.
    public func answer(in completion: String, to problem: Problem) -> String? {
        AnswerExtraction.tagged(in: completion).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// By default a task cannot tell.
    public func correctsItself(_ completion: String, _ problem: Problem) -> Bool? { nil }

    /// By default the answer as it is, boxed, and behind `####`; then the column `solution`.
    public func goldAnswers(to problem: Problem) -> [String] {
        let answer = problem.answer
        return [answer, "\\boxed{\(answer)}", "#### \(answer)"]
            + [problem.columns["solution"]].compactMap { $0 }
    }

    /// By default a source cannot tell.
    public func contains(_ problem: Problem, in split: Split) -> Bool? { nil }
}
