import GRPOTasks

/// Finds the number in a judge's reply: a text with `{score}` where the number stands, such as
/// `Score: {score}`.
///
/// The last place that fits counts. Between the text and the number there may be spaces and the
/// asterisks of bold type. A number is a sign, digits, and a fraction; no exponent. Not a regular
/// expression: a reply can be long, and this is linear in its length.
package struct ScorePattern: Sendable {
    package static let place = "{score}"

    private let before: [UInt8]
    private let after: [UInt8]

    /// Nil where `{score}` does not stand there exactly once, or the text is longer than 200 bytes.
    package init?(_ text: String) {
        let parts = text.split(separator: Self.place, omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 200 else { return nil }
        before = Array(parts[0].utf8.reversed().drop(while: ByteSearch.isSpace).reversed())
        after = Array(parts[1].utf8)
    }

    /// The last number that fits, or nil.
    package func score(in reply: String) -> Double? {
        let bytes = Array(reply.utf8)
        guard !before.isEmpty else {
            return bytes.indices.reversed().lazy.compactMap { number(in: bytes, at: $0) }.first
        }
        return ByteSearch.all(before, in: bytes[...]).reversed().lazy.compactMap {
            number(in: bytes, at: $0.upperBound)
        }.first
    }

    /// The number that begins here, or after spaces and asterisks, with the rest of the pattern
    /// behind it.
    private func number(in bytes: [UInt8], at start: Int) -> Double? {
        var index = start
        func byte() -> UInt8 { index < bytes.count ? bytes[index] : 0 }
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        if before.isEmpty {
            // Not from within a number or a word.
            if start > 0, isDigit(bytes[start - 1]) || Self.joins.contains(bytes[start - 1]) {
                return nil
            }
        } else {
            while ByteSearch.isSpace(byte()) || byte() == UInt8(ascii: "*") { index += 1 }
        }
        let first = index
        if byte() == UInt8(ascii: "-") || byte() == UInt8(ascii: "+") { index += 1 }
        guard isDigit(byte()) else { return nil }
        while isDigit(byte()) { index += 1 }
        if byte() == UInt8(ascii: "."), index + 1 < bytes.count, isDigit(bytes[index + 1]) {
            index += 1
            while isDigit(byte()) { index += 1 }
        }
        guard index - first <= 30, bytes[index...].starts(with: after) else { return nil }
        return Double(String(decoding: bytes[first..<index], as: UTF8.self))
    }

    private static let joins = Set("+-.".utf8)
}
