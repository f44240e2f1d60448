/// A text to pretrain on, cut where a policy would begin to write.
public struct TextDocument: Sendable, Hashable {
    /// The part that a policy is given.
    public let prompt: String
    /// The part that a policy is to continue with; an ending token follows it.
    public let completion: String

    /// The conversation that the document is, written by the chat template of the model and ending
    /// with the turn to be learned; nil where prompt and completion are the text itself.
    public let messages: [Message]?

    /// A document from its parts.
    public init(prompt: String, completion: String, messages: [Message]? = nil) {
        self.prompt = prompt
        self.completion = completion
        self.messages = messages
    }
}

/// A seeded stream of documents to train on.
public protocol TextStream: Sendable {
    /// Every character the documents can contain, without repetition and in a fixed order: the
    /// vocabulary of a character tokenizer.
    var alphabet: [Character] { get }

    /// The files that the documents are read from, absolute: with their content they belong to
    /// the identity of a run.
    var files: [String] { get }

    /// Every option that is out of range, by its key; empty if the options are usable.
    func problems() -> [(key: String, message: String)]

    /// Every way in which these documents would give away held-out problems of `task`, by the
    /// option responsible.
    func conflicts(with task: any ProblemSource) -> [(key: String, message: String)]

    /// Whether ``conflicts(with:)`` can tell of a task of this kind.
    func knows(_ task: any ProblemSource) -> Bool

    /// The number of documents where they have an end: those of the indices below it are then all
    /// there are, in some order, and later ones repeat them. Nil where they are made without end.
    func documentCount() -> Int?

    /// One document, a function of `index` and of what `random` yields.
    func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument
}

/// Documents that a recipe can name.
///
/// As with `ProblemSource`, the stored properties are the options of a recipe
/// (`data: {sums_mixture: {worked: 0.3}}`).
public protocol TextSource: TextStream, Codable {
    /// The name used in recipes.
    static var name: String { get }
    /// One sentence for listings.
    static var summary: String { get }

    /// The source with its default options.
    init()
}

extension TextStream {
    /// By default documents are made and not read.
    public var files: [String] { [] }

    /// By default all options are in range.
    public func problems() -> [(key: String, message: String)] { [] }

    /// By default documents have no end.
    public func documentCount() -> Int? { nil }

    /// By default a source knows of no task it could spoil.
    public func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] { [] }

    /// By default a source can tell of no task.
    public func knows(_ task: any ProblemSource) -> Bool { false }
}
