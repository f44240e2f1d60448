/// What a function, filter or test was given, evaluated.
struct TemplateCallArguments {
    var positional: [TemplateValue] = []
    var keyword: [(name: String, value: TemplateValue)] = []
}

extension TemplateInterpreter {
    func evaluate(
        _ arguments: TemplateArguments
    ) throws(TemplateError) -> TemplateCallArguments {
        var result = TemplateCallArguments()
        for expression in arguments.positional {
            result.positional.append(try evaluate(expression))
        }
        if let unpacked = arguments.unpacked {
            result.positional += try iterate(evaluate(unpacked))
        }
        for (name, expression) in arguments.keyword {
            result.keyword.append((name, try evaluate(expression)))
        }
        if let unpacked = arguments.unpackedKeyword {
            guard case .dictionary(let dictionary) = try evaluate(unpacked) else {
                throw error(.value("what follows ** is no dictionary"))
            }
            try charge(dictionary.count)
            for (key, value) in dictionary.pairs {
                result.keyword.append((try string(key).string, value))
            }
        }
        return result
    }

    /// The arguments in the order of the parameters, nil for those not given.
    func bind(
        _ parameters: [String], of function: String, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> [TemplateValue?] {
        guard arguments.positional.count <= parameters.count else {
            throw error(
                .value(
                    "\(function) takes at most \(parameters.count) arguments, "
                        + "not \(arguments.positional.count)"))
        }
        var bound: [TemplateValue?] = arguments.positional
        bound += Array(repeating: nil, count: parameters.count - bound.count)
        for (name, value) in arguments.keyword {
            guard let index = parameters.firstIndex(of: name), bound[index] == nil else {
                throw error(.value("\(function) takes no argument \(name) here"))
            }
            bound[index] = value
        }
        return bound
    }

    func call(
        _ macro: TemplateMacro, _ arguments: TemplateCallArguments
    ) throws(TemplateError) -> TemplateValue {
        let definition = macro.definition
        let callLine = line
        let inner = TemplateScope(parent: macro.scope)
        var keyword = arguments.keyword
        let outer = scope
        scope = inner
        for (index, parameter) in definition.parameters.enumerated() {
            var value: TemplateValue
            if index < arguments.positional.count {
                value = arguments.positional[index]
            } else if let given = keyword.firstIndex(where: { $0.name == parameter.name }) {
                value = keyword.remove(at: given).value
            } else if let initial = parameter.initial {
                value = try evaluate(initial)
            } else {
                value = .undefined(
                    .undefined("parameter '\(parameter.name)' was not provided"))
            }
            inner.values[parameter.name] = value
        }
        if definition.names.contains("caller") {
            let given = keyword.firstIndex { $0.name == "caller" }
            inner.values["caller"] =
                given.map { keyword.remove(at: $0).value }
                ?? .undefined(.undefined("no caller is defined"))
        }
        if definition.names.contains("kwargs") {
            inner.values["kwargs"] = try makeDictionary(
                keyword.map { (.text($0.name), $0.value) })
        } else if let extra = keyword.first {
            throw error(.value("the macro \(definition.name) takes no argument \(extra.name)"))
        }
        let rest = arguments.positional.dropFirst(definition.parameters.count)
        if definition.names.contains("varargs") {
            inner.values["varargs"] = .tuple(try makeList(Array(rest)))
        } else if !rest.isEmpty {
            throw error(
                .value(
                    "the macro \(definition.name) takes at most "
                        + "\(definition.parameters.count) arguments, not \(arguments.positional.count)"
                ))
        }
        let text = try captured(definition.body)
        scope = outer
        line = callLine
        return .string(text)
    }

    func callBlock(
        _ definition: TemplateMacroDefinition, _ expression: TemplateExpression
    ) throws(TemplateError) {
        guard case .call(let function, let arguments) = expression.kind else { return }
        let callee = try evaluate(function)
        var given = try evaluate(arguments)
        given.keyword.append(("caller", .macro(makeMacro(definition))))
        try write(string(call(callee, given)))
    }
}
