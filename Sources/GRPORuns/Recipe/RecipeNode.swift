package import GRPOJSON

/// One node of a recipe's tree, with the place at which it was written.
package struct RecipeNode: Sendable {
    package enum Content: Sendable {
        /// `quoted` says that the text was written between quotes or as a block: it is text,
        /// whatever it looks like.
        case scalar(String, quoted: Bool)
        case sequence([RecipeNode])
        case mapping([Entry])
    }

    package struct Entry: Sendable {
        package var key: String
        package var keyPlace: Place
        package var value: RecipeNode
    }

    package var content: Content
    package var place: Place

    package init(_ content: Content, at place: Place) {
        self.content = content
        self.place = place
    }

    /// The encoded value as a tree whose nodes all bear one place.
    package init(_ value: JSONValue, at place: Place) {
        self.place = place
        switch value {
        case .null: content = .scalar("null", quoted: false)
        case .string(let text): content = .scalar(text, quoted: true)
        case .array(let elements):
            content = .sequence(elements.map { RecipeNode($0, at: place) })
        case .object(let members):
            content = .mapping(
                members.map {
                    Entry(key: $0.key, keyPlace: place, value: RecipeNode($0.value, at: place))
                })
        case .bool, .int, .unsigned, .double, .float:
            content = .scalar(value.yamlScalar, quoted: false)
        }
    }
}

extension RecipeNode {
    /// Plain null: nothing, `~` or `null`.
    package var isNull: Bool {
        guard case .scalar(let text, quoted: false) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    package var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    package var elements: [RecipeNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    /// The text of a scalar that is not null.
    package var text: String? {
        if case .scalar(let text, _) = content, !isNull { text } else { nil }
    }

    package subscript(key: String) -> RecipeNode? {
        entries?.first { $0.key == key }?.value
    }

    /// What a message calls this node: its text, or its shape.
    package var summary: String {
        switch content {
        case _ where isNull: return "nothing"
        case .scalar(let text, let quoted):
            let short = text.count > 40 ? text.prefix(40) + "..." : text[...]
            let visible = TerminalText.sanitized(String(short), keepingNewlines: false)
            return quoted ? "the text \"\(visible)\"" : "'\(visible)'"
        case .sequence(let elements): return "a list of \(elements.count)"
        case .mapping: return "a mapping"
        }
    }

    /// Whether something of this tree is written at a place.
    func contains(_ place: Place) -> Bool {
        if self.place == place { return true }
        if let elements { return elements.contains { $0.contains(place) } }
        return entries?.contains { $0.keyPlace == place || $0.value.contains(place) } ?? false
    }

    /// Sets one key, in place where it exists, else at the end.
    mutating func set(_ key: String, at keyPlace: Place, to value: RecipeNode) {
        var entries = self.entries ?? []
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index] = Entry(key: key, keyPlace: keyPlace, value: value)
        } else {
            entries.append(Entry(key: key, keyPlace: keyPlace, value: value))
        }
        content = .mapping(entries)
    }

    /// This tree with `upper` laid over it: mappings merge key by key, all else is replaced.
    func overlaid(by upper: RecipeNode) -> RecipeNode {
        guard entries != nil, let upperEntries = upper.entries else { return upper }
        var result = self
        result.place = upper.place
        for entry in upperEntries {
            let merged = self[entry.key]?.overlaid(by: entry.value) ?? entry.value
            result.set(entry.key, at: entry.keyPlace, to: merged)
        }
        return result
    }

    /// Where the setting at a dotted path is written: its key's place, or that of the nearest
    /// enclosing node that exists. An element of a list is named by its number or its kind, and a
    /// `kind: {...}` is entered with or without its name: `stages.3.from`, `stages.3.grpo.from`,
    /// `rewards.format.weight`.
    package func place(of path: String) -> Place {
        var node = self
        var place = self.place
        var enteredKind: String?
        for part in path.split(separator: ".").map(String.init) {
            if let elements = node.elements {
                let byKind = elements.firstIndex { KindNode($0)?.name == part }
                guard let index = Int(part) ?? byKind, elements.indices ~= index else { break }
                node = elements[index]
                place = node.place
                enteredKind = nil
                if let kind = KindNode(node) {
                    place = kind.place
                    node = kind.options ?? node
                    enteredKind = kind.name
                }
            } else if let entry = node.entries?.first(where: { $0.key == part }) {
                node = entry.value
                place = entry.keyPlace
                enteredKind = nil
            } else if part == enteredKind {
                enteredKind = nil
            } else {
                break
            }
        }
        return place
    }
}
