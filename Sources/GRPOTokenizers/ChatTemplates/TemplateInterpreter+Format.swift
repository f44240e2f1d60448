extension TemplateInterpreter {
    // MARK: str.format

    /// Python's `str.format` for fields by place or name, without format specifications.
    func format(
        _ text: TemplateText, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateText {
        var result = TemplateText("")
        var automatic = 0
        let scalars = text.scalars
        var index = 0
        while index < scalars.count {
            let next = index + 1 < scalars.count ? scalars[index + 1] : 0
            let (open, close): (UInt32, UInt32) = (123, 125)
            if scalars[index] == open, next != open {
                guard let end = scalars[index...].firstIndex(of: close) else {
                    throw error(.value("a format has { without }"))
                }
                let field = TemplateText(units: scalars[(index + 1)..<end]).string
                let value = try self.field(field, &automatic, arguments)
                try chargeText(result.count + value.count)
                result.append(value)
                index = end + 1
                continue
            }
            if scalars[index] == open || scalars[index] == close {
                guard next == scalars[index] else {
                    throw error(.value("a format has a single brace"))
                }
                index += 1
            }
            result.append(TemplateText(units: [text.units[index]]))
            index += 1
        }
        return result
    }

    private func field(
        _ field: String, _ automatic: inout Int, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateText {
        guard !field.contains(where: { ":!.[{".contains($0) }) else {
            throw error(.unsupported("the format field {\(field.prefix(40))}"))
        }
        if field.isEmpty || Int(field) != nil {
            let place = Int(field) ?? automatic
            if field.isEmpty { automatic += 1 }
            guard arguments.positional.indices.contains(place) else {
                throw error(.value("a format has no argument \(place)"))
            }
            return try string(arguments.positional[place])
        }
        guard let value = arguments.keyword.first(where: { $0.name == field })?.value else {
            throw error(.value("a format has no argument \(field.prefix(40))"))
        }
        return try string(value)
    }

    // MARK: Percent

    /// Python's `format % values` for `%s`, `%r`, `%d`, `%i` and `%.Nf`.
    func percent(
        _ format: TemplateText, _ values: [TemplateValue]
    ) throws(TemplateError) -> TemplateText {
        var result = TemplateText("")
        var rest = values[...]
        let scalars = format.scalars
        var index = 0
        while index < scalars.count {
            guard scalars[index] == 37 else {
                result.append(TemplateText(units: [format.units[index]]))
                index += 1
                continue
            }
            var directive = ""
            index += 1
            while index < scalars.count, directive.count < 8 {
                directive += TemplateText(units: [scalars[index]]).string
                index += 1
                if directive.last?.isLetter == true || directive.last == "%" { break }
            }
            if directive == "%" {
                result.append("%")
                continue
            }
            guard let value = rest.popFirst() else {
                throw error(.value("a % format has more places than values"))
            }
            let text = try written(value, directive)
            try chargeText(result.count + text.count)
            result.append(text)
        }
        guard rest.isEmpty else { throw error(.value("a % format has more values than places")) }
        return result
    }

    private func written(
        _ value: TemplateValue, _ directive: String
    ) throws(TemplateError) -> TemplateText {
        switch directive {
        case "s": return try string(value)
        case "r": return try repr(value)
        case "d", "i":
            if let whole = integer(value) { return TemplateText(String(whole)) }
            if case .float(let number) = value,
                let whole = Int(exactly: number.rounded(.towardZero))
            {
                return TemplateText(String(whole))
            }
        default:
            if let places = Self.places(directive), let number = number(value), number.isFinite {
                return TemplateText(Self.fixed(number, places))
            }
        }
        throw error(.unsupported("the format %\(directive) of a \(value.typeName)"))
    }

    private static func places(_ directive: String) -> Int? {
        if directive == "f" { return 6 }
        guard directive.hasPrefix("."), directive.hasSuffix("f") else { return nil }
        return Int(directive.dropFirst().dropLast()).flatMap { (0...30).contains($0) ? $0 : nil }
    }
}
