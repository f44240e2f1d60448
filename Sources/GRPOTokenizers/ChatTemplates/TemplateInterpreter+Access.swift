extension TemplateInterpreter {
    // MARK: Attributes

    /// `value.name`: a method first, then an item of that name, as Jinja looks.
    func attribute(
        _ name: String, of value: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        if case .undefined(let problem) = value { throw error(problem) }
        if let own = ownAttribute(name, of: value) { return own }
        if case .dictionary(let dictionary) = value, let item = dictionary[.text(name)] {
            return item
        }
        return missing(name, in: value)
    }

    private func missing(_ name: String, in value: TemplateValue) -> TemplateValue {
        .undefined(.undefined("a \(value.typeName) has no '\(name)'"))
    }

    /// What Python's object itself has under the name; nil if nothing.
    private func ownAttribute(_ name: String, of value: TemplateValue) -> TemplateValue? {
        if name.hasPrefix("__") {
            return .undefined(.unsafe("the attribute \(name) is asked for"))
        }
        let methods: Set<String>
        switch value {
        case .string: methods = Self.stringMethods
        case .list:
            methods = Self.listMethods
            if Self.changingMethods.contains(name), methods.contains(name) {
                return .undefined(.unsafe("\(name) would change a list"))
            }
        case .tuple, .range: methods = ["count", "index"]
        case .dictionary:
            methods = Self.dictionaryMethods
            if Self.changingMethods.contains(name), methods.contains(name) {
                return .undefined(.unsafe("\(name) would change a dictionary"))
            }
        case .namespace(let namespace): return namespace.attributes[name]
        case .loop(let loop): return attribute(name, of: loop)
        case .macro(let macro):
            switch name {
            case "name": return .text(macro.definition.name)
            case "arguments":
                let names = macro.definition.parameters.map { TemplateValue.text($0.name) }
                return .tuple(TemplateList(names))
            default: return nil
            }
        default: return nil
        }
        return methods.contains(name) ? .method(TemplateMethod(value, name)) : nil
    }

    private func attribute(_ name: String, of loop: TemplateLoop) -> TemplateValue? {
        let items = loop.items.items
        func item(_ index: Int, _ which: String) -> TemplateValue {
            items.indices.contains(index)
                ? items[index] : .undefined(.undefined("there is no \(which) item"))
        }
        return switch name {
        case "index": .integer(loop.index + 1)
        case "index0": .integer(loop.index)
        case "revindex": .integer(items.count - loop.index)
        case "revindex0": .integer(items.count - loop.index - 1)
        case "first": .boolean(loop.index == 0)
        case "last": .boolean(loop.index == items.count - 1)
        case "length": .integer(items.count)
        // Only recursive loops have another depth, and they are refused.
        case "depth": .integer(1)
        case "depth0": .integer(0)
        case "previtem": item(loop.index - 1, "previous")
        case "nextitem": item(loop.index + 1, "next")
        case "cycle", "changed": .method(TemplateMethod(.loop(loop), name))
        default: nil
        }
    }

    // MARK: Items

    /// `value[key]`: an item first, then a method of that name, as Jinja looks.
    func item(
        _ value: TemplateValue, _ key: TemplateExpression
    ) throws(TemplateError) -> TemplateValue {
        if case .undefined(let problem) = value { throw error(problem) }
        if case .slice(let start, let stop, let step) = key.kind {
            return try slice(
                value, start.map(evaluate), stop.map(evaluate), step.map(evaluate))
        }
        return try item(value, evaluate(key))
    }

    func item(
        _ value: TemplateValue, _ key: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        if case .undefined(let problem) = value { throw error(problem) }
        if case .string(let text) = key { try charge(text.count) }
        if case .dictionary(let dictionary) = value {
            if let found = dictionary[key] { return found }
        } else if let index = integer(key), let found = element(value, index) {
            return found
        }
        if case .string(let name) = key, let own = ownAttribute(name.string, of: value) {
            return own
        }
        return missing(try repr(key).string, in: value)
    }

    private func element(_ value: TemplateValue, _ index: Int) -> TemplateValue? {
        func place(_ count: Int) -> Int? {
            let place = index < 0 ? index + count : index
            return place >= 0 && place < count ? place : nil
        }
        switch value {
        case .list(let list), .tuple(let list):
            return place(list.items.count).map { list.items[$0] }
        case .string(let text):
            return place(text.count).map { .string(TemplateText(units: [text.units[$0]])) }
        case .range(let range): return place(range.count).map { range[$0] }
        default: return nil
        }
    }

    private func slice(
        _ value: TemplateValue, _ start: TemplateValue?, _ stop: TemplateValue?,
        _ step: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        func bound(_ value: TemplateValue?) -> Int?? {
            switch value {
            case nil, .some(.none): .some(nil)
            case .some(let value): integer(value).map { .some($0) }
            }
        }
        let nothing = TemplateValue.undefined(
            .undefined("a \(value.typeName) has no such slice"))
        guard let start = bound(start), let stop = bound(stop), let step = bound(step) else {
            return nothing
        }
        let stride = step ?? 1
        guard stride != 0 else { throw error(.value("a slice has a step of 0")) }
        switch value {
        case .string(let text):
            let indices = Self.sliceIndices(start, stop, stride, count: text.count)
            try chargeText(indices.count)
            return .string(TemplateText(units: indices.map { text.units[$0] }))
        case .list(let list):
            let indices = Self.sliceIndices(start, stop, stride, count: list.items.count)
            return .list(try makeList(indices.map { list.items[$0] }))
        case .tuple(let list):
            let indices = Self.sliceIndices(start, stop, stride, count: list.items.count)
            return .tuple(try makeList(indices.map { list.items[$0] }))
        case .range(let range):
            let indices = Self.sliceIndices(start, stop, stride, count: range.count)
            return .list(try makeList(indices.map { range[$0] }))
        default: return nothing
        }
    }

    /// The indices that Python's `slice.indices` goes through.
    static func sliceIndices(_ start: Int?, _ stop: Int?, _ step: Int, count: Int) -> [Int] {
        let low = step > 0 ? 0 : -1
        let high = step > 0 ? count : count - 1
        func clamp(_ bound: Int?, _ initial: Int) -> Int {
            guard let bound else { return initial }
            return min(max(bound < 0 ? bound + count : bound, low), high)
        }
        let first = clamp(start, step > 0 ? low : high)
        let end = clamp(stop, step > 0 ? high : low)
        let span = step > 0 ? end - first : first - end
        guard span > 0 else { return [] }
        let steps = 1 + (span - 1) / Int(clamping: step.magnitude)
        return (0..<steps).map { first + $0 * step }
    }
}
