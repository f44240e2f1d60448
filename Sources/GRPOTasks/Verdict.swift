/// What a verifier says about a completion.
public enum Verdict: Sendable, Hashable {
    /// The completion gives the right answer.
    case right
    /// The completion gives a wrong answer, an illegal one, or none.
    case wrong
    /// The problem cannot be judged, for example because its ground truth is malformed. A
    /// completion must never be able to cause this: it would leave its group unpunished.
    case ungradable(reason: String)
}
