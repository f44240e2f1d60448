extension TemplateInterpreter {
    static let stringMethods: Set<String> = [
        "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find",
        "format", "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
        "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
        "join", "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix",
        "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
        "split", "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper",
        "zfill",
    ]
    static let listMethods: Set<String> = [
        "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove",
        "reverse", "sort",
    ]
    static let dictionaryMethods: Set<String> = [
        "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault",
        "update", "values",
    ]
    static let changingMethods: Set<String> = [
        "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault",
        "sort", "update",
    ]

    func call(
        _ method: TemplateMethod, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        switch method.receiver {
        case .string(let text): return try call(method.name, on: text, arguments)
        case .dictionary(let dictionary): return try call(method.name, on: dictionary, arguments)
        case .loop(let loop): return try call(method.name, on: loop, arguments)
        default: return try call(method.name, onItemsOf: method.receiver, arguments)
        }
    }

    private func unsupported(_ method: String, of type: String) -> TemplateError {
        error(.unsupported("the method \(method) of a \(type)"))
    }

    // MARK: Dictionaries, lists and loops

    private func call(
        _ name: String, on dictionary: TemplateDictionary, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        if name == "get" {
            let given = try bind(["key", "default"], of: name, arguments)
            guard let key = given[0] else { throw error(.value("get needs a key")) }
            if case .string(let text) = key { try charge(text.count) }
            return dictionary[key] ?? given[1] ?? .none
        }
        _ = try bind([], of: name, arguments)
        switch name {
        case "keys": return .view("dict_keys", try makeList(dictionary.keys))
        case "values": return .view("dict_values", try makeList(dictionary.values))
        case "items": return .view("dict_items", try items(dictionary))
        case "copy": return .dictionary(dictionary)
        default: throw unsupported(name, of: "dict")
        }
    }

    func items(_ dictionary: TemplateDictionary) throws(TemplateError) -> TemplateList {
        var pairs: [TemplateValue] = []
        for (key, value) in dictionary.pairs {
            pairs.append(.tuple(try makeList([key, value])))
        }
        return try makeList(pairs)
    }

    private func call(
        _ name: String, onItemsOf receiver: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        switch name {
        case "copy":
            return receiver
        case "count", "index":
            guard let wanted = try bind(["value"], of: name, arguments)[0] else {
                throw error(.value("\(name) needs a value"))
            }
            var count = 0
            for (index, item) in try iterate(receiver).enumerated() {
                guard try equal(item, wanted) else { continue }
                if name == "index" { return .integer(index) }
                count += 1
            }
            guard name == "count" else { throw error(.value("index does not find the value")) }
            return .integer(count)
        default: throw unsupported(name, of: receiver.typeName)
        }
    }

    private func call(
        _ name: String, on loop: TemplateLoop, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        if name == "cycle" {
            guard !arguments.positional.isEmpty else {
                throw error(.value("loop.cycle needs something to go through"))
            }
            return arguments.positional[loop.index % arguments.positional.count]
        }
        defer { loop.lastChanged = arguments.positional }
        guard let last = loop.lastChanged, last.count == arguments.positional.count else {
            return .boolean(true)
        }
        for (left, right) in zip(last, arguments.positional) {
            if try !equal(left, right) { return .boolean(true) }
        }
        return .boolean(false)
    }

    // MARK: Texts

    private func call(
        _ name: String, on text: TemplateText, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        try charge(text.count)
        switch name {
        case "strip", "lstrip", "rstrip":
            let set = try optionalText(bind(["chars"], of: name, arguments)[0], name)
            return .string(text.trimmed(set, left: name != "rstrip", right: name != "lstrip"))
        case "split", "rsplit": return try split(text, name, arguments)
        case "startswith", "endswith": return try affix(text, name, arguments)
        case "find", "rfind", "index", "rindex", "count":
            return try search(text, name, arguments)
        case "replace":
            let given = try bind(["old", "new", "count"], of: name, arguments)
            return .string(try replacing(text, given[0], given[1], given[2]))
        case "format": return .string(try format(text, arguments))
        case "join":
            guard let items = try bind(["iterable"], of: name, arguments)[0] else {
                throw error(.value("join needs a list"))
            }
            for item in try iterate(items) {
                guard case .string = item else {
                    throw error(.value("join takes texts, not a \(item.typeName)"))
                }
            }
            return .string(try joined(try iterate(items), by: text))
        case "removeprefix", "removesuffix":
            let part = try requiredText(bind(["part"], of: name, arguments)[0], name)
            if name == "removeprefix" {
                return .string(
                    text.hasPrefix(part)
                        ? TemplateText(units: text.units.dropFirst(part.count)) : text)
            }
            return .string(
                text.hasSuffix(part) ? TemplateText(units: text.units.dropLast(part.count)) : text)
        case "partition", "rpartition": return try partition(text, name, arguments)
        case "zfill", "ljust", "rjust", "center": return try padded(text, name, arguments)
        default:
            _ = try bind(name == "splitlines" ? ["keepends"] : [], of: name, arguments)
            if name == "splitlines" {
                let keeps = try bind(["keepends"], of: name, arguments)[0].map(isTrue) ?? false
                return .list(try makeList(lines(text, keepingEnds: keeps).map { .string($0) }))
            }
            if let recased = recased(text, name) { return .string(recased) }
            if let answer = classified(text, name) { return .boolean(answer) }
            throw unsupported(name, of: "str")
        }
    }

    func requiredText(
        _ value: TemplateValue?, _ function: String
    ) throws(TemplateError) -> TemplateText {
        guard case .string(let text)? = value else {
            throw error(.value("\(function) takes a text, not \(value?.typeName ?? "nothing")"))
        }
        return text
    }

    private func optionalText(
        _ value: TemplateValue?, _ function: String
    ) throws(TemplateError) -> TemplateText? {
        switch value {
        case nil, .some(.none): nil
        default: try requiredText(value, function)
        }
    }

    func optionalInteger(
        _ value: TemplateValue?, _ function: String
    ) throws(TemplateError) -> Int? {
        guard let value else { return nil }
        guard let number = integer(value) else {
            throw error(.value("\(function) takes a whole number, not a \(value.typeName)"))
        }
        return number
    }

    private func affix(
        _ text: TemplateText, _ name: String, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let given = try bind(["affix", "start", "end"], of: name, arguments)
        let part = try within(text, given[1], given[2]).text
        var candidates: [TemplateValue?] = [given[0]]
        if case .tuple(let list)? = given[0] { candidates = list.items }
        for candidate in candidates {
            let affix = try requiredText(candidate, name)
            if name == "startswith" ? part.hasPrefix(affix) : part.hasSuffix(affix) {
                return .boolean(true)
            }
        }
        return .boolean(false)
    }

    /// The part between two of Python's optional bounds, and where it starts.
    private func within(
        _ text: TemplateText, _ start: TemplateValue?, _ end: TemplateValue?
    ) throws(TemplateError) -> (text: TemplateText, start: Int) {
        func bound(_ value: TemplateValue?) throws(TemplateError) -> Int? {
            if case .some(.none) = value { return nil }
            return try optionalInteger(value, "a bound")
        }
        let low = try bound(start)
        let indices = Self.sliceIndices(low, try bound(end), 1, count: text.count)
        guard let first = indices.first else {
            return (TemplateText(""), min(max(low ?? 0, 0), text.count))
        }
        return (TemplateText(units: text.units[first..<first + indices.count]), first)
    }

    private func search(
        _ text: TemplateText, _ name: String, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let given = try bind(["part", "start", "end"], of: name, arguments)
        let part = try requiredText(given[0], name)
        let (range, start) = try within(text, given[1], given[2])
        try charge(part.count)
        if name == "count" {
            return .integer(
                part.isEmpty ? range.count + 1 : range.occurrences(of: part).count)
        }
        var place: Int?
        if name.hasPrefix("r") {
            let reversed = TemplateText(units: range.units.reversed())
            let needle = TemplateText(units: part.units.reversed())
            place =
                part.isEmpty
                ? range.count
                : reversed.occurrences(of: needle, limit: 1).first.map {
                    range.count - $0 - part.count
                }
        } else {
            place = part.isEmpty ? 0 : range.occurrences(of: part, limit: 1).first
        }
        if let place { return .integer(start + place) }
        guard !name.hasSuffix("index") else {
            throw error(.value("\(name) does not find its text"))
        }
        return .integer(-1)
    }

    private func partition(
        _ text: TemplateText, _ name: String, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let separator = try requiredText(bind(["sep"], of: name, arguments)[0], name)
        guard !separator.isEmpty else { throw error(.value("\(name) by an empty text")) }
        try charge(separator.count)
        let starts = text.occurrences(of: separator)
        let empty = TemplateText("")
        var parts = name == "partition" ? [text, empty, empty] : [empty, empty, text]
        if let start = name == "partition" ? starts.first : starts.last {
            parts = [
                TemplateText(units: text.units[..<start]), separator,
                TemplateText(units: text.units[(start + separator.count)...]),
            ]
        }
        return .tuple(try makeList(parts.map { .string($0) }))
    }

    private func padded(
        _ text: TemplateText, _ name: String, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let given = try bind(["width", "fillchar"], of: name, arguments)
        let width = try optionalInteger(given[0], name) ?? 0
        try chargeText(max(width, 0))
        let fill = try optionalText(given[1], name) ?? TemplateText(name == "zfill" ? "0" : " ")
        guard fill.count == 1 else { throw error(.value("\(name) fills with one character")) }
        let missing = max(width - text.count, 0)
        var left = name == "ljust" ? 0 : missing
        // Python puts the odd one left only where the width is odd.
        if name == "center" { left = missing / 2 + (missing & width & 1) }
        func padding(_ count: Int) -> [UInt32] { Array(repeating: fill.units[0], count: count) }
        var units = text.units
        let signs = name == "zfill" && [43, 45].contains(text.scalars.first ?? 0) ? 1 : 0
        units.insert(contentsOf: padding(left), at: signs)
        units += padding(missing - left)
        return .string(TemplateText(units: units))
    }
}
