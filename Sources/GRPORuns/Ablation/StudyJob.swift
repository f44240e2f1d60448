/// One run of a study: an arm with a seed, or what all arms of a seed begin with.
package struct StudyJob: Sendable {
    /// Nil for what arms share.
    package let arm: String?
    package let seed: Int
    package let recipe: Recipe

    /// As it is called on the screen.
    package var name: String { "\(arm ?? "shared stages"), seed \(seed)" }

    /// The path of its files below the study's directory.
    var path: String { (arm.map { "runs/\($0)" } ?? "shared") + "/seed-\(seed)" }

    /// The stage whose policy the judge looks at.
    var judged: String? { recipe.stages.last { $0.makes == .policy }?.name }
}
