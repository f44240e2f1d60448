/// A language of the little world.
package enum WorldLanguage: String, Codable, Sendable, Hashable, CaseIterable {
    case english = "en"
    case german = "de"

    /// The language that this one is mixed with.
    package var other: WorldLanguage { self == .english ? .german : .english }

    /// The question for the sum of two numbers.
    func question(_ a: Int, _ b: Int) -> String {
        switch self {
        case .english: "What is \(a)+\(b)?"
        case .german: "Was ist \(a)+\(b)?"
        }
    }

    /// Between two numbers that are added.
    var and: String { self == .english ? "and" : "und" }

    /// Before what they make.
    var makes: String { self == .english ? "is" : "ist" }

    /// Before what is said instead of a slip.
    var wait: String { self == .english ? "wait" : "warte" }

    /// German for a share of the draws, else English.
    static func drawn(
        german: Double, using random: inout any RandomNumberGenerator
    ) -> WorldLanguage {
        random.drawFraction() < german ? .german : .english
    }
}
