import GRPOTasks

/// Documents told apart by their completions: "a=" continued by the index in letters.
struct NumberedTexts: TextStream {
    /// Nil: without end.
    var count: Int?

    var alphabet: [Character] { Array("abcdef=") }

    func documentCount() -> Int? { count }

    func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        TextDocument(prompt: "a=", completion: Self.letters(count.map { index % $0 } ?? index))
    }

    /// A number to base six.
    static func letters(_ number: Int) -> String {
        let digit = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(number % 6)))
        return number < 6 ? digit : letters(number / 6) + digit
    }
}
