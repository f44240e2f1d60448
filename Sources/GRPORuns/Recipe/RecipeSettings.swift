/// Settings that a recipe can write: a component's stored properties are its YAML options.
///
/// The encoded ``defaults`` say which keys exist; what the recipe leaves out keeps its default.
package protocol RecipeSettings: Codable, Sendable {
    static var defaults: Self { get }

    /// What is wrong with these values: ranges and impossible combinations.
    func settingProblems() -> [SettingProblem]
}

extension RecipeSettings {
    package func settingProblems() -> [SettingProblem] { [] }
}

/// A value out of range, or a combination that cannot be.
package struct SettingProblem: Sendable, Hashable {
    /// The key as written (`epsilon`), or a dotted path below these settings (`stages.2.from`).
    package var key: String
    package var message: String

    package init(_ key: String, _ message: String) {
        self.key = key
        self.message = message
    }
}

/// Two sets of settings written side by side in one mapping, such as a reward's weight beside
/// the reward's own options.
package struct Beside<First: Codable & Sendable, Second: Codable & Sendable>: Codable, Sendable {
    package var first: First
    package var second: Second

    package init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    package init(from decoder: any Decoder) throws {
        first = try First(from: decoder)
        second = try Second(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try first.encode(to: encoder)
        try second.encode(to: encoder)
    }
}

/// A path in a recipe, relative to the file that writes it, or for `--set` to the working
/// directory. It encodes as an absolute path, so that a resolved recipe can lie anywhere.
package struct RecipePath: Codable, Sendable, Hashable {
    /// Absolute, without `.` and `..`.
    package var path: String

    package init(_ path: String) {
        self.path = path
    }

    package init(from decoder: any Decoder) throws {
        let written = try decoder.singleValueContainer().decode(String.self)
        path = Self.absolute(written, writtenAt: (decoder as? NodeDecoder)?.place ?? .defaults)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(path)
    }
}
