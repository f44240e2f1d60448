extension TemplateInterpreter {
    func evaluate(_ expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
        try enter()
        defer { leave() }
        line = expression.line
        switch expression.kind {
        case .none: return .none
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .float(let value): return .float(value)
        case .string(let text): return .string(text)
        case .name(let name): return lookUp(name)
        case .block: return block
        case .list(let items): return .list(try makeList(evaluate(all: items)))
        case .tuple(let items): return .tuple(try makeList(evaluate(all: items)))
        case .dictionary(let pairs): return try dictionary(pairs)
        case .attribute(let base, let name):
            return try attribute(name, of: evaluate(base))
        case .item(let base, let key): return try item(evaluate(base), key)
        case .slice: throw error(.unsupported("a slice among several subscripts"))
        case .call(let function, let arguments):
            let callee = try evaluate(function)
            return try call(callee, evaluate(arguments))
        case .filter(let base, let name, let arguments):
            let value = try evaluate(base)
            return try apply(filter: name, to: value, evaluate(arguments))
        case .test(let base, let name, let arguments):
            let value = try evaluate(base)
            return .boolean(try apply(test: name, to: value, evaluate(arguments)))
        default: return try operation(expression.kind)
        }
    }

    private func operation(
        _ kind: TemplateExpression.Kind
    ) throws(TemplateError) -> TemplateValue {
        switch kind {
        case .not(let operand): return .boolean(!(try isTrue(evaluate(operand))))
        case .negative(let operand): return try negative(evaluate(operand))
        case .positive(let operand): return try positive(evaluate(operand))
        case .and(let left, let right):
            let value = try evaluate(left)
            return try isTrue(value) ? evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return try isTrue(value) ? value : evaluate(right)
        case .binary(let symbol, let left, let right):
            let value = try evaluate(left)
            return try binary(symbol, value, evaluate(right))
        case .concatenation(let parts):
            var text = TemplateText("")
            for part in parts {
                let next = try string(evaluate(part))
                try chargeText(text.count + next.count)
                text.append(next)
            }
            return .string(text)
        case .comparison(let first, let rest):
            var left = try evaluate(first)
            for (comparison, expression) in rest {
                let right = try evaluate(expression)
                guard try compare(comparison, left, right) else { return .boolean(false) }
                left = right
            }
            return .boolean(true)
        case .conditional(let value, let condition, let otherwise):
            if try isTrue(evaluate(condition)) { return try evaluate(value) }
            guard let otherwise else {
                return .undefined(.undefined("the inline if has no else, and its condition fails"))
            }
            return try evaluate(otherwise)
        default: return .none
        }
    }

    private func evaluate(
        all expressions: [TemplateExpression]
    ) throws(TemplateError) -> [TemplateValue] {
        var values: [TemplateValue] = []
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func lookUp(_ name: String) -> TemplateValue {
        if let value = scope[name] { return value }
        if let function = TemplateFunction(rawValue: name) { return .function(function) }
        return .undefined(.undefined("'\(name)' is undefined"))
    }

    private func dictionary(
        _ pairs: [(key: TemplateExpression, value: TemplateExpression)]
    ) throws(TemplateError) -> TemplateValue {
        var values: [(TemplateValue, TemplateValue)] = []
        for (key, value) in pairs {
            let evaluated = try evaluate(key)
            values.append((evaluated, try evaluate(value)))
        }
        return try makeDictionary(values)
    }

    // MARK: Calls

    func call(
        _ callee: TemplateValue, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        switch callee {
        case .macro(let macro): return try call(macro, arguments)
        case .method(let method): return try call(method, arguments)
        case .function(let function): return try call(function, arguments)
        case .undefined(let problem): throw error(problem)
        default: throw error(.value("a \(callee.typeName) cannot be called"))
        }
    }

    private func call(
        _ function: TemplateFunction, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        switch function {
        case .range: return .range(try range(arguments))
        case .dict: return try makeDictionary(pairs(arguments))
        case .namespace:
            let namespace = makeNamespace()
            for (key, value) in try pairs(arguments) {
                try setAttribute(string(key).string, of: namespace, to: value)
            }
            return .namespace(namespace)
        case .raiseException:
            let message = try bind(["message"], of: "raise_exception", arguments)[0]
            throw error(.raised(try message.map(string)?.string ?? ""))
        case .strftimeNow:
            guard case .string(let format)? = try bind(["format"], of: "strftime_now", arguments)[0]
            else { throw error(.value("strftime_now takes the format of the time as a text")) }
            guard let text = now.formatted(format.string) else {
                throw error(.unsupported("the time format \"\(format.string.prefix(40))\""))
            }
            try chargeText(text.unicodeScalars.count)
            return .text(text)
        }
    }

    private func range(
        _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateRange {
        let numbers = arguments.positional.compactMap(integer)
        guard arguments.keyword.isEmpty, (1...3).contains(numbers.count),
            numbers.count == arguments.positional.count
        else { throw error(.value("range takes from one to three whole numbers")) }
        let start = numbers.count == 1 ? 0 : numbers[0]
        let stop = numbers.count == 1 ? numbers[0] : numbers[1]
        let step = numbers.count == 3 ? numbers[2] : 1
        guard step != 0 else { throw error(.value("range takes no step of 0")) }
        let (distance, overflow) =
            step > 0
            ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
        let stride = Int(clamping: step.magnitude)
        let count =
            overflow || distance <= 0 ? (overflow ? Int.max : 0) : 1 + (distance - 1) / stride
        if overflow, (step > 0) == (stop < start) {
            return TemplateRange(start: start, step: step, count: 0)
        }
        guard count <= TemplateLimits.rangeLength else {
            throw error(.limit("a range has more than \(TemplateLimits.rangeLength) numbers"))
        }
        return TemplateRange(start: start, step: step, count: count)
    }

    /// The pairs that Python's `dict` makes of its arguments.
    private func pairs(
        _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> [(TemplateValue, TemplateValue)] {
        guard arguments.positional.count <= 1 else {
            throw error(.value("dict and namespace take at most one argument without a name"))
        }
        var result: [(TemplateValue, TemplateValue)] = []
        if case .dictionary(let dictionary)? = arguments.positional.first {
            result = dictionary.pairs
        } else if let list = arguments.positional.first {
            for item in try iterate(list) {
                let pair = try iterate(item)
                guard pair.count == 2 else {
                    throw error(.value("dict takes pairs, not \(pair.count) values"))
                }
                result.append((pair[0], pair[1]))
            }
        }
        for (name, value) in arguments.keyword { result.append((.text(name), value)) }
        return result
    }
}
