/// Reads JSON (RFC 8259) from front to back, value by value, in constant memory.
///
/// Nothing is forgiven: no comments, no trailing commas, no control characters or lone surrogates
/// in strings, no bytes that are not UTF-8, no numbers outside the grammar. Nesting is bounded, so
/// that no text can exhaust the stack. That no key comes twice is the caller's to check, who knows
/// the keys.
package struct JSONScanner {
    /// The deepest nesting of objects and arrays.
    package static let deepest = 64

    let bytes: UnsafeRawBufferPointer
    /// The next byte to read.
    package internal(set) var position = 0
    private var depth = 0
    /// Where the text ends for now.
    var limit: Int
    /// Whether an object or array was just begun, so that no comma comes before what is next.
    private var isFresh = false

    /// Reads from a place in the text on. The bytes must stay valid while the scanner is used.
    package init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
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

    // MARK: - Step by step

    /// Begins the object or the array that comes next; `nextKey` or `nextElement` goes through it.
    package mutating func begin(_ kind: Kind) throws(JSONFault) {
        try open(kind == .object ? "{" : "[", kind)
        isFresh = true
    }

    /// The next key of the object that was begun, with its offset, its value to be read; nil where
    /// the object ends.
    package mutating func nextKey() throws(JSONFault) -> (key: String, offset: Int)? {
        guard try hasNext("}") else { return nil }
        skipSpace()
        let start = position
        guard byte == UInt8(ascii: "\"") else { throw fault(expected: "a key in quotes") }
        let key = try string()
        skipSpace()
        try take(":")
        return (key, start)
    }

    /// Whether the array that was begun has another element, which is to be read.
    package mutating func nextElement() throws(JSONFault) -> Bool { try hasNext("]") }

    private mutating func hasNext(_ bracket: Character) throws(JSONFault) -> Bool {
        defer { isFresh = false }
        return try isFresh ? !close(bracket) : separator(bracket)
    }

    // MARK: - Words

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

    // MARK: - Bytes

    var byte: UInt8? { position < limit ? bytes[position] : nil }

    mutating func skipSpace() {
        while let next = byte, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 {
            position += 1
        }
    }

    mutating func take(_ character: Character) throws(JSONFault) {
        guard byte == character.asciiValue else { throw fault(expected: "'\(character)'") }
        position += 1
    }

    mutating func take(word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    mutating func open(_ bracket: Character, _ kind: Kind) throws(JSONFault) {
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

    mutating func close(_ bracket: Character) throws(JSONFault) -> Bool {
        skipSpace()
        guard byte == bracket.asciiValue else { return false }
        depth -= 1
        position += 1
        return true
    }

    /// Whether another element follows: a comma, as opposed to the closing bracket.
    mutating func separator(_ bracket: Character) throws(JSONFault) -> Bool {
        if try close(bracket) { return false }
        guard byte == UInt8(ascii: ",") else { throw fault(expected: "',' or '\(bracket)'") }
        position += 1
        return true
    }

    func fault(expected: String) -> JSONFault {
        guard let byte else {
            return JSONFault(offset: position, found: "the end of the text", expected: expected)
        }
        let found =
            (0x21..<0x7F).contains(byte)
            ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte \(byte)"
        return JSONFault(offset: position, found: found, expected: expected)
    }
}
