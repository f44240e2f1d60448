/// A JSON value of a tokenizer's files.
///
/// Objects keep their members in order and their keys byte by byte: a dictionary of strings would
/// make one key of two that are canonically equal, and vocabularies have both.
enum TokenizerJSON {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([TokenizerJSON])
    case object([(key: String, value: TokenizerJSON)])

    /// The member of an object, the last of equal keys; nil where it is absent or null.
    subscript(key: StaticString) -> TokenizerJSON? {
        guard case .object(let members) = self else { return nil }
        let wanted = "\(key)"
        guard let value = members.last(where: { $0.key.utf8.elementsEqual(wanted.utf8) })?.value
        else { return nil }
        if case .null = value { return nil }
        return value
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }

    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    var array: [TokenizerJSON]? { if case .array(let value) = self { value } else { nil } }

    var id: Int32? {
        if case .number(let value) = self { Int32(exactly: value) } else { nil }
    }

    /// What it is, for a message.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "the number \(value)"
        case .string(let value): "\"\(value.prefix(60))\""
        case .array(let values): "an array of \(values.count)"
        case .object(let members): "an object of \(members.count)"
        }
    }

    /// Reads one JSON document of UTF-8 (RFC 8259), nested 64 deep at most.
    /// - Throws: `TokenizerError.file` with the byte where it goes wrong.
    init(parsing bytes: [UInt8]) throws(TokenizerError) {
        var result: Result<TokenizerJSON, TokenizerError>?
        bytes.withUnsafeBufferPointer { buffer in
            var reader = TokenizerJSONReader(bytes: buffer)
            do throws(TokenizerError) {
                result = .success(try reader.document())
            } catch {
                result = .failure(error)
            }
        }
        guard let result else { preconditionFailure("the reader gave neither value nor error") }
        self = try result.get()
    }
}

/// The reader of `TokenizerJSON`: one pass, recursive.
private struct TokenizerJSONReader {
    private static let deepest = 64
    let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func document() throws(TokenizerError) -> TokenizerJSON {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw failure("more text", "the end of the file") }
        return value
    }

    private func failure(_ found: String, _ expected: String) -> TokenizerError {
        .file(place: "byte \(position)", found: found, expected: expected)
    }

    private var found: String {
        guard position < bytes.count else { return "the end of the file" }
        let byte = bytes[position]
        return (0x21..<0x7F).contains(byte)
            ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let spelling = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[position...].starts(with: spelling) else { return false }
        position += spelling.count
        return true
    }

    private mutating func value() throws(TokenizerError) -> TokenizerJSON {
        skipSpace()
        guard position < bytes.count else { throw failure(found, "a JSON value") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default:
            if take("true") { return .bool(true) }
            if take("false") { return .bool(false) }
            if take("null") { return .null }
            throw failure(found, "a JSON value")
        }
    }

    private mutating func open() throws(TokenizerError) {
        position += 1
        depth += 1
        guard depth <= Self.deepest else {
            throw failure("a value nested \(depth) deep", "\(Self.deepest) levels at most")
        }
    }

    private mutating func object() throws(TokenizerError) -> TokenizerJSON {
        try open()
        defer { depth -= 1 }
        var members: [(key: String, value: TokenizerJSON)] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw failure(found, "a key in quotes")
            }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure(found, "':'") }
            members.append((key, try value()))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw failure(found, "',' or '}'") }
        }
    }

    private mutating func array() throws(TokenizerError) -> TokenizerJSON {
        try open()
        defer { depth -= 1 }
        var values: [TokenizerJSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(values) }
        while true {
            values.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else { throw failure(found, "',' or ']'") }
        }
    }

    private mutating func number() throws(TokenizerError) -> TokenizerJSON {
        let start = position
        while position < bytes.count, "+-.0123456789eE".utf8.contains(bytes[position]) {
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw failure("\"\(text.prefix(40))\"", "a number")
        }
        return .number(value)
    }

    private mutating func string() throws(TokenizerError) -> String {
        position += 1
        var start = position
        var unescaped: [UInt8] = []
        while true {
            guard position < bytes.count else { throw failure(found, "the end of a string") }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                unescaped += bytes[start..<position]
                guard let text = String(validating: unescaped, as: UTF8.self) else {
                    throw failure("a string that is not UTF-8", "UTF-8")
                }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                unescaped += bytes[start..<position]
                position += 1
                try escape(into: &unescaped)
                start = position
            case 0..<0x20:
                throw failure("\(found) in a string", "it escaped")
            default:
                position += 1
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(TokenizerError) {
        let escapes: [(UInt8, UInt8)] = [
            (0x22, 0x22), (0x5C, 0x5C), (0x2F, 0x2F), (UInt8(ascii: "n"), 0x0A),
            (UInt8(ascii: "r"), 0x0D), (UInt8(ascii: "t"), 0x09), (UInt8(ascii: "b"), 0x08),
            (UInt8(ascii: "f"), 0x0C),
        ]
        for (letter, byte) in escapes where take(letter) {
            text.append(byte)
            return
        }
        guard take(UInt8(ascii: "u")) else { throw failure(found, "an escape") }
        var value = try hexadecimal()
        if (0xD800..<0xDC00).contains(value), take("\\u") {
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else {
                throw failure("half a surrogate pair", "both halves")
            }
            value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw failure("half a surrogate pair", "both halves")
        }
        text += Array(String(scalar).utf8)
    }

    private mutating func hexadecimal() throws(TokenizerError) -> UInt32 {
        let digits = bytes[position..<min(position + 4, bytes.count)]
        guard
            digits.count == 4, digits.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure(found, "four hexadecimal digits") }
        position += 4
        return value
    }
}
