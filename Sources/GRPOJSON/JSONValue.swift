/// A JSON document with its keys in order, each there once, byte by byte: a dictionary of strings
/// would make one key of two that are canonically equal, and vocabularies have both.
///
/// For documents that fit memory; what may be larger is read with ``JSONScanner``, which keeps
/// nothing.
package enum JSONValue: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: JSONValue

        package init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }

        package static func == (left: Member, right: Member) -> Bool {
            left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
        }
    }

    case null
    case bool(Bool)
    case int(Int)
    /// An integer that fits `UInt64` and not `Int`.
    case unsigned(UInt64)
    case double(Double)
    /// Written as the shortest text that reads back to the same `Float`; never read.
    case float(Float)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// The same kind and the same value; strings byte by byte, members in the same order.
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.int(let one), .int(let other)): one == other
        case (.unsigned(let one), .unsigned(let other)): one == other
        case (.double(let one), .double(let other)): one == other
        case (.float(let one), .float(let other)): one == other
        case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }

    /// An object of these keys and values, in this order.
    package static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { Member(key: $0.key, value: $0.value) })
    }

    /// The value of a key of an object.
    package subscript(key: String) -> JSONValue? {
        members?.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The value of a key of an object; nil where it is absent or null.
    package func present(_ key: String) -> JSONValue? {
        guard let value = self[key], value != .null else { return nil }
        return value
    }

    /// The members of an object.
    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements of an array.
    package var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// An integer, or a number without a fraction: some writers say 10000.0.
    package var integer: Int? {
        switch self {
        case .int(let value): value
        case .unsigned(let value): Int(exactly: value)
        case .double(let value): Int(exactly: value)
        default: nil
        }
    }

    /// Any number.
    package var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .double(let value): value
        case .float(let value): Double(value)
        default: nil
        }
    }

    /// The value for a message, on one line.
    package var summary: String {
        switch self {
        case .string(let text): printable(text)
        case .array(let elements): "an array of \(elements.count) values"
        case .object(let members): "an object of \(members.count) keys"
        default: text
        }
    }
}
