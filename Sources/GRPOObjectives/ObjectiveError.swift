/// Settings from which no objective can be made.
public struct ObjectiveError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One violated setting.
    public struct Problem: Sendable, Equatable {
        /// The key, as in a recipe.
        public var key: String
        /// What was found, what is expected and what to do.
        public var message: String
    }

    /// All of them, in the order of the keys.
    public var problems: [Problem]

    /// One line per problem.
    public var description: String {
        problems.map { "\($0.key): \($0.message)" }.joined(separator: "\n")
    }
}
