extension TemplateData {
    /// What a JSON text says, dictionaries in the text's order.
    /// - Throws: `TemplateError` with the line of the text that is not JSON.
    package init(json text: String, name: String = "JSON") throws(TemplateError) {
        var reader = JSONText(name: name, bytes: Array(text.utf8))
        self = try reader.document()
    }
}

private struct JSONText {
    let name: String
    let bytes: [UInt8]
    var position = 0

    private static let depth = 90

    mutating func document() throws(TemplateError) -> TemplateData {
        let data = try value(0)
        skipSpace()
        guard position == bytes.count else { throw error("something follows the value") }
        return data
    }

    private func error(_ found: String) -> TemplateError {
        let line = 1 + bytes[..<min(position, bytes.count)].count { $0 == 10 }
        return TemplateError(
            template: name, line: line, problem: .value("not JSON, \(found)"))
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, [9, 10, 13, 32].contains(byte) { position += 1 }
    }

    private mutating func skip(_ byte: Character) -> Bool {
        skipSpace()
        guard let current, current == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func value(_ depth: Int) throws(TemplateError) -> TemplateData {
        guard depth < Self.depth else { throw error("more than \(Self.depth) levels") }
        if skip("{") {
            var entries: [TemplateData.Entry] = []
            while !skip("}") {
                guard entries.isEmpty || skip(","), skip("\"") else { throw error("no key") }
                let key = try string()
                guard skip(":") else { throw error("no : after a key") }
                entries.append(TemplateData.Entry(key, try value(depth + 1)))
            }
            return .dictionary(entries)
        }
        if skip("[") {
            var items: [TemplateData] = []
            while !skip("]") {
                guard items.isEmpty || skip(",") else { throw error("no , in a list") }
                items.append(try value(depth + 1))
            }
            return .list(items)
        }
        if skip("\"") { return .string(try string()) }
        return try word()
    }

    private mutating func word() throws(TemplateError) -> TemplateData {
        let start = position
        let separators = Array(",]}: \t\r\n".utf8)
        while let byte = current, !separators.contains(byte) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        switch word {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            if let whole = Int(word) { return .integer(whole) }
            guard word.first?.isNumber == true || word.first == "-", let number = Double(word)
            else { throw error("the word \"\(word.prefix(20))\"") }
            return .number(number)
        }
    }

    /// What follows an opening quote, up to the closing one.
    private mutating func string() throws(TemplateError) -> String {
        var units: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else {
                    throw error("a text that is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): units += Array(String(try escape()).utf8)
            case 0..<32: throw error("a control character in a text")
            default: units.append(byte)
            }
        }
        throw error("a text without an end")
    }

    private mutating func escape() throws(TemplateError) -> Unicode.Scalar {
        guard let byte = current else { throw error("a text without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"):
            var unit = try hexadecimal()
            if (0xD800..<0xDC00).contains(unit), bytes[position...].starts(with: Array("\\u".utf8))
            {
                position += 2
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw error("half a surrogate pair") }
            return scalar
        default: throw error("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(TemplateError) -> UInt32 {
        guard position + 4 <= bytes.count,
            let unit = UInt32(
                String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw error("a \\u without four digits") }
        position += 4
        return unit
    }
}
