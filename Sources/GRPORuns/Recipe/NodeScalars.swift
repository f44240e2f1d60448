extension NodeDecoder {
    /// The value where `type` is a boolean, a number, text or a closed set of words; nil where it
    /// is none of these.
    func scalar<T>(_ type: T.Type) throws -> T? {
        switch type {
        case is Bool.Type: return try read("true or false", RecipeScalar.bool) as? T
        case is String.Type: return try read("text", Self.text) as? T
        case is Double.Type: return try read("a number", RecipeScalar.double) as? T
        case is Float.Type:
            return try read("a number") { RecipeScalar.double($0).map { Float($0) } } as? T
        default: break
        }
        if let integer = type as? any FixedWidthInteger.Type {
            return try whole(integer) as? T
        }
        if let words = Self.words(of: type) {
            let node = try present("one of " + words.map(\.name).joined(separator: ", "))
            if let text = node.text, let word = words.first(where: { $0.name == text }) {
                return word.value
            }
            let names = words.map(\.name)
            let near = node.text.flatMap { NearestName.of($0, among: names) }
            throw RecipeProblem(
                node.place,
                named(
                    path,
                    "expected one of \(names.joined(separator: ", ")), found \(node.summary)"),
                remedy: near.map { "did you mean '\($0)'?" })
        }
        return nil
    }

    private func whole<I: FixedWidthInteger>(_ type: I.Type) throws -> I {
        let node = try present("a whole number")
        if let value = RecipeScalar.integer(node, as: type) { return value }
        let isWhole = RecipeScalar.double(node).map { $0 == $0.rounded() && $0.isFinite } ?? false
        let range = isWhole ? " between \(I.min) and \(I.max)" : ""
        throw RecipeProblem(
            node.place, named(path, "expected a whole number\(range), found \(node.summary)"))
    }

    private func read<Value>(
        _ expected: String, _ parse: (RecipeNode) -> Value?
    ) throws -> Value {
        let node = try present(expected)
        guard let value = parse(node) else {
            throw RecipeProblem(
                node.place, named(path, "expected \(expected), found \(node.summary)"))
        }
        return value
    }

    private func present(_ expected: String) throws -> RecipeNode {
        guard let node else {
            throw RecipeProblem(place, named(path, "missing, expected \(expected)"))
        }
        return node
    }

    private static func text(_ node: RecipeNode) -> String? {
        guard case .scalar(let text, let quoted) = node.content else { return nil }
        return quoted || !node.isNull ? text : nil
    }

    /// The raw values of an enumeration that lists its cases.
    private static func words<T>(of type: T.Type) -> [(name: String, value: T)]? {
        guard let closed = type as? any CaseIterable.Type, type is any RawRepresentable.Type else {
            return nil
        }
        func cases<C: CaseIterable>(_ type: C.Type) -> [(name: String, value: T)] {
            type.allCases.compactMap { value in
                guard let raw = value as? any RawRepresentable, let value = value as? T else {
                    return nil
                }
                return ("\(raw.rawValue)", value)
            }
        }
        return cases(closed)
    }
}
