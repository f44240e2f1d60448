/// Somebody of the little world, who speaks first.
package struct WorldPerson: Sendable, Hashable {
    package let name: String
    /// For the German `liebe Anna`, `lieber Ben`.
    let isFeminine: Bool

    package static let all: [WorldPerson] = [
        ("Anna", true), ("Ben", false), ("Clara", true), ("David", false), ("Emma", true),
        ("Felix", false), ("Hanna", true), ("Jonas", false), ("Lena", true), ("Max", false),
        ("Nina", true), ("Oskar", false), ("Paul", false), ("Rosa", true), ("Sofie", true),
        ("Tom", false),
    ].map { WorldPerson(name: $0, isFeminine: $1) }

    /// As a friend is addressed.
    func dear(in language: WorldLanguage) -> String {
        switch language {
        case .english: "dear \(name)"
        case .german: (isFeminine ? "liebe " : "lieber ") + name
        }
    }
}
