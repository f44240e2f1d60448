/// A JSON value, its keys in order and each there once.
///
/// For small documents such as a model's configuration; what may be large is read with
/// `JSONScanner`, which keeps nothing.
enum JSONTree: Equatable, Sendable {
    case null
    case truth(Bool)
    case integer(Int)
    /// A number with a fraction or an exponent, or an integer that does not fit `Int`.
    case real(Double)
    case string(String)
    case array([JSONTree])
    case object([Member])

    struct Member: Equatable, Sendable {
        let key: String
        let value: JSONTree
    }

    /// Reads a whole text.
    init(reading bytes: UnsafeRawBufferPointer) throws(JSONFault) {
        var scanner = JSONScanner(bytes)
        try self.init(&scanner)
        try scanner.end()
    }

    /// Reads the value that comes next.
    init(_ scanner: inout JSONScanner) throws(JSONFault) {
        switch try scanner.kind() {
        case .null:
            try scanner.null()
            self = .null
        case .truth: self = .truth(try scanner.truth())
        case .string: self = .string(try scanner.string())
        case .number:
            let start = scanner.position
            let text = try scanner.number()
            if let integer = Int(text) {
                self = .integer(integer)
            } else if let real = Double(text), real.isFinite {
                self = .real(real)
            } else {
                throw JSONFault(
                    offset: start, found: "the number \(text.prefix(40))",
                    expected: "one that fits a float64")
            }
        case .array:
            var elements: [JSONTree] = []
            try scanner.array { (scanner) throws(JSONFault) in
                elements.append(try JSONTree(&scanner))
            }
            self = .array(elements)
        case .object:
            var members: [Member] = []
            var keys: Set<String> = []
            try scanner.object { (key, start, scanner) throws(JSONFault) in
                guard keys.insert(key).inserted else {
                    throw JSONFault(
                        offset: start, found: "the key \(printable(key)) a second time",
                        expected: "each key once")
                }
                members.append(Member(key: key, value: try JSONTree(&scanner)))
            }
            self = .object(members)
        }
    }

    /// The value of a key of an object.
    subscript(key: String) -> JSONTree? {
        members?.first { $0.key == key }?.value
    }

    /// The members of an object.
    var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements of an array.
    var elements: [JSONTree]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// An integer, or a real without a fraction: some writers say 10000.0.
    var integer: Int? {
        switch self {
        case .integer(let value): value
        case .real(let value): Int(exactly: value)
        default: nil
        }
    }

    /// Any number.
    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    var truth: Bool? {
        if case .truth(let value) = self { value } else { nil }
    }

    /// The value for a message, on one line.
    var summary: String {
        switch self {
        case .null: "null"
        case .truth(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .string(let text): printable(text)
        case .array(let elements): "an array of \(elements.count) values"
        case .object(let members): "an object of \(members.count) keys"
        }
    }
}
