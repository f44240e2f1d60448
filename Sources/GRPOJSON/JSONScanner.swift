/// Reads JSON (RFC 8259) from front to back, value by value, in constant memory.
///
/// Nothing is forgiven: no comments, no trailing commas, no control characters or lone surrogates
/// in strings, no bytes that are not UTF-8, no numbers outside the grammar. Nesting is bounded, so
/// that no text can exhaust the stack. That no key comes twice is the caller's to check, who knows
/// the keys.
package struct JSONScanner {
    /// The deepest nesting of objects and arrays.
    package static let deepest = 64

    private let bytes: UnsafeRawBufferPointer
    /// The next byte to read.
    package private(set) var position = 0
    private var depth = 0
    /// Where the text ends for now.
    private var limit: Int

    /// The bytes must stay valid while the scanner is used.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        limit = bytes.count
    }

    /// What a value is, by its first byte.
    package enum Kind: String {
        case object = "an object"
        case array = "an array"
        case string = "a string"
        case number = "a number"
        case bool = "a truth value"
        case null = "null"
    }

    /// The kind of the value that comes next.
    package mutating func kind() throws(JSONFault) -> Kind {
        skipSpace()
        switch byte ?? 0 {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw fault(expected: "a value")
        }
    }

    /// Reads an object: `member` reads the value of each key, and gets the key's offset.
    package mutating func object(
        _ member: (String, Int, inout JSONScanner) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try open("{", .object)
        if try close("}") { return }
        repeat {
            skipSpace()
            let start = position
            guard byte == UInt8(ascii: "\"") else { throw fault(expected: "a key in quotes") }
            let key = try string()
            skipSpace()
            try take(":")
            try member(key, start, &self)
        } while try separator("}")
    }

    /// Reads an array: `element` reads each element.
    package mutating func array(
        _ element: (inout JSONScanner) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try open("[", .array)
        if try close("]") { return }
        repeat { try element(&self) } while try separator("]")
    }

    /// Reads `true` or `false`.
    package mutating func bool() throws(JSONFault) -> Bool {
        skipSpace()
        if take(word: "true") { return true }
        if take(word: "false") { return false }
        throw fault(expected: "true or false")
    }

    /// Reads `null`.
    package mutating func null() throws(JSONFault) {
        skipSpace()
        guard take(word: "null") else { throw fault(expected: "null") }
    }

    /// Nothing but space may be left.
    package mutating func end() throws(JSONFault) {
        skipSpace()
        guard position == bytes.count else { throw fault(expected: "the end of the JSON text") }
    }

    // MARK: - Numbers

    /// Reads a number; the text is as it stands, for the caller to take as integer or real.
    package mutating func number() throws(JSONFault) -> Substring {
        skipSpace()
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if byte == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        guard position - start <= 400 else {
            throw JSONFault(
                offset: start, found: "a number of \(position - start) characters",
                expected: "at most 400")
        }
        return Substring(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    /// Reads a count: an integer from 0 that fits `Int`.
    package mutating func count() throws(JSONFault) -> Int {
        skipSpace()
        let start = position
        let text = try number()
        guard let value = Int(text), !text.hasPrefix("-") else {
            throw JSONFault(
                offset: start, found: "the number \(text.prefix(40))",
                expected: "an integer from 0 to 2^63 - 1")
        }
        return value
    }

    private mutating func digits() throws(JSONFault) {
        guard let first = byte, (0x30...0x39).contains(first) else {
            throw fault(expected: "a digit")
        }
        while let next = byte, (0x30...0x39).contains(next) { position += 1 }
    }

    // MARK: - Strings

    /// Reads a string of at most `limit` bytes, escapes resolved.
    package mutating func string(limit: Int = .max) throws(JSONFault) -> String {
        skipSpace()
        let start = position
        try take("\"")
        var text: [UInt8] = []
        while true {
            let run = position
            while let next = byte, next >= 0x20, next != UInt8(ascii: "\""),
                next != UInt8(ascii: "\\")
            {
                position += 1
            }
            guard text.count + position - run <= limit else {
                throw JSONFault(
                    offset: start, found: "a string of more than \(limit) bytes",
                    expected: "at most \(limit)")
            }
            guard let next = byte else { throw fault(expected: "the end of a string") }
            if text.isEmpty, next == UInt8(ascii: "\"") {
                // Most strings have no escapes, and are made from where they lie.
                position += 1
                return try Self.text(
                    UnsafeRawBufferPointer(rebasing: bytes[run..<position - 1]), at: start)
            }
            text += bytes[run..<position]
            if next == UInt8(ascii: "\"") { break }
            guard next == UInt8(ascii: "\\") else { throw fault(expected: "an escape for it") }
            position += 1
            try escape(into: &text)
        }
        position += 1
        return try Self.text(text, at: start)
    }

    private static func text(
        _ bytes: some Sequence<UInt8>, at start: Int
    ) throws(JSONFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSONFault(
                offset: start, found: "bytes that are not UTF-8", expected: "a string")
        }
        return text
    }

    /// Passes over a string, checked as `string()` does, and keeps nothing of it.
    private mutating func skipString() throws(JSONFault) {
        let start = position
        try take("\"")
        var isASCII = true
        var escaped: [UInt8] = []
        while let next = byte, next >= 0x20, next != UInt8(ascii: "\"") {
            position += 1
            if next == UInt8(ascii: "\\") {
                escaped.removeAll(keepingCapacity: true)
                try escape(into: &escaped)
            } else if next >= 0x80 {
                isASCII = false
            }
        }
        guard let end = byte else { throw fault(expected: "the end of a string") }
        guard end == UInt8(ascii: "\"") else { throw fault(expected: "an escape for it") }
        position += 1
        // An escape is ASCII and stands between whole characters, so it can stay where it is.
        if !isASCII, !UTF8Check.isValid(UnsafeRawBufferPointer(rebasing: bytes[start..<position])) {
            throw JSONFault(
                offset: start, found: "bytes that are not UTF-8", expected: "a string")
        }
    }

    // MARK: - Skipping

    /// Passes over a value and gives its text as it is spelt.
    package mutating func spelling() throws(JSONFault) -> String {
        skipSpace()
        let start = position
        try skip()
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Passes over the value that comes next, checked as reading it would, in constant memory.
    package mutating func skip() throws(JSONFault) {
        switch try kind() {
        case .object:
            try open("{", .object)
            if try close("}") { return }
            repeat {
                skipSpace()
                guard byte == UInt8(ascii: "\"") else { throw fault(expected: "a key in quotes") }
                try skipString()
                skipSpace()
                try take(":")
                try skip()
            } while try separator("}")
        case .array: try array { (scanner) throws(JSONFault) in try scanner.skip() }
        case .string: try skipString()
        case .number: _ = try number()
        case .bool: _ = try bool()
        case .null: try null()
        }
    }

    /// Passes over the value that comes next where it takes at most `length` bytes; of a longer one no
    /// more than that is looked at, the answer is false, and the scanner has no further use.
    package mutating func skip(within length: Int) throws(JSONFault) -> Bool {
        _ = try kind()
        let outer = limit
        limit = outer - position > length ? position + length : outer
        defer { limit = outer }
        do throws(JSONFault) {
            try skip()
            return position <= limit
        } catch {
            guard limit < outer, error.offset >= limit else { throw error }
            return false
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        let start = position - 1
        let letter = byte
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter ?? 0)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var value = try fourDigits()
            if (0xD800..<0xDC00).contains(value), take(word: "\\u") {
                let low = try fourDigits()
                if (0xDC00..<0xE000).contains(low) {
                    value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
                }
            }
            guard let scalar = Unicode.Scalar(value) else {
                throw JSONFault(
                    offset: start, found: "half of a surrogate pair", expected: "both halves")
            }
            text.append(contentsOf: String(scalar).utf8)
        default:
            position = start + 1
            throw fault(expected: "one of \" \\ / b f n r t u after a backslash")
        }
    }

    private mutating func fourDigits() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let next = byte, let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
                throw fault(expected: "a hexadecimal digit")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: - Bytes

    private var byte: UInt8? { position < limit ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let next = byte, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 {
            position += 1
        }
    }

    private mutating func take(_ character: Character) throws(JSONFault) {
        guard byte == character.asciiValue else { throw fault(expected: "'\(character)'") }
        position += 1
    }

    private mutating func take(word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func open(_ bracket: Character, _ kind: Kind) throws(JSONFault) {
        skipSpace()
        guard byte == bracket.asciiValue else { throw fault(expected: kind.rawValue) }
        guard depth < Self.deepest else {
            throw JSONFault(
                offset: position, found: "nesting deeper than \(Self.deepest)",
                expected: "at most that")
        }
        depth += 1
        position += 1
    }

    private mutating func close(_ bracket: Character) throws(JSONFault) -> Bool {
        skipSpace()
        guard byte == bracket.asciiValue else { return false }
        depth -= 1
        position += 1
        return true
    }

    /// Whether another element follows: a comma, as opposed to the closing bracket.
    private mutating func separator(_ bracket: Character) throws(JSONFault) -> Bool {
        if try close(bracket) { return false }
        guard byte == UInt8(ascii: ",") else { throw fault(expected: "',' or '\(bracket)'") }
        position += 1
        return true
    }

    private func fault(expected: String) -> JSONFault {
        guard let byte else {
            return JSONFault(offset: position, found: "the end of the text", expected: expected)
        }
        let found =
            (0x21..<0x7F).contains(byte)
            ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte \(byte)"
        return JSONFault(offset: position, found: found, expected: expected)
    }
}
