extension TemplateInterpreter {
    static let testNames: Set<String> = [
        "odd", "even", "divisibleby", "defined", "undefined", "filter", "test", "none", "boolean",
        "false", "true", "integer", "float", "lower", "upper", "string", "mapping", "number",
        "sequence", "iterable", "callable", "sameas", "escaped", "in", "==", "eq", "equalto", "!=",
        "ne", ">", "gt", "greaterthan", ">=", "ge", "<", "lt", "lessthan", "<=", "le",
    ]

    func apply(
        test name: String, to value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> Bool {
        guard Self.testNames.contains(name) else {
            throw error(.unsupported("the test \"is \(name)\""))
        }
        if let comparison = Self.comparisons[name] {
            let other = try argument("other", of: name, arguments)
            return try compare(comparison, value, other)
        }
        switch name {
        case "divisibleby":
            let divisor = try argument("num", of: name, arguments)
            return try equal(binary("%", value, divisor), .integer(0))
        case "sameas": return try same(value, argument("other", of: name, arguments))
        default: break
        }
        guard arguments.positional.isEmpty, arguments.keyword.isEmpty else {
            throw error(.value("the test \"is \(name)\" takes no argument"))
        }
        return try check(name, value)
    }

    private static let comparisons: [String: TemplateExpression.Comparison] = [
        "==": .equal, "eq": .equal, "equalto": .equal, "!=": .notEqual, "ne": .notEqual,
        ">": .greater, "gt": .greater, "greaterthan": .greater, ">=": .greaterOrEqual,
        "ge": .greaterOrEqual, "<": .less, "lt": .less, "lessthan": .less, "<=": .lessOrEqual,
        "le": .lessOrEqual, "in": .in,
    ]

    private func argument(
        _ parameter: String, of test: String, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        guard let value = try bind([parameter], of: "the test \(test)", arguments)[0] else {
            throw error(.value("the test \"is \(test)\" needs something to compare with"))
        }
        return value
    }

    private func check(_ name: String, _ value: TemplateValue) throws(TemplateError) -> Bool {
        switch name {
        case "defined": return !value.isUndefined
        case "undefined": return value.isUndefined
        case "none": if case .none = value { return true }
        case "boolean": if case .boolean = value { return true }
        case "true": if case .boolean(true) = value { return true }
        case "false": if case .boolean(false) = value { return true }
        case "integer": if case .integer = value { return true }
        case "float": if case .float = value { return true }
        case "number": return number(value) != nil
        case "string": if case .string = value { return true }
        case "mapping": if case .dictionary = value { return true }
        case "escaped": if case .string(let text) = value { return text.isMarkup }
        case "odd": return try equal(binary("%", value, .integer(2)), .integer(1))
        case "even": return try equal(binary("%", value, .integer(2)), .integer(0))
        case "lower": return isCased(try string(value), \.isLowercase, not: \.isUppercase)
        case "upper": return isCased(try string(value), \.isUppercase, not: \.isLowercase)
        case "filter": return Self.filterNames.contains(try string(value).string)
        case "test": return Self.testNames.contains(try string(value).string)
        case "sequence":
            switch value {
            case .string, .list, .tuple, .dictionary, .range, .undefined: return true
            default: return false
            }
        case "iterable":
            switch value {
            case .string, .list, .tuple, .dictionary, .range, .view, .iterator, .undefined, .loop:
                return true
            default: return false
            }
        case "callable":
            switch value {
            case .macro, .method, .function, .undefined: return true
            default: return false
            }
        default: break
        }
        return false
    }

    /// Python's `is`, as far as data shows it.
    private func same(
        _ left: TemplateValue, _ right: TemplateValue
    ) throws(TemplateError) -> Bool {
        switch (left, right) {
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            left === right
        case (.dictionary(let left), .dictionary(let right)): left === right
        case (.boolean, .boolean), (.integer, .integer), (.string, .string), (.none, .none),
            (.namespace, .namespace), (.macro, .macro):
            try equal(left, right)
        default: false
        }
    }

    /// Python's `islower` and `isupper`: some letters of the case, and none of the other.
    func isCased(
        _ text: TemplateText, _ wanted: KeyPath<Unicode.Scalar.Properties, Bool>,
        not other: KeyPath<Unicode.Scalar.Properties, Bool>
    ) -> Bool {
        var found = false
        for unit in text.scalars {
            guard let properties = Unicode.Scalar(unit)?.properties else { continue }
            if properties[keyPath: other] || properties.generalCategory == .titlecaseLetter {
                return false
            }
            found = found || properties[keyPath: wanted]
        }
        return found
    }
}
