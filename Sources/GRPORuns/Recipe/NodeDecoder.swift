import GRPOTasks

/// Decodes a `Decodable` value from what the user wrote laid over the defaults, and goes on after
/// each problem: a value that cannot be read is recorded and replaced by its default, so that one
/// pass finds everything.
///
/// A key is unknown when it was written and never asked for: the type's own `init(from:)` says
/// which keys exist, so dictionaries, kinds and ``Beside`` need no special rule.
final class NodeDecoder: Decoder {
    let session: DecodingSession
    /// What is written at this position, if anything.
    let user: RecipeNode?
    /// The encoded defaults of this position, if it has any.
    let fallback: RecipeNode?
    let codingPath: [any CodingKey]
    /// The keys from the root, as written.
    let path: [String]
    private let convertsKeys: Bool
    private let parentPlace: Place
    /// Whether the type is known to be settings: then keys are checked also where it has none and
    /// therefore never opens its mapping.
    private let closed: Bool
    private var asked: [String] = []
    private var readsKeys = false

    var userInfo: [CodingUserInfoKey: Any] { session.userInfo }
    var node: RecipeNode? { user ?? fallback }
    var place: Place { node?.place ?? parentPlace }

    init(
        session: DecodingSession, user: RecipeNode?, fallback: RecipeNode?,
        codingPath: [any CodingKey] = [], path: [String] = [], convertsKeys: Bool = true,
        parentPlace: Place = .defaults, closed: Bool = false
    ) {
        self.session = session
        self.user = user
        self.fallback = fallback
        self.codingPath = codingPath
        self.path = path
        self.convertsKeys = convertsKeys
        self.parentPlace = parentPlace
        self.closed = closed
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let node else { throw RecipeProblem(place, named(path, "missing")) }
        guard node.entries != nil else {
            throw RecipeProblem(
                node.place, named(path, "expected a mapping of settings, found \(node.summary)"))
        }
        readsKeys = true
        return KeyedDecodingContainer(KeyedNodes(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        UnkeyedNodes(decoder: self, elements: try elements())
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleNode(decoder: self)
    }

    /// The list that is written here.
    func elements() throws -> [RecipeNode] {
        guard let node else { throw RecipeProblem(place, named(path, "missing")) }
        guard let elements = node.elements else {
            let remedy = node.text.map { "write [\($0)]" }
            throw RecipeProblem(
                node.place, named(path, "expected a list, found \(node.summary)"), remedy: remedy)
        }
        return elements
    }

    // MARK: Keys

    func name(of key: any CodingKey) -> String {
        convertsKeys && !(key is VerbatimKey) ? SnakeCase.key(key.stringValue) : key.stringValue
    }

    /// The child at a key, remembered as known.
    func child(_ key: any CodingKey) -> NodeDecoder {
        let name = name(of: key)
        ask(name)
        return NodeDecoder(
            session: session, user: user?[name], fallback: fallback?[name],
            codingPath: codingPath + [key], path: path + [name], parentPlace: place)
    }

    func child(at index: Int, _ element: RecipeNode) -> NodeDecoder {
        NodeDecoder(
            session: session, user: user == nil ? nil : element,
            fallback: user == nil ? element : nil,
            codingPath: codingPath + [VerbatimKey("\(index)")],
            path: path + ["\(index)"], parentPlace: place)
    }

    func ask(_ name: String) {
        if !asked.contains(name) { asked.append(name) }
    }

    private func reportUnknownKeys(complete: Bool) {
        guard readsKeys || closed, let entries = user?.entries else { return }
        let known = asked + (fallback?.entries ?? []).map(\.key).filter { !asked.contains($0) }
        // A reading that stopped early has not asked for all its keys.
        guard complete || fallback != nil else { return }
        var seen: Set<String> = []
        for entry in entries {
            if !seen.insert(entry.key).inserted {
                session.record(
                    RecipeProblem(entry.keyPlace, "the key '\(entry.key)' is written twice"))
            } else if !known.contains(entry.key) {
                let remedy =
                    TRLNames.remedies[entry.key]
                    ?? NearestName.remedy(for: entry.key, among: known)
                let owner = path.last.map { " in \($0)" } ?? ""
                session.record(
                    RecipeProblem(
                        entry.keyPlace, "unknown key '\(entry.key)'\(owner)", remedy: remedy))
            }
        }
    }

    // MARK: Values

    /// The value at this position; what is wrong with it is recorded and its default taken. Throws
    /// only where there is no default.
    func tolerantValue<T: Decodable>(_ type: T.Type) throws -> T {
        do {
            return try value(type)
        } catch {
            session.record(error, at: place, path: path)
            guard user != nil, let fallback else { throw AlreadyRecorded() }
            let silent = NodeDecoder(
                session: DecodingSession(userInfo: session.userInfo), user: nil,
                fallback: fallback, codingPath: codingPath, path: path)
            do { return try silent.value(type) } catch { throw AlreadyRecorded() }
        }
    }

    /// The value at this position. Throws a problem that is not yet recorded, or
    /// ``AlreadyRecorded``.
    func value<T: Decodable>(_ type: T.Type) throws -> T {
        if let scalar = try scalar(type) { return scalar }
        if type == DataPath.self { return DataPath(try RecipePath(from: self).path) as! T }
        if let settings = type as? any FragmentedSettings.Type {
            return try fragmented(settings) as! T
        }
        if let settings = type as? any RecipeSettings.Type, fallback?.entries == nil {
            return try positioned(onto: SettingsEncoder.node(of: settings.defaults)).finish(type)
        }
        return try positioned(onto: fallback, verbatim: type is any StringKeyed.Type).finish(type)
    }

    /// The options of a kind laid over that kind's own defaults.
    func decodeOptions<T: Codable & Sendable>(
        of kind: KindNode, onto defaults: T, shorthand: String?
    ) throws -> T {
        var options = kind.options
        if let written = options, written.entries == nil, let shorthand {
            let entry = RecipeNode.Entry(key: shorthand, keyPlace: written.place, value: written)
            options = RecipeNode(.mapping([entry]), at: written.place)
        }
        let fallback = SettingsEncoder.node(of: defaults)
        if let written = options, written.entries == nil, fallback.entries?.isEmpty ?? true {
            throw RecipeProblem(
                written.place, "'\(kind.name)' has no options, found \(written.summary)",
                remedy: "write '\(kind.name)' alone")
        }
        let decoder = NodeDecoder(
            session: session, user: options ?? RecipeNode(.mapping([]), at: kind.place),
            fallback: fallback, codingPath: codingPath + [VerbatimKey(kind.name)],
            path: path + [kind.name],
            parentPlace: kind.place, closed: true)
        return try decoder.value(T.self)
    }

    private func fragmented<T: FragmentedSettings>(_ type: T.Type) throws -> T {
        let defaults =
            fallback?.entries == nil ? SettingsEncoder.node(of: type.defaults) : fallback!
        let (merged, laid) = layFragments(type, over: defaults)
        let value = try positioned(onto: merged).finish(type)
        compare(value, with: laid, over: defaults)
        return value
    }

    private func positioned(onto fallback: RecipeNode?, verbatim: Bool = false) -> NodeDecoder {
        NodeDecoder(
            session: session, user: user, fallback: fallback, codingPath: codingPath, path: path,
            convertsKeys: !verbatim, parentPlace: parentPlace, closed: closed)
    }

    private func finish<T: Decodable>(_ type: T.Type) throws -> T {
        let value: T
        do {
            if let list = type as? any Elementwise.Type {
                value = try list.elementwise(from: self) as! T
            } else {
                value = try T(from: self)
            }
        } catch {
            reportUnknownKeys(complete: false)
            throw error
        }
        reportUnknownKeys(complete: true)
        check(value)
        return value
    }

    private func check(_ value: Any) {
        guard session.checksValues, let user else { return }
        if let beside = value as? any Composite {
            beside.parts.forEach(check)
            return
        }
        var found: [SettingProblem] = []
        if let settings = value as? any RecipeSettings { found += settings.settingProblems() }
        for check in session.checks { found += check(value) ?? [] }
        for problem in found {
            let place = user.place(of: problem.key)
            // A value that could not be read was replaced by its default: its range says nothing.
            let unreadable = user[problem.key].map { node in
                session.problems.contains { node.contains($0.place) }
            }
            if unreadable == true { continue }
            session.record(RecipeProblem(place, "\(problem.key): \(problem.message)"))
        }
    }
}

/// Lists decode element by element, so that each element's problems are found.
private protocol Elementwise {
    static func elementwise(from decoder: NodeDecoder) throws -> Self
}

extension Array: Elementwise where Element: Decodable {
    fileprivate static func elementwise(from decoder: NodeDecoder) throws -> [Element] {
        let nodes = try decoder.elements()
        var failed = false
        var result: [Element] = []
        for (index, node) in nodes.enumerated() {
            do {
                result.append(try decoder.child(at: index, node).tolerantValue(Element.self))
            } catch {
                failed = true
            }
        }
        if failed { throw AlreadyRecorded() }
        return result
    }
}

/// A value made of several that share one mapping; each part is checked by itself.
private protocol Composite {
    var parts: [Any] { get }
}

extension Beside: Composite {
    fileprivate var parts: [Any] { [first, second] }
}
