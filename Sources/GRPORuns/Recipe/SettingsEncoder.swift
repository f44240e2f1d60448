package import GRPOJSON

/// Encodes a value as a tree with its keys in the order of declaration and in snake_case.
///
/// Optional settings that are nil are written as null, also where the compiler wrote the
/// `encode(to:)`: the encoded defaults then name every key there is.
package enum SettingsEncoder {
    /// Programmer error: a type whose encoding throws.
    package static func tree(of value: some Encodable) -> JSONValue {
        do {
            return try TreeEncoder.encode(value, path: [])
        } catch {
            preconditionFailure("\(type(of: value)) could not be encoded: \(error)")
        }
    }

    static func node(of value: some Encodable) -> RecipeNode {
        RecipeNode(tree(of: value), at: .defaults)
    }
}

private final class TreeEncoder: Encoder {
    enum Storage {
        case none
        case value(JSONValue)
        case object([(key: String, child: TreeEncoder)])
        case array([TreeEncoder])
    }

    var storage = Storage.none
    let codingPath: [any CodingKey]
    let keyedByData: Bool
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(path: [any CodingKey], keyedByData: Bool = false) {
        codingPath = path
        self.keyedByData = keyedByData
    }

    static func encode<T: Encodable>(_ value: T, path: [any CodingKey]) throws -> JSONValue {
        if let direct = JSONValue(direct: value) { return direct }
        let encoder = TreeEncoder(path: path, keyedByData: value is any StringKeyed)
        try value.encode(to: encoder)
        return encoder.result
    }

    var result: JSONValue {
        switch storage {
        case .none: return .null
        case .value(let value): return value
        case .array(let children): return .array(children.map(\.result))
        case .object(let children):
            let members = children.map { JSONValue.Member(key: $0.key, value: $0.child.result) }
            // A dictionary has no order of its own.
            return .object(keyedByData ? members.sorted { $0.key < $1.key } : members)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .none = storage { storage = .object([]) }
        return KeyedEncodingContainer(KeyedTree(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .none = storage { storage = .array([]) }
        return UnkeyedTree(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleTree(encoder: self)
    }

    func add(_ key: any CodingKey) -> TreeEncoder {
        let verbatim = keyedByData || key is VerbatimKey
        let name = verbatim ? key.stringValue : SnakeCase.key(key.stringValue)
        let child = TreeEncoder(path: codingPath + [key])
        guard case .object(var children) = storage else {
            preconditionFailure("key \(name) in a value that is no mapping: \(storage)")
        }
        storage = .none
        if let index = children.firstIndex(where: { $0.key == name }) {
            children[index].child = child
        } else {
            children.append((name, child))
        }
        storage = .object(children)
        return child
    }

    func append() -> TreeEncoder {
        guard case .array(var children) = storage else {
            preconditionFailure("element in a value that is no list: \(storage)")
        }
        storage = .none
        let child = TreeEncoder(path: codingPath + [VerbatimKey("\(children.count)")])
        children.append(child)
        storage = .array(children)
        return child
    }

    func set<T: Encodable>(_ value: T) throws {
        storage = .value(try Self.encode(value, path: codingPath))
    }
}

private struct KeyedTree<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: TreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil(forKey key: Key) throws { encoder.add(key).storage = .value(.null) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try encoder.add(key).set(value)
    }

    func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        try optional(value, key)
    }

    func optional(_ value: (some Encodable)?, _ key: Key) throws {
        if let value { try encode(value, forKey: key) } else { try encodeNil(forKey: key) }
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        encoder.add(key).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder.add(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder.add(VerbatimKey("super")) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.add(key) }
}

private struct UnkeyedTree: UnkeyedEncodingContainer {
    let encoder: TreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    var count: Int {
        if case .array(let children) = encoder.storage { children.count } else { 0 }
    }

    func encodeNil() throws { encoder.append().storage = .value(.null) }
    func encode<T: Encodable>(_ value: T) throws { try encoder.append().set(value) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        encoder.append().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        encoder.append().unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder.append() }
}

private struct SingleTree: SingleValueEncodingContainer {
    let encoder: TreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() throws { encoder.storage = .value(.null) }
    func encode<T: Encodable>(_ value: T) throws { try encoder.set(value) }
}

// The standard library's own versions leave out nil, one for each of these types.
extension KeyedTree {
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try optional(value, key) }
}
