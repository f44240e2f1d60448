import GRPOJSON

/// A recipe written out in full: every default, preset and alias stands in it, keys in the order
/// of declaration, so that it loads again to the same values wherever it lies.
package enum ResolvedRecipe {
    /// Version of the keys and their meaning. A reader refuses a later one.
    package static let schema = 1

    /// The YAML text, its first key the schema version.
    package static func text(of recipe: some Encodable, comment: [String] = []) -> String {
        var lines = comment.map { "# " + TerminalText.sanitized($0, keepingNewlines: false) }
        lines.append("schema: \(schema)")
        guard case .object(let members) = SettingsEncoder.tree(of: recipe) else {
            preconditionFailure("a recipe must encode as a mapping: \(type(of: recipe))")
        }
        for member in members { write(member, indent: 0, to: &lines) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func write(_ member: JSONValue.Member, indent: Int, to lines: inout [String]) {
        let key = String(repeating: "  ", count: indent) + scalar(.string(member.key)) + ":"
        if let inline = inline(member.value) {
            lines.append(key + " " + inline)
            return
        }
        lines.append(key)
        block(member.value, indent: indent + 1, to: &lines)
    }

    private static func block(_ value: JSONValue, indent: Int, to lines: inout [String]) {
        switch value {
        case .object(let members):
            for member in members { write(member, indent: indent, to: &lines) }
        case .array(let elements):
            for element in elements {
                let dash = String(repeating: "  ", count: indent) + "- "
                if let inline = inline(element) {
                    lines.append(dash + inline)
                    continue
                }
                // The element's block is indented by the width of the dash.
                var inner: [String] = []
                block(element, indent: indent + 1, to: &inner)
                inner[0] = dash + inner[0].dropFirst(dash.count)
                lines += inner
            }
        default:
            preconditionFailure("a scalar has no block: \(value)")
        }
    }

    /// Scalars, empty collections and lists of scalars fit on a line; others give nil.
    private static func inline(_ value: JSONValue) -> String? {
        switch value {
        case .object(let members): return members.isEmpty ? "{}" : nil
        case .array(let elements):
            let texts = elements.map { $0.members == nil && $0.elements == nil ? scalar($0) : nil }
            guard texts.allSatisfy({ $0 != nil }) else { return nil }
            return "[" + texts.compactMap { $0 }.joined(separator: ", ") + "]"
        default: return scalar(value)
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        guard case .string(let text) = value else { return value.yamlScalar }
        return isPlain(text) ? text : value.text
    }

    /// Words, names and paths need no quotes; what any YAML reader could take for a number, a
    /// boolean or null does.
    private static func isPlain(_ text: String) -> Bool {
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        guard let first = text.utf8.first, !words.contains(text.lowercased()) else { return false }
        let isLetter = { (byte: UInt8) in
            (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        }
        guard isLetter(first) || (first == 0x2F && text.utf8.count > 1) else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (0x2D...0x39).contains($0) || $0 == 0x40
        }
    }
}
