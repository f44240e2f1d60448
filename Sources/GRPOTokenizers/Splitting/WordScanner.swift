/// Finds the pieces of one splitting step.
protocol WordScanner: Sendable {
    /// The first piece that begins at `start` or after it, never empty; nil if none does.
    ///
    /// The bytes are valid UTF-8 and are looked at as if nothing stood before or after them.
    func match(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) throws(TokenizerError) -> Range<Int>?
}

/// The end of the spaces from `start`, where one is: behind the last line end if `endsLines` and
/// there is one (`\s*[\r\n]+`), else all of them before the end of the text, else all but the last,
/// which is left to the word that follows (`\s+(?!\S)|\s+`); at least one.
@inline(__always)
func spaceEnd(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, endsLines: Bool,
    _ table: borrowing ScalarClass.Table
) -> Int {
    var last = start
    var end = start
    var line: Int?
    while end < bytes.count {
        let (next, length) = ScalarClass.next(in: bytes, at: end, table)
        guard next == .space else { return line ?? (last == start ? end : last) }
        last = end
        end += length
        if endsLines, isLineEnd(bytes[last]) { line = end }
    }
    return line ?? end
}

@inline(__always)
func isLineEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
}

/// The end of the run of line ends from `position`.
@inline(__always)
func lineEndRun(in bytes: UnsafeBufferPointer<UInt8>, from position: Int) -> Int {
    var end = position
    while end < bytes.count, isLineEnd(bytes[end]) { end += 1 }
    return end
}
