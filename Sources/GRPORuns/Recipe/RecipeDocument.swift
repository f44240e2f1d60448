import Foundation

/// A recipe as written: its file, the file it is based on, its `set:` and the `--set` arguments,
/// in one tree whose nodes know their places.
package struct RecipeDocument: Sendable {
    package private(set) var root: RecipeNode
    /// What was wrong with overrides; ``decode(_:userInfo:checks:)`` reports it with all else.
    private var problems: [RecipeProblem] = []

    private static let baseDepthLimit = 8

    /// Reads a recipe, follows its `base:`, applies its `set:` and then the arguments in order.
    ///
    /// - Parameter overrides: the texts behind `--set`: `seed=1`, `grpo.beta=0`.
    /// - Throws: ``RecipeError`` where a file is unreadable or no YAML mapping.
    package static func load(
        file: String, overrides: [String] = []
    ) throws(RecipeError) -> RecipeDocument {
        var document = try load(file: file, from: nil, seen: [])
        document.apply(arguments: overrides)
        return document
    }

    /// A document from text, for defaults and tests; `base:` is seen from `name`'s directory.
    package static func parse(
        _ text: String, name: String = "recipe.yaml", overrides: [String] = []
    ) throws(RecipeError) -> RecipeDocument {
        let tree = try RecipeReader.read(Array(text.utf8), name: name)
        var document = try expanded(tree, file: name, seen: [absolute(name)])
        document.apply(arguments: overrides)
        return document
    }

    /// A tree that was read or composed elsewhere, such as a study's base with an arm's settings.
    package init(root: RecipeNode) {
        self.root = root
    }

    private static func load(
        file: String, from includer: Place?, seen: [String]
    ) throws(RecipeError) -> RecipeDocument {
        let path = absolute(file)
        guard !seen.contains(path), seen.count < baseDepthLimit else {
            throw RecipeError([
                RecipeProblem(
                    includer ?? .file(file, line: 1, column: 1),
                    "base: \(file) includes itself, or more than \(baseDepthLimit) files deep")
            ])
        }
        let tree: RecipeNode
        do {
            tree = try RecipeReader.read(file: file)
        } catch {
            guard let includer, let first = error.problems.first, error.problems.count == 1,
                case .file(_, line: 1, column: 1) = first.place
            else { throw error }
            throw RecipeError([
                RecipeProblem(includer, "base \(file): \(first.message)", remedy: first.remedy)
            ])
        }
        return try expanded(tree, file: file, seen: seen + [path])
    }

    private static func absolute(_ file: String) -> String {
        URL(fileURLWithPath: file).standardized.resolvingSymlinksInPath().path
    }

    /// Takes `schema`, `base` and `set` out of the tree and does what they say.
    private static func expanded(
        _ tree: RecipeNode, file: String, seen: [String]
    ) throws(RecipeError) -> RecipeDocument {
        guard let entries = tree.entries else {
            let found = tree.isNull ? "an empty file" : tree.summary
            throw RecipeError([
                RecipeProblem(
                    tree.place, "found \(found), expected a recipe",
                    remedy: "a recipe is a mapping with keys such as model, task and stages")
            ])
        }
        var own = tree
        own.content = .mapping(entries.filter { !["schema", "base", "set"].contains($0.key) })
        try checkSchema(tree["schema"])
        var document = RecipeDocument(root: own)
        if let base = tree["base"] {
            guard let written = base.text else {
                throw RecipeError([
                    RecipeProblem(base.place, "base: expected a path, found \(base.summary)")
                ])
            }
            // A relative result keeps messages as short as what the user typed.
            let directory = (file as NSString).deletingLastPathComponent
            let path =
                written.hasPrefix("/")
                ? written : (directory as NSString).appendingPathComponent(written)
            let below = try load(file: path, from: base.place, seen: seen)
            document.root = below.root.overlaid(by: own)
            document.problems = below.problems
        }
        if let set = tree["set"] {
            guard let settings = set.entries else {
                throw RecipeError([
                    RecipeProblem(
                        set.place, "set: expected a mapping of settings, found \(set.summary)")
                ])
            }
            for entry in settings {
                document.set(entry.key, at: entry.keyPlace, to: entry.value)
            }
        }
        return document
    }

    private static func checkSchema(_ node: RecipeNode?) throws(RecipeError) {
        guard let node else { return }
        let version = RecipeScalar.integer(node, as: Int.self)
        guard let version, (1...ResolvedRecipe.schema).contains(version) else {
            throw RecipeError([
                RecipeProblem(
                    node.place,
                    "schema: found \(node.summary), this program reads up to "
                        + "\(ResolvedRecipe.schema)",
                    remedy: "run it with the version of grpo that wrote it")
            ])
        }
    }

    // MARK: Overrides

    /// Applies `--set` arguments; what is wrong with one is kept for ``decode(_:userInfo:checks:)``.
    package mutating func apply(arguments: [String]) {
        for argument in arguments {
            let place = Place.argument("--set \(argument)")
            guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
                problems.append(
                    RecipeProblem(
                        place, "found no '=', expected a setting and its value",
                        remedy: "write --set seed=1 or --set grpo.beta=0"))
                continue
            }
            let path = argument[..<equals].trimmingCharacters(in: .whitespaces)
            do throws(RecipeError) {
                let text = String(argument[argument.index(after: equals)...])
                set(path, at: place, to: try RecipeReader.read(text, at: place))
            } catch {
                problems += error.problems
            }
        }
    }

    /// Sets the value at a dotted path: a top-level key, or a stage by its name (default its kind)
    /// and then its keys. What is wrong with the path is kept for the decoding.
    package mutating func set(_ path: String, at place: Place, to value: RecipeNode) {
        do throws(RecipeProblem) {
            root = try RecipeOverride(path: path, place: place, value: value).applied(to: root)
        } catch {
            problems.append(error)
        }
    }

    // MARK: Values

    /// The recipe as a value, and where it departs from the presets it names.
    ///
    /// - Parameter checkingValues: whether values are looked at beyond their types: ranges,
    ///   combinations, and the data files that they name.
    /// - Throws: ``RecipeError`` with everything that is wrong, overrides included.
    package func decode<T: Decodable>(
        _ type: T.Type, userInfo: [CodingUserInfoKey: any Sendable] = [:],
        checks: [RecipeCheck] = [], checkingValues: Bool = true
    ) throws(RecipeError) -> (value: T, departures: [Departure]) {
        let session = DecodingSession(
            userInfo: userInfo, checks: checks, checksValues: checkingValues)
        problems.forEach { session.record($0) }
        var value: T?
        do {
            value = try NodeDecoder(session: session, user: root, fallback: nil).value(type)
        } catch {
            session.record(error, at: root.place)
        }
        guard let value, session.problems.isEmpty else { throw RecipeError(session.problems) }
        return (value, session.departures)
    }
}
