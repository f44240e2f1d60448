/// One setting at a dotted path laid into a recipe's tree.
///
/// The first part names a top-level key or a stage; a part after a list names an element by its
/// kind or by its number from 0: `grpo.rewards.format.weight`, `stages.1.beta`.
struct RecipeOverride {
    let path: String
    let place: Place
    let value: RecipeNode

    /// The key that a bare value of a kind sets: `format: 0.2` is `format: {weight: 0.2}`.
    private static let shorthand = "weight"

    func applied(to root: RecipeNode) throws(RecipeProblem) -> RecipeNode {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            throw RecipeProblem(
                place, "'\(path)' is no path of a setting",
                remedy: "write seed, or a stage's name and its key: grpo.beta")
        }
        let stages = root["stages"]?.elements ?? []
        let matches = stages.indices.filter { Self.name(of: stages[$0]) == parts[0] }
        if let index = matches.first {
            guard matches.count == 1 else {
                throw RecipeProblem(
                    place, "\(matches.count) stages are called '\(parts[0])'",
                    remedy: "give each a name: and use that")
            }
            guard parts.count > 1 else {
                throw RecipeProblem(
                    place, "'\(path)' names a stage, expected one of its settings",
                    remedy: "write \(path).KEY=VALUE")
            }
            var result = root
            var elements = stages
            elements[index] = try inside(elements[index], parts.dropFirst())
            result.set(
                "stages", at: root.place(of: "stages"),
                to: RecipeNode(.sequence(elements), at: root["stages"]!.place))
            return result
        }
        // An unknown single key is found when the tree is decoded; an unknown stage is found here,
        // because decoding would only know a key too many.
        if parts.count > 1, root[parts[0]] == nil, !Self.sections.contains(parts[0]) {
            let names = stages.compactMap(Self.name) + (root.entries ?? []).map(\.key)
            let ofKind = stages.filter { KindNode($0)?.name == parts[0] }.compactMap(Self.name)
            guard ofKind.isEmpty else {
                throw RecipeProblem(
                    place,
                    "no stage is called '\(parts[0])'; of that kind there "
                        + (ofKind.count == 1 ? "is " : "are ") + ofKind.joined(separator: ", "),
                    remedy: "write \(([ofKind[0]] + parts.dropFirst()).joined(separator: "."))")
            }
            throw RecipeProblem(
                place, "no stage and no setting is called '\(parts[0])'",
                remedy: NearestName.remedy(for: parts[0], among: names))
        }
        return try laid(into: root, parts[...])
    }

    /// Top-level settings that a recipe may leave out and an override may still enter.
    private static let sections: Set<String> = ["model", "task", "prompt", "evaluation"]

    private static func name(of stage: RecipeNode) -> String? {
        guard let kind = KindNode(stage) else { return nil }
        return kind.options?["name"]?.text ?? kind.name
    }

    /// `node` with the value at `parts` below it.
    private func laid(
        into node: RecipeNode, _ parts: ArraySlice<String>
    ) throws(RecipeProblem) -> RecipeNode {
        guard let part = parts.first else { return value }
        let rest = parts.dropFirst()
        if var elements = node.elements {
            let byKind = elements.firstIndex { KindNode($0)?.name == part }
            guard let index = byKind ?? Int(part), elements.indices ~= index else {
                let names = elements.compactMap { KindNode($0)?.name }
                throw RecipeProblem(
                    place,
                    "the list before '\(part)' has \(elements.count) elements and none so "
                        + "called", remedy: NearestName.remedy(for: part, among: names))
            }
            elements[index] =
                rest.isEmpty ? value : try inside(elements[index], rest)
            return RecipeNode(.sequence(elements), at: node.place)
        }
        guard node.entries != nil || node.isNull else {
            throw RecipeProblem(
                place, "'\(part)' would lie inside the plain value \(node.summary)",
                remedy: "set the value before '.\(part)' as a whole")
        }
        var result = node
        if node.isNull { result = RecipeNode(.mapping([]), at: place) }
        let entry = result.entries?.first { $0.key == part }
        if rest.isEmpty {
            result.set(part, at: place, to: value)
        } else {
            let empty = RecipeNode(.mapping([]), at: place)
            result.set(
                part, at: entry?.keyPlace ?? place,
                to: try laid(into: Self.opened(entry?.value, for: part) ?? empty, rest))
        }
        return result
    }

    /// `task: sums` opened for `task.sums.digits`, `data: sums_mixture` for `data.sums_mixture.worked`:
    /// the bare kind becomes a mapping.
    private static func opened(_ node: RecipeNode?, for part: String) -> RecipeNode? {
        guard let node, let text = node.text, ["task", "model", "data"].contains(part) else {
            return node
        }
        let nothing = RecipeNode(.scalar("", quoted: false), at: node.place)
        return RecipeNode(
            .mapping([RecipeNode.Entry(key: text, keyPlace: node.place, value: nothing)]),
            at: node.place)
    }

    /// An element written by kind, with the value at `parts` below its options.
    private func inside(
        _ element: RecipeNode, _ parts: ArraySlice<String>
    ) throws(RecipeProblem) -> RecipeNode {
        guard let kind = KindNode(element) else { return try laid(into: element, parts) }
        var options = kind.options ?? RecipeNode(.mapping([]), at: kind.place)
        if options.entries == nil, options.elements == nil {
            options = RecipeNode(
                .mapping([
                    RecipeNode.Entry(
                        key: Self.shorthand, keyPlace: options.place, value: options)
                ]), at: options.place)
        }
        let entry = RecipeNode.Entry(
            key: kind.name, keyPlace: kind.place, value: try laid(into: options, parts))
        return RecipeNode(.mapping([entry]), at: element.place)
    }
}
