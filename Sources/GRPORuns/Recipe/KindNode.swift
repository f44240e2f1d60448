/// An element that names its kind: `sums`, `sums: {digits: 2}`, or `format: 0.2`.
package struct KindNode: Sendable {
    package let name: String
    /// Where the kind is written.
    package let place: Place
    /// Nil where the kind stands alone.
    package let options: RecipeNode?

    /// Nil where the node is not of that shape.
    package init?(_ node: RecipeNode) {
        switch node.content {
        case .scalar(let text, _) where !node.isNull:
            (name, place, options) = (text, node.place, nil)
        case .mapping(let entries) where entries.count == 1:
            let entry = entries[0]
            (name, place) = (entry.key, entry.keyPlace)
            options = entry.value.isNull ? nil : entry.value
        default: return nil
        }
    }

    /// Why a node is not of that shape; `noun` is what the list holds, such as "stage".
    static func misshapen(_ node: RecipeNode, noun: String) -> RecipeProblem {
        if let entries = node.entries, let first = entries.first, entries.count > 1 {
            let others = entries.dropFirst().map { "'\($0.key)'" }.joined(separator: ", ")
            return RecipeProblem(
                entries[1].keyPlace,
                "found \(others) beside '\(first.key)', expected one \(noun) per element",
                remedy: "indent the options below '\(first.key):', or write {...} after it")
        }
        return RecipeProblem(
            node.place, "expected a \(noun) (its kind, or kind: {...}), found \(node.summary)")
    }
}

/// The kinds that may stand at one place of a recipe, each with its own settings and defaults.
///
/// ```swift
/// var stages = Kinds<Stage>("stage")
/// stages.add("grpo", defaults: GRPOSettings.defaults) { Stage.grpo($0) }
/// // in Stage.init(from:)
/// self = try stages.decode(from: decoder)
/// ```
package struct Kinds<Value: Sendable>: Sendable {
    private typealias Read = @Sendable (NodeDecoder, KindNode) throws -> Value

    /// What one element is called in messages: "stage", "reward", "task".
    package let noun: String
    package private(set) var names: [String] = []
    private var readers: [String: Read] = [:]

    package init(_ noun: String) {
        self.noun = noun
    }

    /// Adds a kind, or replaces the one of that name.
    ///
    /// - Parameter shorthand: the key that a bare value sets: with `weight`, `format: 0.2` is
    ///   `format: {weight: 0.2}`.
    package mutating func add<Settings: Codable & Sendable>(
        _ name: String, defaults: Settings, shorthand: String? = nil,
        make: @escaping @Sendable (Settings) -> Value
    ) {
        if readers[name] == nil { names.append(name) }
        readers[name] = { decoder, kind in
            make(try decoder.decodeOptions(of: kind, onto: defaults, shorthand: shorthand))
        }
    }

    /// Reads the element that the decoder stands on. Only a recipe's decoder knows kinds.
    package func decode(from decoder: any Decoder) throws -> Value {
        guard let decoder = decoder as? NodeDecoder else {
            preconditionFailure("a \(noun) can only be decoded by RecipeDocument, not \(decoder)")
        }
        guard let node = decoder.node else {
            throw RecipeProblem(decoder.place, "a \(noun) is missing here")
        }
        guard let kind = KindNode(node) else {
            throw KindNode.misshapen(node, noun: noun)
        }
        guard let read = readers[kind.name] else {
            throw RecipeProblem(
                kind.place, "unknown \(noun) '\(kind.name)'",
                remedy: NearestName.remedy(for: kind.name, among: names))
        }
        return try read(decoder, kind)
    }

    /// Writes an element as `kind: {options}`, the form that ``decode(from:)`` reads.
    package static func encode(
        _ name: String, _ options: some Encodable, to encoder: any Encoder
    ) throws {
        var container = encoder.container(keyedBy: VerbatimKey.self)
        try container.encode(options, forKey: VerbatimKey(name))
    }
}
