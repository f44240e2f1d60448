/// What is wrong with a JSON text, and where.
struct JSONFault: Error, Equatable, Sendable {
    /// Bytes from the start of the text.
    let offset: Int
    let found: String
    let expected: String
}
