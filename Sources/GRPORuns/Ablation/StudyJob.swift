import GRPOCheckpoints

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

    /// The hash of the settings that its results depend on: threads change no bit.
    var identity: String {
        var recipe = recipe
        recipe.threads = nil
        return Hash.sha256(ResolvedRecipe.text(of: recipe))
    }

    /// Whether a hash is of these settings, with `threads` among them as earlier versions had it.
    func isIdentity(_ hash: String) -> Bool {
        hash == identity || hash == Hash.sha256(ResolvedRecipe.text(of: recipe))
    }

    /// The stage whose policy the judge looks at.
    var judged: String? { recipe.stages.last { $0.makes == .policy }?.name }
}
