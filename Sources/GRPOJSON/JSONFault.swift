/// What is wrong with a JSON text, and where.
package struct JSONFault: Error, Equatable, Sendable {
    /// Bytes from the start of the text.
    package let offset: Int
    package let found: String
    package let expected: String

    package init(offset: Int, found: String, expected: String) {
        self.offset = offset
        self.found = found
        self.expected = expected
    }
}
