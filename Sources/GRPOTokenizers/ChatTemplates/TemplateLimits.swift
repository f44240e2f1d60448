/// What one rendering may use, so that a hostile template ends in an error.
package struct TemplateLimits: Equatable, Sendable {
    /// Expressions and statements evaluated, plus characters and elements written or compared.
    package var steps = 1 << 25
    /// Unicode scalars in one string, the output included.
    package var textLength = 1 << 22
    /// Elements in one list or dictionary.
    package var elements = 1 << 20
    /// Expressions, statements and macros inside one another.
    package var depth = 192
    /// Lists and dictionaries inside one another.
    package var nesting = 100

    package init() {}

    /// Unicode scalars in a template's source.
    static let sourceLength = 1 << 20
    /// Expressions and statements inside one another in the source.
    static let syntaxDepth = 96
    /// The longest range, that of Jinja's sandbox.
    static let rangeLength = 100_000
}
