/// Reads JSON with its keys in order, for files that this program wrote. Nesting is bounded, so
/// that no text can exhaust the stack.
package enum JSONReader {
    /// Nil where the text is not one JSON value.
    package static func read(_ text: some StringProtocol) -> JSONValue? {
        var scanner = Scanner(bytes: Array(text.utf8))
        guard let value = scanner.value(depth: 0) else { return nil }
        scanner.skipSpace()
        return scanner.atEnd ? value : nil
    }

    private struct Scanner {
        let bytes: [UInt8]
        var index = 0
        var atEnd: Bool { index == bytes.count }

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func skipSpace() {
            while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) {
                index += 1
            }
        }

        mutating func take(_ character: Character) -> Bool {
            guard index < bytes.count, bytes[index] == character.asciiValue else { return false }
            index += 1
            return true
        }

        mutating func take(word: StaticString) -> Bool {
            let wanted = Array("\(word)".utf8)
            guard bytes[index...].starts(with: wanted) else { return false }
            index += wanted.count
            return true
        }

        mutating func value(depth: Int) -> JSONValue? {
            guard depth < 64 else { return nil }
            skipSpace()
            guard index < bytes.count else { return nil }
            switch bytes[index] {
            case UInt8(ascii: "{"): return object(depth: depth)
            case UInt8(ascii: "["): return array(depth: depth)
            case UInt8(ascii: "\""): return string().map(JSONValue.string)
            case UInt8(ascii: "t"): return take(word: "true") ? .bool(true) : nil
            case UInt8(ascii: "f"): return take(word: "false") ? .bool(false) : nil
            case UInt8(ascii: "n"): return take(word: "null") ? .null : nil
            default: return number()
            }
        }

        private mutating func object(depth: Int) -> JSONValue? {
            index += 1
            var members: [JSONValue.Member] = []
            skipSpace()
            if take("}") { return .object([]) }
            repeat {
                skipSpace()
                guard index < bytes.count, bytes[index] == UInt8(ascii: "\""), let key = string()
                else { return nil }
                skipSpace()
                guard take(":"), let value = value(depth: depth + 1) else { return nil }
                members.append(JSONValue.Member(key: key, value: value))
                skipSpace()
            } while take(",")
            return take("}") ? .object(members) : nil
        }

        private mutating func array(depth: Int) -> JSONValue? {
            index += 1
            var elements: [JSONValue] = []
            skipSpace()
            if take("]") { return .array([]) }
            repeat {
                guard let value = value(depth: depth + 1) else { return nil }
                elements.append(value)
                skipSpace()
            } while take(",")
            return take("]") ? .array(elements) : nil
        }

        private mutating func number() -> JSONValue? {
            let start = index
            while index < bytes.count, "+-.eE0123456789".utf8.contains(bytes[index]) { index += 1 }
            let text = String(decoding: bytes[start..<index], as: UTF8.self)
            if let int = Int(text) { return .int(int) }
            if let large = UInt64(text) { return .unsigned(large) }
            return Double(text).map(JSONValue.double)
        }

        private mutating func string() -> String? {
            index += 1
            var result: [UInt8] = []
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                if byte == UInt8(ascii: "\"") { return String(decoding: result, as: UTF8.self) }
                guard byte == UInt8(ascii: "\\") else {
                    result.append(byte)
                    continue
                }
                guard index < bytes.count else { return nil }
                let escape = bytes[index]
                index += 1
                switch escape {
                case UInt8(ascii: "n"): result.append(0x0A)
                case UInt8(ascii: "t"): result.append(0x09)
                case UInt8(ascii: "r"): result.append(0x0D)
                case UInt8(ascii: "b"): result.append(0x08)
                case UInt8(ascii: "f"): result.append(0x0C)
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
                    result.append(escape)
                case UInt8(ascii: "u"):
                    guard let scalar = unicodeEscape() else { return nil }
                    result += Array(String(Character(scalar)).utf8)
                default: return nil
                }
            }
            return nil
        }

        /// The scalar behind `\u`: four digits, or two escapes of a surrogate pair; a lone half is
        /// U+FFFD.
        private mutating func unicodeEscape() -> Unicode.Scalar? {
            guard let first = hexadecimal() else { return nil }
            if (0xD800..<0xDC00).contains(first), index + 1 < bytes.count,
                bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
            {
                index += 2
                guard let second = hexadecimal() else { return nil }
                if (0xDC00..<0xE000).contains(second) {
                    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
                }
                return "\u{FFFD}"
            }
            return Unicode.Scalar(first) ?? "\u{FFFD}"
        }

        private mutating func hexadecimal() -> UInt32? {
            guard index + 4 <= bytes.count else { return nil }
            let digits = String(decoding: bytes[index..<index + 4], as: UTF8.self)
            index += 4
            return digits.allSatisfy(\.isHexDigit) ? UInt32(digits, radix: 16) : nil
        }
    }
}
