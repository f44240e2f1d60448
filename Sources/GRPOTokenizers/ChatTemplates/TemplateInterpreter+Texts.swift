/// What string methods and filters share.
extension TemplateInterpreter {
    func replacing(
        _ text: TemplateText, _ old: TemplateValue?, _ new: TemplateValue?, _ count: TemplateValue?
    ) throws(TemplateError) -> TemplateText {
        let old = try requiredText(old, "replace")
        let new = try requiredText(new, "replace")
        let wanted = try optionalInteger(count, "replace") ?? -1
        let limit = wanted < 0 ? Int.max : wanted
        try charge(text.count + old.count)
        let starts =
            old.isEmpty
            ? Array((0...text.count).prefix(limit)) : text.occurrences(of: old, limit: limit)
        let (growth, overflow) = starts.count.multipliedReportingOverflow(by: new.count)
        try chargeText(overflow ? .max : text.count + growth)
        var units: [UInt32] = []
        var position = 0
        for start in starts {
            units += text.units[position..<start]
            units += new.units
            position = start + old.count
        }
        units += text.units[position...]
        return TemplateText(units: units)
    }

    func joined(
        _ items: [TemplateValue], by separator: TemplateText
    ) throws(TemplateError) -> TemplateText {
        var text = TemplateText("")
        for (index, item) in items.enumerated() {
            let next = try string(item)
            try chargeText(next.count + separator.count)
            guard text.count + next.count + separator.count <= limits.textLength else {
                throw error(.limit("a text has more than \(limits.textLength) characters"))
            }
            if index > 0 { text.append(separator) }
            text.append(next)
        }
        return text
    }

    func split(
        _ text: TemplateText, _ name: String, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let given = try bind(["sep", "maxsplit"], of: name, arguments)
        let most = try optionalInteger(given[1], name) ?? -1
        let limit = most < 0 ? Int.max : most
        let fromRight = name == "rsplit"
        // From the right is from the left on the reversed text.
        let units = fromRight ? text.units.reversed() : text.units
        var parts: [[UInt32]] = []
        switch given[0] {
        case nil, .some(.none):
            var rest = units[...].drop(while: TemplateText.isSpace)
            while !rest.isEmpty, parts.count < limit {
                let word = rest.prefix { !TemplateText.isSpace($0) }
                parts.append(Array(word))
                rest = rest.dropFirst(word.count).drop(while: TemplateText.isSpace)
            }
            if !rest.isEmpty {
                while let last = rest.last, TemplateText.isSpace(last) { rest.removeLast() }
                parts.append(Array(rest))
            }
        default:
            let separator = try requiredText(given[0], name)
            guard !separator.isEmpty else { throw error(.value("\(name) by an empty text")) }
            let needle = fromRight ? separator.units.reversed() : separator.units
            try charge(text.count + separator.count)
            var position = 0
            let starts = TemplateText(units: units).occurrences(
                of: TemplateText(units: needle), limit: limit)
            for start in starts {
                parts.append(Array(units[position..<start]))
                position = start + separator.count
            }
            parts.append(Array(units[position...]))
        }
        if fromRight { parts = parts.reversed().map { $0.reversed() } }
        return .list(try makeList(parts.map { .string(TemplateText(units: $0)) }))
    }

    /// Python's `splitlines`.
    func lines(_ text: TemplateText, keepingEnds: Bool) -> [TemplateText] {
        let breaks: Set<UInt32> = [10, 11, 12, 13, 28, 29, 30, 0x85, 0x2028, 0x2029]
        var lines: [TemplateText] = []
        var start = 0
        var index = 0
        let scalars = text.scalars
        while index < scalars.count {
            guard breaks.contains(scalars[index]) else {
                index += 1
                continue
            }
            let end = index
            index +=
                scalars[index] == 13 && index + 1 < scalars.count && scalars[index + 1] == 10
                ? 2 : 1
            lines.append(TemplateText(units: text.units[start..<(keepingEnds ? index : end)]))
            start = index
        }
        if start < scalars.count { lines.append(TemplateText(units: text.units[start...])) }
        return lines
    }

    // MARK: Cases

    func recased(_ text: TemplateText, _ name: String) -> TemplateText? {
        switch name {
        case "upper": return text.mapped { $1.properties.uppercaseMapping }
        case "lower", "casefold": return text.mapped { $1.properties.lowercaseMapping }
        case "swapcase":
            return text.mapped {
                $1.properties.isUppercase
                    ? $1.properties.lowercaseMapping : $1.properties.uppercaseMapping
            }
        case "capitalize":
            return text.mapped {
                $0 == 0 ? $1.properties.titlecaseMapping : $1.properties.lowercaseMapping
            }
        case "title":
            var follows = false
            return text.mapped { _, scalar in
                let properties = scalar.properties
                defer { follows = properties.isCased }
                return follows ? properties.lowercaseMapping : properties.titlecaseMapping
            }
        default: return nil
        }
    }

    /// Jinja's `title`, whose words begin after white space, hyphens and opening brackets.
    func titled(_ text: TemplateText) -> TemplateText {
        let openings: Set<Unicode.Scalar> = ["-", "(", "{", "[", "<"]
        var begins = true
        return text.mapped { _, scalar in
            let separates = openings.contains(scalar) || TemplateText.isSpace(scalar.value)
            defer { begins = separates }
            return begins
                ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
        }
    }

    /// The methods that ask what a text is made of; nil for another method.
    func classified(_ text: TemplateText, _ name: String) -> Bool? {
        func all(_ holds: (Unicode.Scalar) -> Bool) -> Bool {
            !text.isEmpty && text.scalars.allSatisfy { Unicode.Scalar($0).map(holds) ?? false }
        }
        func isLetter(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                .otherLetter:
                true
            default: false
            }
        }
        func isDigit(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
        }
        switch name {
        case "isspace": return all { TemplateText.isSpace($0.value) }
        case "isdigit": return all(isDigit)
        case "isdecimal": return all { $0.properties.numericType == .decimal }
        case "isnumeric": return all { $0.properties.numericType != nil }
        case "isalpha": return all(isLetter)
        case "isalnum": return all { isLetter($0) || $0.properties.numericType != nil }
        case "isascii": return text.scalars.allSatisfy { $0 < 0x80 }
        case "isprintable":
            return text.scalars.allSatisfy { Unicode.Scalar($0)?.isPrintable ?? false }
        case "islower": return isCased(text, \.isLowercase, not: \.isUppercase)
        case "isupper": return isCased(text, \.isUppercase, not: \.isLowercase)
        default: return nil
        }
    }
}
