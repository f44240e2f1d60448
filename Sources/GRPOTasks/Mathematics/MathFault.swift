/// Why a text has no mathematical value that a verifier could compare.
enum MathFault: Error, Hashable, Sendable {
    /// It does not follow the grammar: an open bracket, a missing operand, nothing at all.
    case malformed
    /// It is longer, deeper or larger than the verifier computes: a huge factorial, a power tower.
    case outOfBounds
    /// It divides by zero.
    case undefined

    /// What is wrong, to stand behind "the true answer".
    var explanation: String {
        switch self {
        case .malformed: "cannot be read as mathematics"
        case .outOfBounds: "is out of the verifier's bounds"
        case .undefined: "divides by zero"
        }
    }
}
