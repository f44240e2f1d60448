/// One question with its ground truth.
///
/// `prompt` is the bare question; templates (`r1_zero`, `chat`) are put around it where the
/// prompt is tokenized, so the same problem serves every template.
public struct Problem: Sendable, Codable, Hashable {
    /// Names the problem within its task: equal questions have equal ids.
    public let id: String
    /// The question exactly as a plain prompt shows it, for example `Q:57+68=?`.
    public let prompt: String
    /// The ground truth in the form the task's `verify` expects.
    public let answer: String
    /// Further data of the problem, such as the numbers of a countdown or a dataset's columns.
    public let columns: [String: String]

    /// A problem from its parts.
    public init(id: String, prompt: String, answer: String, columns: [String: String] = [:]) {
        self.id = id
        self.prompt = prompt
        self.answer = answer
        self.columns = columns
    }
}
