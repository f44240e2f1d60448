import CGRPOPCRE2

/// An expression that is not scanned by hand, run by PCRE2 within bounds.
///
/// The classes of scalars are those of the PCRE2 installed, whose Unicode may be older than
/// the one that Hugging Face `tokenizers` uses; scalars assigned since then differ.
final class PatternScanner: WordScanner, @unchecked Sendable {
    /// Never changed after it was compiled; PCRE2 allows any number of threads to use it.
    private let compiled: OpaquePointer
    private let pattern: String

    /// - Throws: `TokenizerError.malformedPattern`.
    init(_ pattern: String) throws(TokenizerError) {
        self.pattern = pattern
        let bytes = Array(pattern.utf8)
        var offset = 0
        var message = [CChar](repeating: 0, count: 256)
        guard
            let compiled = grpo_pcre2_compile(
                bytes, bytes.count, &offset, &message, message.count - 1)
        else {
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .malformedPattern(
                pattern, offset: offset, reason: String(decoding: text, as: UTF8.self))
        }
        self.compiled = compiled
    }

    deinit { grpo_pcre2_free(compiled) }

    func match(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) throws(TokenizerError) -> Range<Int>? {
        var (lower, upper, position) = (0, 0, start)
        while position < bytes.count {
            switch grpo_pcre2_next(
                compiled, bytes.baseAddress, bytes.count, position, &lower, &upper)
            {
            case 0: return nil
            case 1:
                if upper > lower, lower >= position { return lower..<upper }
                // An empty match splits nothing; the search goes on behind the next scalar.
                let here = max(lower, position)
                guard here < bytes.count else { return nil }
                position = here + scalarValue(in: bytes, at: here).length
            default: throw .patternTooCostly(pattern)
            }
        }
        return nil
    }
}
