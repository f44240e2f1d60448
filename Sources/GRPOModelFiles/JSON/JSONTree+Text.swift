extension JSONTree {
    /// An object of these keys and values, in this order.
    static func object(_ members: KeyValuePairs<String, JSONTree>) -> JSONTree {
        .object(members.map { Member(key: $0.key, value: $0.value) })
    }

    /// The JSON text: without any space, or one key or element a line, indented by two.
    func text(indented: Bool = true) -> String {
        var text = ""
        write(to: &text, line: indented ? "\n" : nil)
        return text
    }

    private func write(to text: inout String, line: String?) {
        switch self {
        case .null: text += "null"
        case .truth(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .real(let value):
            precondition(value.isFinite, "found \(value), which has no spelling in JSON")
            text += "\(value)"
        case .string(let value): Self.write(value, to: &text)
        case .array(let elements):
            Self.write(elements, between: ("[", "]"), to: &text, line) { element, text, line in
                element.write(to: &text, line: line)
            }
        case .object(let members):
            Self.write(members, between: ("{", "}"), to: &text, line) { member, text, line in
                Self.write(member.key, to: &text)
                text += line == nil ? ":" : ": "
                member.value.write(to: &text, line: line)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between brackets: (String, String), to text: inout String,
        _ line: String?, _ write: (Item, inout String, String?) -> Void
    ) {
        let inner = line.map { $0 + "  " }
        text += brackets.0
        for (index, item) in items.enumerated() {
            text += (index == 0 ? "" : ",") + (inner ?? "")
            write(item, &text, inner)
        }
        text += (items.isEmpty ? "" : line ?? "") + brackets.1
    }

    /// A string in quotes; what is not ASCII stays as it is.
    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
