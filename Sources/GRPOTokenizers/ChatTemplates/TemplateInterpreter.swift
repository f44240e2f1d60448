/// Runs a template over a conversation.
///
/// Total by construction: every step, every character made and every level of nesting is counted
/// against `TemplateLimits`, nothing but data can be reached, and whatever cannot be done is a
/// `TemplateError` with its line.
final class TemplateInterpreter {
    enum Flow {
        case normal
        case breakLoop
        case continueLoop
    }

    let name: String
    let limits: TemplateLimits
    let now: TemplateTime
    var line = 1
    var scope: TemplateScope
    /// The text of the block that a filter is applied to.
    var block: TemplateValue = .none
    /// What is being written: the rendering, and inside it the bodies of macros and blocks.
    private var outputs: [TemplateText] = [TemplateText("")]
    /// Where `{% generation %}` blocks stand in the rendering, in Unicode scalars.
    private(set) var generations: [Range<Int>] = []
    private var steps = 0
    private var depth = 0
    private var loopDepth = 0
    private var namespaces: [TemplateNamespace] = []
    private var capturedScopes: [TemplateScope] = []

    init(
        name: String, variables: [String: TemplateValue], limits: TemplateLimits, now: TemplateTime
    ) {
        self.name = name
        self.limits = limits
        self.now = now
        let context = TemplateScope(parent: nil)
        context.values = variables
        scope = TemplateScope(parent: context)
    }

    func render(_ statements: [TemplateStatement]) throws(TemplateError) -> TemplateText {
        defer {
            for namespace in namespaces { namespace.attributes = [:] }
            for scope in capturedScopes { scope.dissolve() }
        }
        _ = try run(statements)
        return outputs[0]
    }

    // MARK: Errors and limits

    func error(_ problem: TemplateError.Problem) -> TemplateError {
        TemplateError(template: name, line: line, problem: problem)
    }

    /// Counts work of a size known beforehand.
    func charge(_ count: Int) throws(TemplateError) {
        let (sum, overflow) = steps.addingReportingOverflow(max(count, 1))
        guard !overflow, sum <= limits.steps else {
            throw error(.limit("the template takes more than \(limits.steps) steps"))
        }
        steps = sum
    }

    /// Counts a text that is about to be made.
    func chargeText(_ length: Int) throws(TemplateError) {
        guard length <= limits.textLength else {
            throw error(.limit("a text has more than \(limits.textLength) characters"))
        }
        try charge(length)
    }

    func enter() throws(TemplateError) {
        depth += 1
        guard depth <= limits.depth else {
            throw error(
                .limit(
                    "more than \(limits.depth) expressions and macros run inside one "
                        + "another"))
        }
        try charge(1)
    }

    func leave() { depth -= 1 }

    func makeList(_ items: [TemplateValue]) throws(TemplateError) -> TemplateList {
        guard items.count <= limits.elements else {
            throw error(.limit("a list has more than \(limits.elements) elements"))
        }
        try charge(items.count)
        let list = TemplateList(items)
        try checkNesting(list.nesting)
        return list
    }

    func makeDictionary(
        _ pairs: [(TemplateValue, TemplateValue)]
    ) throws(TemplateError) -> TemplateValue {
        guard pairs.count <= limits.elements else {
            throw error(.limit("a dictionary has more than \(limits.elements) elements"))
        }
        for (key, _) in pairs {
            if case .string(let text) = key { try charge(text.count) }
            guard TemplateDictionary.Key(key) != nil else {
                throw error(.value("a \(key.typeName) cannot be the key of a dictionary"))
            }
        }
        let dictionary = TemplateDictionary(pairs)
        try checkNesting(dictionary.nesting)
        return .dictionary(dictionary)
    }

    func checkNesting(_ nesting: Int) throws(TemplateError) {
        guard nesting <= limits.nesting else {
            throw error(
                .limit(
                    "more than \(limits.nesting) lists and dictionaries stand inside "
                        + "one another"))
        }
    }

    func makeNamespace() -> TemplateNamespace {
        let namespace = TemplateNamespace()
        namespaces.append(namespace)
        return namespace
    }

    func makeMacro(_ definition: TemplateMacroDefinition) -> TemplateMacro {
        capturedScopes.append(scope)
        return TemplateMacro(definition, scope: scope)
    }

    // MARK: Output

    func write(_ text: TemplateText) throws(TemplateError) {
        try chargeText(text.count)
        let last = outputs.count - 1
        guard outputs[last].count + text.count <= limits.textLength else {
            throw error(.limit("the output has more than \(limits.textLength) characters"))
        }
        outputs[last].append(text)
    }

