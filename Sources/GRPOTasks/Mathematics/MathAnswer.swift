/// One answer, read: what it says, and where it can be read in two ways the second of them.
struct MathAnswer: Sendable {
    let value: MathValue
    /// `abc` is a word or a product of variables, `1,22` two numbers or one with a decimal comma.
    private let secondReading: MathValue?

    /// Bytes that are read.
    private static let longest = 4096

    /// - Throws: `.malformed` for what follows no grammar, `.outOfBounds` for what takes more than
    ///   the budget, `.undefined` for a division by zero.
    init(_ source: String, _ budget: inout WorkBudget) throws(MathFault) {
        try budget.spend(min(source.utf8.count, Self.longest) / 4)
        guard source.utf8.count <= Self.longest else { throw .outOfBounds }
        let text = Self.withoutEmphasis(source)
        guard !text.isEmpty else { throw .malformed }
        if let words = MathWords(text) {
            value = .text(words.text)
            if words.isMarked {
                secondReading = nil
            } else {
                secondReading = try? Self.read(text, &budget)
            }
        } else {
            value = try Self.read(text, &budget)
            if let number = Self.decimalComma(text) {
                secondReading = try? Self.read(number, &budget)
            } else {
                secondReading = nil
            }
        }
    }

    private static func read(
        _ text: String, _ budget: inout WorkBudget
    ) throws(MathFault) -> MathValue {
        let tokens = try MathLexer.tokens(of: text, &budget)
        guard !tokens.isEmpty else { throw .malformed }
        let expression = try MathParser.expression(of: tokens, &budget)
        var evaluator = MathEvaluator(budget: budget)
        defer { budget = evaluator.budget }
        return try evaluator.value(of: expression)
    }

    /// White space and Markdown's asterisks around an answer are no part of it.
    private static func withoutEmphasis(_ source: String) -> String {
        var bytes = ByteSearch.trimmed(Array(source.utf8)[...])
        while bytes.count > 4, bytes.starts(with: [0x2A, 0x2A]), bytes.suffix(2) == [0x2A, 0x2A] {
            bytes = ByteSearch.trimmed(bytes.dropFirst(2).dropLast(2))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `1,22` with a point, where commas cannot part thousands: two runs of digits, of the second
    /// not three.
    private static func decimalComma(_ text: String) -> String? {
        let plain = text.filter { $0 != "$" }
        let parts = plain.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let whole = parts[0].drop { $0 == "-" }
        guard !whole.isEmpty, !parts[1].isEmpty, parts[1].count != 3 || whole == "0",
            (whole + parts[1]).utf8.allSatisfy(ByteSearch.isDigit)
        else { return nil }
        return parts.joined(separator: ".")
    }

    /// Whether a given answer says what this true one says. Total: what is out of bounds is not
    /// equal.
    func isSaid(by given: MathAnswer, _ budget: inout WorkBudget) -> Bool {
        func equal(_ left: MathValue?, _ right: MathValue?) -> Bool {
            guard let left, let right else { return false }
            var comparison = MathComparison(budget: budget)
            defer { budget = comparison.budget }
            return (try? comparison.equal(left, right)) ?? false
        }
        return equal(value, given.value) || equal(value, given.secondReading)
            || equal(secondReading, given.value)
    }
}
