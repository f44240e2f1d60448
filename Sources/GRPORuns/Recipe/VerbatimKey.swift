/// A coding key that is written as it stands; all others turn camelCase into snake_case.
package struct VerbatimKey: CodingKey {
    package let stringValue: String
    package let intValue: Int?

    package init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    package init?(stringValue: String) { self.init(stringValue) }

    package init?(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

/// The spelling of keys in files: `numGenerations` is `num_generations`.
package enum SnakeCase {
    package static func key(_ name: String) -> String {
        guard name.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return name }
        let letters = Array(name)
        var result = ""
        for (index, letter) in letters.enumerated() {
            if letter.isUppercase, index > 0 {
                let before = letters[index - 1]
                let after = letters.indices ~= index + 1 ? letters[index + 1] : nil
                // A word begins after a small letter, or at the last capital of an acronym.
                let endsAcronym = before.isUppercase && after?.isLowercase == true
                if before != "_", !before.isUppercase || endsAcronym { result += "_" }
            }
            result += letter.lowercased()
        }
        return result
    }
}

/// Marks `[String: Value]`, whose keys are data, not names of settings.
protocol StringKeyed {}
extension Dictionary: StringKeyed where Key == String {}
