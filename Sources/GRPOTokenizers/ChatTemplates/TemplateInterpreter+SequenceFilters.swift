extension TemplateInterpreter {
    static let sequenceFilters: Set<String> = [
        "batch", "first", "groupby", "join", "last", "list", "map", "max", "min", "reject",
        "rejectattr", "reverse", "select", "selectattr", "slice", "sort", "sum", "unique",
    ]

    func sequence(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        switch name {
        case "first", "last":
            _ = try bind([], of: name, arguments)
            return try end(value, isFirst: name == "first")
        case "list": return .list(try makeList(iterate(value)))
        case "join":
            let given = try bind(["d", "attribute"], of: name, arguments)
            let items = try attributes(given[1], of: iterate(value))
            return .string(try joined(items, by: try given[0].map(string) ?? TemplateText("")))
        case "reverse":
            if case .string(let text) = value {
                return .string(TemplateText(units: text.units.reversed()))
            }
            return try iterator(iterate(value).reversed(), name)
        case "map": return try map(value, arguments)
        case "select", "reject", "selectattr", "rejectattr":
            return try select(name, value, arguments)
        case "sort", "unique", "min", "max": return try ordered(name, value, arguments)
        case "sum":
            let given = try bind(["attribute", "start"], of: name, arguments)
            var total = given[1] ?? .integer(0)
            for item in try attributes(given[0], of: iterate(value)) {
                total = try binary("+", total, item)
            }
            return total
        case "batch":
            let given = try bind(["linecount", "fill_with"], of: name, arguments)
            return try batch(iterate(value), given[0], fill: given[1])
        default: throw error(.unsupported("the filter \"\(name)\""))
        }
    }

    private func iterator(
        _ items: [TemplateValue], _ name: String
    ) throws(TemplateError) -> TemplateValue {
        .iterator(TemplateIterator(try makeList(items), name: name))
    }

    private func end(
        _ value: TemplateValue, isFirst: Bool
    ) throws(TemplateError) -> TemplateValue {
        if case .iterator(let iterator) = value {
            guard isFirst else { throw error(.value("last takes a list, not a generator")) }
            return iterator.takeFirst() ?? nothing
        }
        let items = try iterate(value)
        return (isFirst ? items.first : items.last) ?? nothing
    }

    private var nothing: TemplateValue {
        .undefined(.undefined("the sequence is empty"))
    }

    // MARK: Attributes

    /// The item at a path such as `function.name`, whose parts may be numbers.
    private func lookUp(
        _ path: TemplateValue, in item: TemplateValue, default fallback: TemplateValue? = nil
    ) throws(TemplateError) -> TemplateValue {
        var value = item
        if let index = integer(path) {
            value = try self.item(value, .integer(index))
        } else {
            for part in try string(path).string.split(
                separator: ".", omittingEmptySubsequences: false)
            {
                let key = Int(part).map { TemplateValue.integer($0) } ?? .text(String(part))
                value = try self.item(value, key)
                if let fallback, value.isUndefined { value = fallback }
            }
        }
        return value
    }

    private func attributes(
        _ path: TemplateValue?, of items: [TemplateValue]
    ) throws(TemplateError) -> [TemplateValue] {
        guard let path else { return items }
        if case .none = path { return items }
        var values: [TemplateValue] = []
        for item in items { values.append(try lookUp(path, in: item)) }
        return values
    }

    private func map(
        _ value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        var results: [TemplateValue] = []
        // As in Jinja, what is false has nothing to go through, be it none or 0.
        let items = try isTrue(value) ? iterate(value) : []
        if arguments.positional.isEmpty {
            let given = try bind(["attribute", "default"], of: "map", arguments)
            guard let path = given[0] else { throw error(.value("map needs a filter's name")) }
            for item in items { results.append(try lookUp(path, in: item, default: given[1])) }
        } else {
            let filter = try string(arguments.positional[0]).string
            var rest = arguments
            rest.positional.removeFirst()
            for item in items { results.append(try apply(filter: filter, to: item, rest)) }
        }
        return try iterator(results, "map")
    }

    private func select(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        var rest = arguments
        var path: TemplateValue?
        if name.hasSuffix("attr") {
            guard !rest.positional.isEmpty else {
                throw error(.value("\(name) needs the name of an attribute"))
            }
            path = rest.positional.removeFirst()
        }
        let test = rest.positional.isEmpty ? nil : try string(rest.positional.removeFirst()).string
        let keeps = name.hasPrefix("select")
        var kept: [TemplateValue] = []
        for item in try isTrue(value) ? iterate(value) : [] {
            let tested =
                try path.map { path throws(TemplateError) in try lookUp(path, in: item) } ?? item
            let holds =
                if let test { try apply(test: test, to: tested, rest) } else { try isTrue(tested) }
            if holds == keeps { kept.append(item) }
        }
        return try iterator(kept, name)
    }

    // MARK: Order

    /// Text without regard to case, other values as they are.
    private func folded(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
        guard case .string(let text) = value else { return value }
        try charge(text.count)
        return .string(recased(text, "lower") ?? text)
    }

    private func ordered(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let parameters =
            name == "sort"
            ? ["reverse", "case_sensitive", "attribute"] : ["case_sensitive", "attribute"]
        var given = try bind(parameters, of: name, arguments)
        let reverses = name == "sort" ? try given.removeFirst().map(isTrue) ?? false : false
        let keepsCase = try given[0].map(isTrue) ?? false
        var keyed: [(key: [TemplateValue], item: TemplateValue)] = []
        for item in try iterate(value) {
            var key: [TemplateValue] = []
            for path in try paths(given[1], splits: name == "sort") {
                let part =
                    try path.map { path throws(TemplateError) in try lookUp(path, in: item) }
                    ?? item
                key.append(keepsCase ? part : try folded(part))
            }
            keyed.append((key, item))
        }
        switch name {
        case "sort":
            return .list(try makeList(sorted(keyed, reverses: reverses).map(\.item)))
        case "unique":
            var seen: Set<TemplateDictionary.Key> = []
            var kept: [TemplateValue] = []
            for (key, item) in keyed {
                guard let hashed = TemplateDictionary.Key(key[0]) else {
                    throw error(.value("unique cannot compare a \(key[0].typeName)"))
                }
                if seen.insert(hashed).inserted { kept.append(item) }
            }
            return try iterator(kept, name)
        default:
            guard var best = keyed.first else { return nothing }
            for candidate in keyed.dropFirst() {
                let isBetter =
                    name == "min"
                    ? try less(candidate.key[0], best.key[0], "<")
                    : try less(best.key[0], candidate.key[0], ">")
                if isBetter { best = candidate }
            }
            return best.item
        }
    }

    private func paths(
        _ attribute: TemplateValue?, splits: Bool
    ) throws(TemplateError) -> [TemplateValue?] {
        switch attribute {
        case nil, .some(.none): return [nil]
        case .some(.string(let text)) where splits:
            return text.string.split(separator: ",").map { .text(String($0)) }
        default: return [attribute]
        }
    }

    /// A stable merge sort, whose comparisons may throw.
    private func sorted(
        _ items: [(key: [TemplateValue], item: TemplateValue)], reverses: Bool
    ) throws(TemplateError) -> [(key: [TemplateValue], item: TemplateValue)] {
        guard items.count > 1 else { return items }
        try charge(items.count)
        let left = try sorted(Array(items[..<(items.count / 2)]), reverses: reverses)
        let right = try sorted(Array(items[(items.count / 2)...]), reverses: reverses)
        var merged: [(key: [TemplateValue], item: TemplateValue)] = []
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            let takesRight =
                reverses
                ? try precedes(left[i].key, right[j].key)
                : try precedes(right[j].key, left[i].key)
            if takesRight {
                merged.append(right[j])
                j += 1
            } else {
                merged.append(left[i])
                i += 1
            }
        }
        return merged + left[i...] + right[j...]
    }

    private func precedes(
        _ left: [TemplateValue], _ right: [TemplateValue]
    ) throws(TemplateError) -> Bool {
        for (left, right) in zip(left, right) {
            if try !equal(left, right) { return try less(left, right, "<") }
        }
        return false
    }

    func dictsort(
        _ value: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let given = try bind(["case_sensitive", "by", "reverse"], of: "dictsort", arguments)
        guard case .dictionary(let dictionary) = value else {
            throw error(.value("dictsort takes a dictionary, not a \(value.typeName)"))
        }
        let keepsCase = try given[0].map(isTrue) ?? false
        let by = try given[1].map(string)?.string ?? "key"
        guard by == "key" || by == "value" else {
            throw error(.value("dictsort goes by key or value, not \(by.prefix(20))"))
        }
        var keyed: [(key: [TemplateValue], item: TemplateValue)] = []
        for (key, value) in dictionary.pairs {
            let part = by == "key" ? key : value
            keyed.append(
                ([keepsCase ? part : try folded(part)], .tuple(try makeList([key, value]))))
        }
        let reverses = try given[2].map(isTrue) ?? false
        return .list(try makeList(sorted(keyed, reverses: reverses).map(\.item)))
    }

    private func batch(
        _ items: [TemplateValue], _ size: TemplateValue?, fill: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        let size = try optionalInteger(size, "batch") ?? 0
        guard size > 0, size <= limits.elements else {
            throw error(.value("batch needs a size above 0"))
        }
        var rows: [TemplateValue] = []
        for start in stride(from: 0, to: items.count, by: size) {
            var row = Array(items[start..<min(start + size, items.count)])
            if let fill, row.count < size {
                if case .none = fill {
                } else {
                    try charge(size)
                    row += Array(repeating: fill, count: size - row.count)
                }
            }
            rows.append(.list(try makeList(row)))
        }
        return try iterator(rows, "batch")
    }
}