    /// What a body writes, given back in place of being written.
    func captured(_ body: [TemplateStatement]) throws(TemplateError) -> TemplateText {
        outputs.append(TemplateText(""))
        // An error ends the rendering, so the buffer need not be taken off then.
        _ = try run(body)
        return outputs.removeLast()
    }

    func capturedInScope(
        _ body: [TemplateStatement], _ inner: TemplateScope
    ) throws(TemplateError) -> TemplateText {
        let outer = scope
        scope = inner
        let text = try captured(body)
        scope = outer
        return text
    }

    // MARK: Statements

    func run(_ statements: [TemplateStatement]) throws(TemplateError) -> Flow {
        try enter()
        defer { leave() }
        for statement in statements {
            line = statement.line
            let flow = try run(statement)
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func run(_ statement: TemplateStatement) throws(TemplateError) -> Flow {
        switch statement.kind {
        case .text(let text): try write(text)
        case .output(let expression): try write(string(evaluate(expression)))
        case .conditional(let branches, let otherwise):
            for (condition, body) in branches {
                if try isTrue(evaluate(condition)) { return try run(body) }
            }
            return try run(otherwise)
        case .loop(let target, let values, let condition, let body, let otherwise):
            return try loop(target, values, condition, body, otherwise)
        case .set(let target, let expression): try assign(evaluate(expression), to: target)
        case .setBlock(let target, let filter, let body):
            let text = try capturedInScope(body, TemplateScope(parent: scope))
            try assign(filtered(.string(text), filter), to: target)
        case .macro(let definition):
            scope.values[definition.name] = .macro(makeMacro(definition))
        case .call(let definition, let call): try callBlock(definition, call)
        case .filterBlock(let filter, let body):
            let text = try capturedInScope(body, TemplateScope(parent: scope))
            try write(string(filtered(.string(text), filter)))
        case .with(let bindings, let body):
            let inner = TemplateScope(parent: scope)
            for (target, expression) in bindings {
                let value = try evaluate(expression)
                try assign(value, to: target, in: inner)
            }
            let outer = scope
            scope = inner
            defer { scope = outer }
            return try run(body)
        case .generation(let body):
            let text = try capturedInScope(body, TemplateScope(parent: scope))
            let start = outputs[0].count
            generations.append(start..<start + text.count)
            try write(text)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .normal
    }

    private func filtered(
        _ text: TemplateValue, _ filter: TemplateExpression
    ) throws(TemplateError) -> TemplateValue {
        let outer = block
        block = text
        defer { block = outer }
        return try evaluate(filter)
    }

    private func loop(
        _ target: TemplateTarget, _ values: TemplateExpression, _ condition: TemplateExpression?,
        _ body: [TemplateStatement], _ otherwise: [TemplateStatement]
    ) throws(TemplateError) -> Flow {
        var items = try iterate(evaluate(values))
        let outer = scope
        defer { scope = outer }
        if let condition {
            var kept: [TemplateValue] = []
            for item in items {
                scope = TemplateScope(parent: outer)
                try assign(item, to: target)
                if try isTrue(evaluate(condition)) { kept.append(item) }
            }
            items = kept
        }
        guard !items.isEmpty else {
            scope = TemplateScope(parent: outer)
            return try run(otherwise)
        }
        let state = TemplateLoop(try makeList(items), depth: loopDepth)
        loopDepth += 1
        defer { loopDepth -= 1 }
        for (index, item) in items.enumerated() {
            state.index = index
            scope = TemplateScope(parent: outer)
            scope.values["loop"] = .loop(state)
            try assign(item, to: target)
            if try run(body) == .breakLoop { break }
        }
        return .normal
    }

    func assign(
        _ value: TemplateValue, to target: TemplateTarget, in chosen: TemplateScope? = nil
    ) throws(TemplateError) {
        switch target {
        case .name(let name): (chosen ?? scope).values[name] = value
        case .namespace(let name, let attribute):
            guard case .namespace(let namespace)? = scope[name] else {
                throw error(
                    .value("\(name) is no namespace, so \(name).\(attribute) cannot be set"))
            }
            try setAttribute(attribute, of: namespace, to: value)
        case .tuple(let targets):
            let items = try iterate(value)
            guard items.count == targets.count else {
                throw error(
                    .value(
                        "\(items.count) values stand where \(targets.count) names wait for one each"
                    ))
            }
            for (item, target) in zip(items, targets) { try assign(item, to: target, in: chosen) }
        }
    }

    func setAttribute(
        _ attribute: String, of namespace: TemplateNamespace, to value: TemplateValue
    ) throws(TemplateError) {
        guard !attribute.hasPrefix("_") else {
            throw error(.unsafe("a namespace's attribute \(attribute) begins with an underscore"))
        }
        namespace.attributes[attribute] = value
    }
}
