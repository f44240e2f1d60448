extension JSONScanner {
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
            if text.isEmpty { text.reserveCapacity(min(limit, spellingEnd - run)) }
            text += bytes[run..<position]
            if next == UInt8(ascii: "\"") { break }
            guard next == UInt8(ascii: "\\") else { throw fault(expected: "an escape for it") }
            position += 1
            try escape(into: &text)
        }
        position += 1
        return try Self.text(text, at: start)
    }

    /// Where the string that is being read ends, or the text does; for its buffer, which would
    /// otherwise grow to three times its size.
    private var spellingEnd: Int {
        var end = position
        while end < limit, bytes[end] != UInt8(ascii: "\"") {
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(end, limit)
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

    mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
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
}
