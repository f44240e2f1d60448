/// What every stage can say of itself, beside its kind's own settings.
package struct StagePlacement: Codable, Sendable, Equatable {
    /// Null: the stage's kind.
    package var name: String?
    /// The stage whose policy it starts from; null: the last that made one. Where the recipe names a
    /// model file, `base` is the policy in it.
    package var from: String?
    /// Null: the recipe's.
    package var seed: Int?

    /// The name of a loaded model, in `from` as in evaluations.
    package static let loaded = "base"

    package init(name: String? = nil, from: String? = nil, seed: Int? = nil) {
        self.name = name
        self.from = from
        self.seed = seed
    }

    private enum CodingKeys: String, CodingKey { case name, from, seed }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(from, forKey: .from)
        try values.encode(seed, forKey: .seed)
    }
}
