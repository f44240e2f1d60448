import Foundation

extension TemplateInterpreter {
    static let filterNames: Set<String> = textFilters.union(sequenceFilters).union([
        "abs", "attr", "count", "d", "default", "dictsort", "e", "escape", "float", "int", "items",
        "length", "round", "safe", "string", "tojson",
    ])
    private static let textFilters: Set<String> = [
        "capitalize", "center", "format", "forceescape", "indent", "lower", "replace", "title",
        "trim", "upper", "wordcount",
    ]
    /// Filters of Jinja that are left out, so that the refusal says which.
    private static let unsupportedFilters: Set<String> = [
        "filesizeformat", "pprint", "random", "striptags", "truncate", "urlencode", "urlize",
        "wordwrap", "xmlattr",
    ]

    func apply(
        filter name: String, to value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        if Self.sequenceFilters.contains(name) { return try sequence(name, value, arguments) }
        if Self.textFilters.contains(name) { return try text(name, value, arguments) }
        switch name {
        case "tojson": return try json(value, arguments)
        case "default", "d":
            let given = try bind(["default_value", "boolean"], of: name, arguments)
            let fallback = given[0] ?? .text("")
            if value.isUndefined { return fallback }
            guard let checks = given[1], try isTrue(checks) else { return value }
            return try isTrue(value) ? value : fallback
        case "attr":
            let name = try requiredText(bind(["name"], of: name, arguments)[0], name)
            if case .dictionary = value, !Self.dictionaryMethods.contains(name.string) {
                return .undefined(.undefined("a dict has no attribute '\(name.string)'"))
            }
            return try attribute(name.string, of: value)
        case "dictsort": return try dictsort(value, arguments)
        case "round": return try rounded(value, arguments)
        case "int", "float":
            let given = try bind(["default", "base"], of: name, arguments)
            return try converted(value, name, given[0], base: given[1])
        default: break
        }
        guard Self.filterNames.contains(name) else {
            let known = Self.unsupportedFilters.contains(name)
            throw error(
                known
                    ? .unsupported("the filter \"\(name)\"")
                    : .syntax("the filter \"\(name)\" is not known"))
        }
        _ = try bind([], of: name, arguments)
        switch name {
        case "length", "count":
            guard let count = length(value) else {
                throw error(.value("a \(value.typeName) has no length"))
            }
            return .integer(count)
        case "items":
            guard !value.isUndefined else {
                return .iterator(TemplateIterator(try makeList([]), name: name))
            }
            guard case .dictionary(let dictionary) = value else {
                throw error(.value("items takes a dictionary, not a \(value.typeName)"))
            }
            return .iterator(TemplateIterator(try items(dictionary), name: name))
        case "string": return .string(try string(value))
        case "safe":
            var text = try string(value)
            text.isMarkup = true
            return .string(text)
        case "escape", "e":
            let text = try string(value)
            try chargeText(text.count)
            return .string(text.isMarkup ? text : text.escapedForHTML)
        default:
            if let whole = integer(value) {
                return try whole < 0 ? negative(value) : .integer(whole)
            }
            guard let number = number(value) else { throw error(.value("abs takes a number")) }
            return .float(number.magnitude)
        }
    }

    // MARK: Texts

    private func text(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let text = try string(value)
        try charge(text.count)
        switch name {
        case "trim":
            let set = try bind(["chars"], of: name, arguments)[0]
            if let set, case .none = set { return .string(text.trimmed()) }
            return .string(text.trimmed(try set.map(string)))
        case "replace":
            let given = try bind(["old", "new", "count"], of: name, arguments)
            guard let old = given[0], let new = given[1] else {
                throw error(.value("replace needs what to replace and by what"))
            }
            return .string(
                try replacing(text, .string(string(old)), .string(string(new)), given[2]))
        case "indent": return .string(try indented(text, arguments))
        case "format":
            guard arguments.keyword.isEmpty else {
                throw error(.unsupported("the filter \"format\" with names"))
            }
            return .string(try percent(text, arguments.positional))
        case "center":
            let width = try bind(["width"], of: name, arguments)[0] ?? .integer(80)
            return try call(
                TemplateMethod(.string(text), "center"), TemplateCallArguments(positional: [width]))
        default: break
        }
        _ = try bind([], of: name, arguments)
        switch name {
        case "wordcount":
            let words = text.units.split(whereSeparator: TemplateText.isSpace)
            return .integer(words.count)
        case "forceescape": return .string(text.escapedForHTML)
        case "title": return .string(titled(text))
        default: return .string(recased(text, name) ?? text)
        }
    }

