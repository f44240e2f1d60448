/// The numbers of one step of a stage: a line of `metrics.jsonl`.
public struct StepMetrics: Sendable, Hashable {
    /// The stage's name.
    public let stage: String
    /// The optimizer step within its stage, from 1.
    public let step: Int
    /// The numbers by their names, such as `reward`, `kl` or `rewards/accuracy/mean`.
    public let values: [String: Double]

    /// The number of a name, or nil where the step has none.
    public subscript(name: String) -> Double? { values[name] }
}
