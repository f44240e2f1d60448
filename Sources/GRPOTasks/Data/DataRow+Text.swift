import GRPOJSON

extension DataRow.Value {
    /// What a value says as text; nil for null and what is nested.
    var text: String? {
        switch self {
        case .text(let text), .number(let text): text
        case .truth(let value): value ? "true" : "false"
        case .null, .conversation, .object, .other: nil
        }
    }

    /// What a value that is neither a text nor a conversation is in JSON; nil for these.
    var json: String? {
        switch self {
        case .number, .truth: text
        case .null: "null"
        case .object(let value): value.text
        case .other(_, let spelling): spelling
        case .text, .conversation: nil
        }
    }
}

extension DataRow {
    /// The names of the columns, for a message.
    var names: String {
        let shown = columns.prefix(12).map {
            visible(String(String.UnicodeScalarView($0.name.unicodeScalars.prefix(40))))
        }
        return shown.isEmpty
            ? "none"
            : shown.joined(separator: ", ") + (columns.count > 12 ? ", ..." : "")
    }

    /// For a message about a column that is not there.
    var missing: String { "no such column among \(names)" }

    /// The other columns, and which of them are JSON and not texts.
    func texts(leavingOut read: Set<String>) -> (columns: [String: String], json: Set<String>) {
        var texts: [String: String] = [:]
        var json: Set<String> = []
        for (name, value) in columns where !read.contains(name) {
            switch value {
            case .text(let text): texts[name] = text
            case .conversation: continue
            default:
                texts[name] = value.json
                json.insert(name)
            }
        }
        return (texts, json)
    }
}
