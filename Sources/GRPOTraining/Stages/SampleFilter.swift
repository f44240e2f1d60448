package import GRPOTasks

/// A completion that may be kept.
package struct SampleCandidate: Sendable {
    package let problem: Problem
    package let completion: Completion
    private let judged: GroupVerdicts
    private let sample: Int

    /// - Parameters:
    ///   - judged: what the task's verifier says of the problem's completions.
    ///   - sample: the candidate's place among them.
    package init(
        problem: Problem, completion: Completion, judged: GroupVerdicts, sample: Int
    ) {
        self.problem = problem
        self.completion = completion
        self.judged = judged
        self.sample = sample
    }

    /// What the task's verifier says; the first filter that asks has the whole group judged.
    package var verdict: Verdict { judged.all[sample] }
}

/// Says which samples are kept.
///
/// As with a reward function, the stored properties are the options that a recipe sets
/// (`keep: [correct, readable: {at_least: 0.9}]`), and `init()` gives the defaults.
package protocol SampleFilter: Codable, Sendable {
    /// The name used in recipes and counts.
    static var name: String { get }
    /// One sentence for listings.
    static var summary: String { get }
    /// The option that a bare value sets: with `at_least`, `readable: 0.9`.
    static var shorthand: String? { get }

    /// The filter with its default options.
    init()

    /// Every option that is out of range, by its key; empty if the options are usable.
    func problems() -> [(key: String, message: String)]

    /// Why a completion is dropped: the reason under which it is counted; nil where it passes.
    func reason(against candidate: SampleCandidate) -> String?
}

extension SampleFilter {
    /// By default a bare value sets nothing.
    package static var shorthand: String? { nil }

    /// By default all options are in range.
    package func problems() -> [(key: String, message: String)] { [] }
}

/// Filters by name.
package typealias FilterRegistry = Registry<any SampleFilter.Type>

extension Registry where Component == any SampleFilter.Type {
    /// The filters of this library.
    package static func filters() -> FilterRegistry {
        let builtIn: [any SampleFilter.Type] = [
            CorrectFilter.self, FormattedFilter.self, ReadableFilter.self, LanguageFilter.self,
            NoRepetitionFilter.self, LengthFilter.self,
        ]
        var registry = FilterRegistry()
        for type in builtIn { registry.add(type, named: type.name) }
        return registry
    }
}
