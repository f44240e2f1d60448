extension JSONScanner {
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
        case .object: _ = try skipMembers()
        case .array: _ = try skipElements()
        case .string: try skipString()
        case .number: _ = try number()
        case .bool: _ = try bool()
        case .null: try null()
        }
    }

    /// Passes over the object that comes next and counts its members.
    package mutating func skipMembers() throws(JSONFault) -> Int {
        try open("{", .object)
        if try close("}") { return 0 }
        var count = 0
        repeat {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw fault(expected: "a key in quotes") }
            try skipString()
            skipSpace()
            try take(":")
            try skip()
            count += 1
        } while try separator("}")
        return count
    }

    /// Passes over the array that comes next and counts its elements.
    package mutating func skipElements() throws(JSONFault) -> Int {
        var count = 0
        try array { (scanner) throws(JSONFault) in
            try scanner.skip()
            count += 1
        }
        return count
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
}
