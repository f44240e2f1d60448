/// Where two recipes' trees part: the settings, as `--set` writes them, with both values.
struct RecipeDifference: Equatable {
    /// `grpo.beta`; a stage is called by its name, another element by its kind or number.
    let path: String
    let before: String
    let after: String

    /// Every setting that differs, in the order of the earlier tree. A setting that one of them
    /// lacks is null there.
    static func all(from before: RecipeNode, to after: RecipeNode) -> [RecipeDifference] {
        differences(before, after, at: [])
    }

    private static func differences(
        _ before: RecipeNode?, _ after: RecipeNode?, at path: [String]
    ) -> [RecipeDifference] {
        if let old = before?.entries, let new = after?.entries {
            let added = new.map(\.key).filter { before?[$0] == nil }
            return (old.map(\.key) + added).flatMap {
                differences(before?[$0], after?[$0], at: path + [$0])
            }
        }
        if let old = before?.elements, let new = after?.elements,
            old.map(kind) == new.map(kind)
        {
            return old.indices.flatMap { index in
                let (one, other) = (inner(old[index]), inner(new[index]))
                let name = one["name"]?.text ?? kind(of: old[index]) ?? "\(index)"
                // A stage stands at the top of a path, an element of another list within it.
                return differences(one, other, at: path == ["stages"] ? [name] : path + [name])
            }
        }
        let (old, new) = (summary(before), summary(after))
        guard old != new || before?.elements != nil else { return [] }
        return [
            RecipeDifference(path: path.joined(separator: "."), before: old, after: new)
        ]
    }

    private static func kind(of node: RecipeNode) -> String? { KindNode(node)?.name }

    private static func inner(_ node: RecipeNode) -> RecipeNode {
        KindNode(node)?.options ?? node
    }

    private static func summary(_ node: RecipeNode?) -> String {
        guard let node, !node.isNull else { return "null" }
        return node.text ?? node.summary
    }
}
