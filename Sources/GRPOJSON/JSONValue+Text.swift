extension JSONValue {
    /// On one line. Numbers are the shortest that read back to the same value; what JSON cannot
    /// say (infinity, not a number) is null.
    package var text: String {
        var result = ""
        write(to: &result, indent: nil)
        return result
    }

    /// On several lines, indented by two spaces.
    package var prettyText: String {
        var result = ""
        write(to: &result, indent: 0)
        return result
    }

    private func write(to result: inout String, indent: Int?) {
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .int(let value): result += "\(value)"
        case .unsigned(let value): result += "\(value)"
        case .double(let value): result += value.isFinite ? "\(value)" : "null"
        case .float(let value): result += value.isFinite ? "\(value)" : "null"
        case .string(let text): Self.write(text, to: &result)
        case .array(let elements):
            // Lists of scalars stay on one line.
            let nested = elements.contains { $0.members != nil || $0.elements != nil }
            let inner = nested ? indent.map { $0 + 1 } : nil
            Self.write(elements, "[", "]", to: &result, outer: indent, inner: inner) {
                $0.write(to: &$1, indent: inner)
            }
        case .object(let members):
            let inner = indent.map { $0 + 1 }
            Self.write(members, "{", "}", to: &result, outer: indent, inner: inner) {
                Self.write($0.key, to: &$1)
                $1 += indent == nil ? ":" : ": "
                $0.value.write(to: &$1, indent: inner)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], _ open: String, _ close: String, to result: inout String,
        outer: Int?, inner: Int?, _ body: (Element, inout String) -> Void
    ) {
        result += open
        for (index, element) in elements.enumerated() {
            if index > 0 { result += inner == nil && outer != nil ? ", " : "," }
            if let inner { result += "\n" + String(repeating: "  ", count: inner) }
            body(element, &result)
        }
        if let outer, inner != nil, !elements.isEmpty {
            result += "\n" + String(repeating: "  ", count: outer)
        }
        result += close
    }

    /// A quoted string; control characters and the two separators that JavaScript takes for line
    /// ends are escaped.
    private static func write(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}
