import GRPOJSON

/// A `JSONScanner` whose faults are those of a tokenizer's file.
struct TokenizerFileScanner {
    private var scanner: JSONScanner

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        scanner = JSONScanner(bytes, at: position)
    }

    /// The next byte to read.
    var position: Int { scanner.position }

    mutating func begin(_ kind: JSONScanner.Kind) throws(TokenizerError) {
        try read { (scanner) throws(JSONFault) in try scanner.begin(kind) }
    }

    mutating func nextKey() throws(TokenizerError) -> (key: String, offset: Int)? {
        try read { (scanner) throws(JSONFault) in try scanner.nextKey() }
    }

    mutating func nextElement() throws(TokenizerError) -> Bool {
        try read { (scanner) throws(JSONFault) in try scanner.nextElement() }
    }

    mutating func kind() throws(TokenizerError) -> JSONScanner.Kind {
        try read { (scanner) throws(JSONFault) in try scanner.kind() }
    }

    mutating func string() throws(TokenizerError) -> String {
        try read { (scanner) throws(JSONFault) in try scanner.string() }
    }

    /// A value of at most so many values.
    mutating func value(most: Int) throws(TokenizerError) -> JSONValue {
        try read { (scanner) throws(JSONFault) in try JSONValue(&scanner, most: most) }
    }

    mutating func skip() throws(TokenizerError) {
        try read { (scanner) throws(JSONFault) in try scanner.skip() }
    }

    /// Passes over the value that comes next, and says where it is and of how many members or
    /// elements.
    mutating func skipList() throws(TokenizerError) -> TokenizerFileList {
        try read { (scanner) throws(JSONFault) in
            let kind = try scanner.kind()
            let start = scanner.position
            var count = 0
            switch kind {
            case .object: count = try scanner.skipMembers()
            case .array: count = try scanner.skipElements()
            default: try scanner.skip()
            }
            return TokenizerFileList(
                kind: kind, range: start..<scanner.position, count: count)
        }
    }

    mutating func end() throws(TokenizerError) {
        try read { (scanner) throws(JSONFault) in try scanner.end() }
    }

    private mutating func read<Value>(
        _ body: (inout JSONScanner) throws(JSONFault) -> Value
    ) throws(TokenizerError) -> Value {
        do throws(JSONFault) {
            return try body(&scanner)
        } catch let fault {
            throw .file(
                place: "byte \(fault.offset)", found: fault.found, expected: fault.expected)
        }
    }
}

/// A long list of a tokenizer's file that was passed over, to be read where it lies.
struct TokenizerFileList {
    let kind: JSONScanner.Kind
    /// Its bytes in the file.
    let range: Range<Int>
    /// Its members or elements.
    let count: Int
}
