/// Two completions of one prompt, of which the first is preferred; or a single completion with a
/// label, which is a pair of which one side is missing.
public struct PreferencePair: Sendable, Hashable {
    /// The part that a policy is given.
    public let prompt: String
    /// The conversation that the prompt is, where it is one; `prompt` is then for people.
    public let messages: [Message]?
    /// The better completion; empty where a single completion is a bad one.
    public let chosen: String
    /// The other one; empty where a single completion is a good one.
    public let rejected: String
    /// Of a single completion whether it is good; nil for a pair.
    public let label: Bool?

    /// A pair from its parts.
    public init(prompt: String, messages: [Message]? = nil, chosen: String, rejected: String) {
        self.prompt = prompt
        self.messages = messages
        self.chosen = chosen
        self.rejected = rejected
        label = nil
    }

    /// A single completion that somebody found good or bad, such as safe or unsafe.
    public init(prompt: String, messages: [Message]? = nil, completion: String, label: Bool) {
        self.prompt = prompt
        self.messages = messages
        chosen = label ? completion : ""
        rejected = label ? "" : completion
        self.label = label
    }

    /// The completions that there are, the better one first.
    package var completions: [String] {
        switch label {
        case nil: [chosen, rejected]
        case true?: [chosen]
        case false?: [rejected]
        }
    }
}

/// A seeded stream of preference pairs, for reward models and DPO.
///
/// As with `ProblemSource`, the stored properties are the options of a recipe.
public protocol PairSource: Codable, Sendable {
    /// The name used in recipes.
    static var name: String { get }
    /// One sentence for listings.
    static var summary: String { get }

    /// The source with its default options.
    init()

    /// Every character the pairs can contain, without repetition and in a fixed order: part of the
    /// vocabulary of a model from nothing.
    var alphabet: [Character] { get }

    /// The files that the pairs are read from, absolute: with their content they belong to the
    /// identity of a run.
    var files: [String] { get }

    /// Every option that is out of range, by its key; empty if the options are usable.
    func problems() -> [(key: String, message: String)]

    /// Every way in which these pairs would give away held-out problems of `task`, by the option
    /// responsible.
    func conflicts(with task: any ProblemSource) -> [(key: String, message: String)]

    /// Whether ``conflicts(with:)`` can tell of a task of this kind.
    func knows(_ task: any ProblemSource) -> Bool

    /// The number of training pairs where they have an end: those of the indices below it are then
    /// all there are, in some order, and later ones repeat them. Nil where they are made without
    /// end.
    func pairCount() -> Int?

    /// One training pair, a function of `index` and of what `random` yields.
    func pair(_ index: Int, using random: inout any RandomNumberGenerator) -> PreferencePair

    /// Distinct held-out pairs in a fixed order; none of them is ever a training pair. Fewer than
    /// `limit` come back only where there are no more.
    func testPairs(limit: Int) -> [PreferencePair]
}

extension PairSource {
    /// By default the pairs are spelt in the characters of the texts that a recipe trains on.
    public var alphabet: [Character] { [] }

    /// By default pairs are made and not read.
    public var files: [String] { [] }

    /// By default all options are in range.
    public func problems() -> [(key: String, message: String)] { [] }

    /// By default a source knows of no task it could spoil.
    public func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] { [] }

    /// By default a source can tell of no task.
    public func knows(_ task: any ProblemSource) -> Bool { false }

    /// By default pairs have no end.
    public func pairCount() -> Int? { nil }
}
