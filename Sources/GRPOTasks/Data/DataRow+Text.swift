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

    /// The columns that are texts, numbers or truth values.
    func texts(leavingOut read: Set<String>) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: columns.compactMap { name, value in
                read.contains(name) ? nil : value.text.map { (name, $0) }
            })
    }
}
