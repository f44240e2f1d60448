/// How `tojson` writes: Python's `json.dumps` with the defaults of `transformers`.
struct TemplateJSONStyle {
    var escapesNonASCII = false
    /// What a level is indented by; nil for all on one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
}

extension TemplateInterpreter {
    func json(
        _ value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let given = try bind(
            ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson", arguments)
        var style = TemplateJSONStyle()
        style.escapesNonASCII = try given[0].map(isTrue) ?? false
        style.sortsKeys = try given[3].map(isTrue) ?? false
        switch given[1] {
        case nil, .some(.none): break
        case .some(.string(let text)): style.indent = text.string
        case .some(let value):
            guard let width = integer(value) else {
                throw error(.value("tojson is indented by a \(value.typeName)"))
            }
            try chargeText(width)
            style.indent = String(repeating: " ", count: max(width, 0))
        }
        if style.indent != nil { style.itemSeparator = "," }
        if let separators = given[2], case .none = separators {
        } else if let separators = given[2] {
            let texts = try iterate(separators)
            guard texts.count == 2 else {
                throw error(.value("tojson takes two separators, not \(texts.count)"))
            }
            style.itemSeparator = try string(texts[0]).string
            style.keySeparator = try string(texts[1]).string
        }
        var text = TemplateText("")
        try write(value, style, level: 0, to: &text)
        return .string(text)
    }

    private func write(
        _ value: TemplateValue, _ style: TemplateJSONStyle, level: Int,
        to text: inout TemplateText
    ) throws(TemplateError) {
        try chargeText(text.count > limits.textLength ? .max : 1)
        switch value {
        case .none: text.append("null")
        case .boolean(let value): text.append(value ? "true" : "false")
        case .integer(let value): text.append(String(value))
        case .float(let value): text.append(Self.jsonSpelling(value))
        case .string(let string):
            try chargeText(string.count)
            text.append(Self.jsonQuoted(string, style))
        case .list(let list), .tuple(let list):
            try write("[", "]", style, level, count: list.items.count, to: &text) {
                (index, text) throws(TemplateError) in
                try write(list.items[index], style, level: level + 1, to: &text)
            }
        case .dictionary(let dictionary):
            var pairs: [(TemplateText, TemplateValue)] = []
            for (key, value) in dictionary.pairs { pairs.append((try jsonKey(key), value)) }
            if style.sortsKeys { pairs.sort { $0.0 < $1.0 } }
            try write("{", "}", style, level, count: pairs.count, to: &text) {
                (index, text) throws(TemplateError) in
                try chargeText(pairs[index].0.count)
                text.append(Self.jsonQuoted(pairs[index].0, style))
                text.append(style.keySeparator)
                try write(pairs[index].1, style, level: level + 1, to: &text)
            }
        case .undefined(let problem): throw error(problem)
        default: throw error(.value("a \(value.typeName) cannot be written as JSON"))
        }
    }

    private func write(
        _ opening: String, _ closing: String, _ style: TemplateJSONStyle, _ level: Int, count: Int,
        to text: inout TemplateText,
        item: (Int, inout TemplateText) throws(TemplateError) -> Void
    ) throws(TemplateError) {
        text.append(opening)
        func breakLine(_ level: Int) throws(TemplateError) {
            guard let indent = style.indent else { return }
            let (length, overflow) = indent.utf8.count.multipliedReportingOverflow(by: level)
            try chargeText(overflow ? .max : length)
            text.append("\n" + String(repeating: indent, count: level))
        }
        for index in 0..<count {
            if index > 0 { text.append(style.itemSeparator) }
            try breakLine(level + 1)
            try item(index, &text)
        }
        if count > 0 { try breakLine(level) }
        text.append(closing)
    }

    private func jsonKey(_ key: TemplateValue) throws(TemplateError) -> TemplateText {
        switch key {
        case .string(let text): text
        case .boolean(let value): TemplateText(value ? "true" : "false")
        case .none: TemplateText("null")
        case .float(let value): TemplateText(Self.jsonSpelling(value))
        default: try string(key)
        }
    }

    private static func jsonSpelling(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        return value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : spelling(value)
    }

    private static func jsonQuoted(
        _ text: TemplateText, _ style: TemplateJSONStyle
    ) -> TemplateText {
        func escape(_ unit: some BinaryInteger) -> String {
            let hex = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
        var result = TemplateText("\"")
        result.append(
            text.mapped { _, scalar in
                switch scalar {
                case "\"", "\\": return "\\\(scalar)"
                case "\n": return "\\n"
                case "\r": return "\\r"
                case "\t": return "\\t"
                case "\u{8}": return "\\b"
                case "\u{C}": return "\\f"
                default: break
                }
                if scalar.value < 0x20 { return escape(scalar.value) }
                guard style.escapesNonASCII, scalar.value > 0x7E else { return String(scalar) }
                if scalar == "\u{7F}" { return String(scalar) }
                return UTF16.encode(scalar)?.map(escape).joined() ?? ""
            })
        result.append("\"")
        return result
    }
}
