extension TemplateInterpreter {
    /// Python's `str`.
    func string(_ value: TemplateValue) throws(TemplateError) -> TemplateText {
        switch value {
        case .undefined(.unsafe(let message)): throw error(.unsafe(message))
        case .undefined: TemplateText("")
        case .string(let text): text
        default: try repr(value)
        }
    }

    /// Python's `repr`.
    func repr(_ value: TemplateValue) throws(TemplateError) -> TemplateText {
        var text = TemplateText("")
        try writeRepr(value, to: &text)
        return text
    }

    private func writeRepr(
        _ value: TemplateValue, to text: inout TemplateText
    ) throws(TemplateError) {
        try chargeText(text.count > limits.textLength ? .max : 1)
        switch value {
        case .undefined: text.append("Undefined")
        case .none: text.append("None")
        case .boolean(let value): text.append(value ? "True" : "False")
        case .integer(let value): text.append(String(value))
        case .float(let value): text.append(Self.spelling(value))
        case .string(let string):
            try chargeText(string.count)
            text.append(Self.quoted(string))
        case .list(let list): try writeRepr(list.items, "[", "]", to: &text)
        case .tuple(let list):
            try writeRepr(list.items, "(", list.items.count == 1 ? ",)" : ")", to: &text)
        case .view(let kind, let list):
            text.append(kind)
            try writeRepr(list.items, "([", "])", to: &text)
        case .dictionary(let dictionary):
            text.append("{")
            for (index, (key, value)) in dictionary.pairs.enumerated() {
                if index > 0 { text.append(", ") }
                try writeRepr(key, to: &text)
                text.append(": ")
                try writeRepr(value, to: &text)
            }
            text.append("}")
        case .range(let range):
            let stop = range.start + range.count * range.step
            let step = range.step == 1 ? "" : ", \(range.step)"
            text.append("range(\(range.start), \(stop)\(step))")
        default:
            throw error(.unsupported("printing a \(value.typeName), which is no data"))
        }
    }

    private func writeRepr(
        _ items: [TemplateValue], _ opening: String, _ closing: String,
        to text: inout TemplateText
    ) throws(TemplateError) {
        text.append(opening)
        for (index, item) in items.enumerated() {
            if index > 0 { text.append(", ") }
            try writeRepr(item, to: &text)
        }
        text.append(closing)
    }

    // MARK: Texts

    /// Python's `repr` of a text: in the quotes it does not hold, unprintable characters escaped.
    private static func quoted(_ text: TemplateText) -> TemplateText {
        let scalars = text.scalars
        let quote: Unicode.Scalar = scalars.contains(39) && !scalars.contains(34) ? "\"" : "'"
        var result = TemplateText(String(quote))
        result.append(
            text.mapped { _, scalar in
                switch scalar {
                case quote, "\\": return "\\\(scalar)"
                case "\n": return "\\n"
                case "\r": return "\\r"
                case "\t": return "\\t"
                default: break
                }
                if scalar.isPrintable { return String(scalar) }
                let hex = String(scalar.value, radix: 16)
                let (mark, width) =
                    scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                return "\\\(mark)" + String(repeating: "0", count: width - hex.count) + hex
            })
        result.append(String(quote))
        return result
    }

    // MARK: Numbers

    /// Python's `repr` of a float: the shortest digits that read back the same, an exponent
    /// below 1e-4 and from 1e16 on.
    static func spelling(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0.0" }
        // Swift's digits are the shortest too; only where it puts the point differs.
        let parts = "\(value.magnitude)".split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = mantissa.joined()
        var point = mantissa[0].count + exponent
        while digits.count > 1, digits.first == "0" {
            digits.removeFirst()
            point -= 1
        }
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        guard point > -4, point <= 16 else {
            let power = point - 1
            let magnitude = abs(power) < 10 ? "0\(abs(power))" : "\(abs(power))"
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            return "\(sign)\(digits.prefix(1))\(fraction)e\(power < 0 ? "-" : "+")\(magnitude)"
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count {
            return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
}

extension Unicode.Scalar {
    /// Python's `str.isprintable`.
    var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}

extension TemplateText {
    /// As MarkupSafe escapes it.
    var escapedForHTML: TemplateText {
        var text = mapped { _, scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "'": "&#39;"
            case "\"": "&#34;"
            default: String(scalar)
            }
        }
        text.isMarkup = true
        return text
    }
}
