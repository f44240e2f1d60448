extension JSONValue {
    /// Reads a whole text.
    ///
    /// - Parameter most: how many values it may have. A tree takes up to thirty times as much memory
    ///   as its text; what a stranger wrote is read with an allowance.
    /// - Throws: `JSONFault` where it is not one JSON value of UTF-8, or a key comes twice, or there
    ///   are more values than are allowed.
    package init(
        reading bytes: UnsafeRawBufferPointer, most: Int = .max
    ) throws(JSONFault) {
        var scanner = JSONScanner(bytes)
        try self.init(&scanner, most: most)
        try scanner.end()
    }

    /// Reads a whole text.
    package init(reading bytes: [UInt8]) throws(JSONFault) {
        let result: Result<JSONValue, JSONFault> = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONFault) -> JSONValue in try JSONValue(reading: bytes) }
        }
        self = try result.get()
    }

    /// Reads a whole text; nil where it is not JSON.
    package init?(_ text: some StringProtocol) {
        guard let value = try? JSONValue(reading: Array(text.utf8)) else { return nil }
        self = value
    }

    /// Reads the value that comes next, of at most so many values with all that is in it.
    package init(_ scanner: inout JSONScanner, most: Int = .max) throws(JSONFault) {
        var left = most
        do throws(JSONFault) {
            try self.init(&scanner, left: &left)
        } catch {
            guard left < 0 else { throw error }
            throw JSONFault(
                offset: error.offset, found: "more than \(most) values",
                expected: "at most that many")
        }
    }

    /// - Parameter left: how many values may be read yet; below 0 where there was one more.
    private init(_ scanner: inout JSONScanner, left: inout Int) throws(JSONFault) {
        left -= 1
        let kind = try scanner.kind()
        guard left >= 0 else {
            throw JSONFault(offset: scanner.position, found: "another value", expected: "none")
        }
        switch kind {
        case .null:
            try scanner.null()
            self = .null
        case .bool: self = .bool(try scanner.bool())
        case .string: self = .string(try scanner.string())
        case .number: self = try Self.number(&scanner)
        case .array:
            var elements: [JSONValue] = []
            try scanner.array { (scanner) throws(JSONFault) in
                elements.append(try JSONValue(&scanner, left: &left))
            }
            self = .array(elements)
        case .object:
            var members: [Member] = []
            var keys: Set<Key> = []
            try scanner.object { (key, start, scanner) throws(JSONFault) in
                guard Self.isNew(key, among: members, &keys) else {
                    throw JSONFault(
                        offset: start, found: "the key \(printable(key)) a second time",
                        expected: "each key once")
                }
                members.append(Member(key: key, value: try JSONValue(&scanner, left: &left)))
            }
            self = .object(members)
        }
    }

    /// Whether an object has no such key yet. Most objects, such as added tokens and rollouts, are
    /// small, and comparing their few keys is cheaper than a set of them.
    private static func isNew(
        _ key: String, among members: [Member], _ keys: inout Set<Key>
    ) -> Bool {
        guard members.count >= 8 else {
            return !members.contains { $0.key.utf8.elementsEqual(key.utf8) }
        }
        if keys.isEmpty { keys = Set(members.map { Key(text: $0.key) }) }
        return keys.insert(Key(text: key)).inserted
    }

    private static func number(_ scanner: inout JSONScanner) throws(JSONFault) -> JSONValue {
        let start = scanner.position
        let text = try scanner.number()
        if let int = Int(text) { return .int(int) }
        if let large = UInt64(text) { return .unsigned(large) }
        guard let real = Double(text), real.isFinite else {
            throw JSONFault(
                offset: start, found: "the number \(text.prefix(40))",
                expected: "one that fits a float64")
        }
        return .double(real)
    }

    /// A key compared by its bytes.
    private struct Key: Hashable {
        let text: String

        static func == (left: Key, right: Key) -> Bool {
            left.text.utf8.elementsEqual(right.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}