    private func indented(
        _ text: TemplateText, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateText {
        let given = try bind(["width", "first", "blank"], of: "indent", arguments)
        let indentation: TemplateText
        if case .string(let text)? = given[0] {
            indentation = text
        } else {
            let width = max(try optionalInteger(given[0], "indent") ?? 4, 0)
            try chargeText(width)
            indentation = TemplateText(String(repeating: " ", count: width))
        }
        let indentsFirst = try given[1].map(isTrue) ?? false
        let indentsBlank = try given[2].map(isTrue) ?? false
        // Jinja adds a newline first, so that a text which ends in one keeps it.
        var source = text
        source.append("\n")
        let lines = self.lines(source, keepingEnds: false)
        let (growth, overflow) = lines.count.multipliedReportingOverflow(by: indentation.count)
        try chargeText(overflow ? .max : growth + source.count)
        var result = TemplateText("")
        for (index, line) in lines.enumerated() {
            if index > 0 { result.append("\n") }
            if index == 0 ? indentsFirst : indentsBlank || !line.isEmpty {
                result.append(indentation)
            }
            result.append(line)
        }
        return result
    }

    // MARK: Numbers

    private func converted(
        _ value: TemplateValue, _ name: String, _ fallback: TemplateValue?, base: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        if case .undefined(let problem) = value { throw error(problem) }
        let isInteger = name == "int"
        let fallback = fallback ?? (isInteger ? .integer(0) : .float(0))
        if let number = number(value) {
            guard isInteger else { return .float(number) }
            if let whole = integer(value) { return .integer(whole) }
            guard number.isFinite else { return fallback }
            guard let whole = Int(exactly: number.rounded(.towardZero)) else {
                throw error(.limit("a number is beyond 64 bits"))
            }
            return .integer(whole)
        }
        guard case .string(let text) = value else { return fallback }
        try charge(text.count)
        let digits = text.trimmed().string.filter { $0 != "_" }
        let number = Double(digits)
        guard isInteger else { return number.map { .float($0) } ?? fallback }
        let radix = try optionalInteger(base, name) ?? 10
        guard (2...36).contains(radix) else { throw error(.unsupported("int in base \(radix)")) }
        if let whole = Int(digits, radix: radix) { return .integer(whole) }
        return number.flatMap { Int(exactly: $0.rounded(.towardZero)) }.map { .integer($0) }
            ?? fallback
    }

    private func rounded(
        _ value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let given = try bind(["precision", "method"], of: "round", arguments)
        let places = try optionalInteger(given[0], "round") ?? 0
        guard let number = number(value), (0...15).contains(places) else {
            throw error(.value("round takes a number and up to 15 places"))
        }
        let method = try given[1].map(string)?.string ?? "common"
        guard method != "common" else {
            if let whole = integer(value) { return .integer(whole) }
            return .float(number.isFinite ? Double(Self.fixed(number, places)) ?? number : number)
        }
        guard method == "ceil" || method == "floor" else {
            throw error(.value("round knows common, ceil and floor, not \(method.prefix(20))"))
        }
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        return .float((number * scale).rounded(method == "ceil" ? .up : .down) / scale)
    }

    /// A number with so many decimals, correctly rounded from its exact value.
    static func fixed(_ number: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", number)
    }
}
