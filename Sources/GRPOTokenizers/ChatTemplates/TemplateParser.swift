/// Reads a template's tokens into statements, by the grammar of Jinja 3.1 with the extensions that
/// `transformers` turns on: `break`, `continue` and `generation`.
struct TemplateParser {
    private let name: String
    private let tokens: [TemplateToken]
    private var position = 0
    /// The statements and expressions that are being read now, one inside another.
    private var depth = 0
    private var loops = 0
    /// The names that the macro being read has used.
    var names: Set<String> = []

    static func statements(
        of source: String, name: String
    ) throws(TemplateError) -> [TemplateStatement] {
        let tokens = try TemplateLexer.tokens(of: source, name: name)
        var parser = TemplateParser(name: name, tokens: tokens)
        return try parser.body(until: [])
    }

    private init(name: String, tokens: [TemplateToken]) {
        self.name = name
        self.tokens = tokens
    }

    // MARK: Tokens

    var current: TemplateToken { tokens[position] }

    var next: TemplateToken { tokens[min(position + 1, tokens.count - 1)] }

    mutating func skip() {
        if position < tokens.count - 1 { position += 1 }
    }

    func isName(_ word: String) -> Bool { current.kind == .name(word) }

    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    mutating func skip(name word: String) -> Bool {
        guard isName(word) else { return false }
        skip()
        return true
    }

    mutating func skip(symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        skip()
        return true
    }

    mutating func expect(_ kind: TemplateToken.Kind) throws(TemplateError) {
        guard current.kind == kind else {
            let expected = TemplateToken(kind: kind, line: 0).spelling
            throw error(.syntax("found \(current.spelling) where \(expected) should be"))
        }
        skip()
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let word) = current.kind else {
            throw error(.syntax("found \(current.spelling) where a name should be"))
        }
        skip()
        return word
    }

    func error(_ problem: TemplateError.Problem, line: Int? = nil) -> TemplateError {
        TemplateError(template: name, line: line ?? current.line, problem: problem)
    }

    mutating func enter() throws(TemplateError) {
        depth += 1
        // A bracket takes three steps: the expression, its operators, its operand.
        try checkDepth((depth + 2) / 3)
    }

    mutating func leave() { depth -= 1 }

    func checkDepth(_ depth: Int) throws(TemplateError) {
        guard depth <= TemplateLimits.syntaxDepth else {
            throw error(
                .limit(
                    "more than \(TemplateLimits.syntaxDepth) expressions or tags stand "
                        + "inside one another"))
        }
    }

    // MARK: Statements

    /// What stands before one of the tags named, which is left to be read.
    private mutating func body(
        until ends: [String]
    ) throws(TemplateError) -> [TemplateStatement] {
        try enter()
        defer { leave() }
        var statements: [TemplateStatement] = []
        while true {
            let line = current.line
            switch current.kind {
            case .data(let text):
                skip()
                statements.append(
                    TemplateStatement(kind: .text(TemplateText(text)), line: line))
            case .variableBegin:
                skip()
                let value = try tuple()
                try expect(.variableEnd)
                statements.append(TemplateStatement(kind: .output(value), line: line))
            case .blockBegin:
                skip()
                if case .name(let word) = current.kind, ends.contains(word) { return statements }
                let kind = try statement()
                try expect(.blockEnd)
                statements.append(TemplateStatement(kind: kind, line: line))
            case .end where ends.isEmpty:
                return statements
            default:
                throw error(
                    .syntax(
                        "found \(current.spelling) where \(ends.joined(separator: " or ")) should be"
                    ))
            }
        }
    }

    /// The body of a tag whose head has been read, and the word of the tag that ends it.
    private mutating func block(
        until ends: String...
    ) throws(TemplateError) -> (body: [TemplateStatement], end: String) {
        _ = skip(symbol: ":")
        try expect(.blockEnd)
        let statements = try body(until: ends)
        return (statements, try expectName())
    }

    private static let unsupported: Set<String> = [
        "block", "extends", "include", "import", "from", "autoescape", "print", "trans", "do",
    ]

    private mutating func statement() throws(TemplateError) -> TemplateStatement.Kind {
        let line = current.line
        let tag = try expectName()
        switch tag {
        case "if": return try conditional()
        case "for": return try loop()
        case "set": return try assignment()
        case "macro":
            let macro = try definition(name: try expectName(), end: "endmacro", line: line)
            return .macro(macro)
        case "call": return try callBlock(line: line)
        case "filter":
            let start = TemplateExpression(.block, line: line, depth: 1)
            let filter = try filters(on: start, isFirst: true)
            return .filterBlock(filter, body: try outsideLoops("endfilter"))
        case "with": return try with()
        case "generation": return .generation(try outsideLoops("endgeneration"))
        case "break" where loops > 0: return .breakLoop
        case "continue" where loops > 0: return .continueLoop
        case "break", "continue":
            throw error(.syntax("\(tag) stands outside a loop"), line: line)
        case let tag where Self.unsupported.contains(tag):
            throw error(.unsupported("the tag {% \(tag) %}"), line: line)
        default:
            throw error(.syntax("the tag {% \(tag) %} is not known"), line: line)
        }
    }

    /// A body that runs as a function of its own, which `break` cannot leave.
    private mutating func outsideLoops(
        _ end: String
    ) throws(TemplateError) -> [TemplateStatement] {
        let outer = loops
        loops = 0
        defer { loops = outer }
        return try block(until: end).body
    }

    private mutating func conditional() throws(TemplateError) -> TemplateStatement.Kind {
        var branches: [(condition: TemplateExpression, body: [TemplateStatement])] = []
        while true {
            let condition = try tuple(withConditional: false)
            let (body, end) = try block(until: "elif", "else", "endif")
            branches.append((condition, body))
            switch end {
            case "elif": continue
            case "else":
                return .conditional(branches, otherwise: try block(until: "endif").body)
            default: return .conditional(branches, otherwise: [])
            }
        }
    }

    private mutating func loop() throws(TemplateError) -> TemplateStatement.Kind {
        let target = try self.target(endingAt: "in")
        try expect(.name("in"))
        let values = try tuple(withConditional: false)
        let condition = skip(name: "if") ? try expression() : nil
        if isName("recursive") { throw error(.unsupported("a recursive loop")) }
        loops += 1
        let (body, end) = try block(until: "endfor", "else")
        loops -= 1
        let otherwise = end == "else" ? try block(until: "endfor").body : []
        return .loop(target, over: values, where: condition, body: body, otherwise: otherwise)
    }

    private mutating func assignment() throws(TemplateError) -> TemplateStatement.Kind {
        let target = try self.target(withNamespace: true)
        if skip(symbol: "=") { return .set(target, try tuple()) }
        let start = TemplateExpression(.block, line: current.line, depth: 1)
        let filter = try filters(on: start)
        return .setBlock(target, filter, body: try block(until: "endset").body)
    }

    private mutating func definition(
        name: String, end: String, line: Int
    ) throws(TemplateError) -> TemplateMacroDefinition {
        let parameters = try self.parameters()
        return try definition(name: name, parameters, end: end, line: line)
    }

    private mutating func definition(
        name: String, _ parameters: [(name: String, initial: TemplateExpression?)], end: String,
        line: Int
    ) throws(TemplateError) -> TemplateMacroDefinition {
        let outer = names
        names = []
        let body = try outsideLoops(end)
        defer { names.formUnion(outer) }
        return TemplateMacroDefinition(
            name: name, parameters: parameters, body: body, names: names, line: line)
    }

    private mutating func parameters() throws(TemplateError) -> [(
        name: String, initial: TemplateExpression?
    )] {
        var parameters: [(name: String, initial: TemplateExpression?)] = []
        try expect(.symbol("("))
        while !isSymbol(")") {
            if !parameters.isEmpty { try expect(.symbol(",")) }
            let name = try expectName()
            let initial = skip(symbol: "=") ? try expression() : nil
            if initial == nil, parameters.last?.initial != nil {
                throw error(.syntax("the parameter \(name) needs a default as the one before it"))
            }
            parameters.append((name, initial))
        }
        skip()
        return parameters
    }

    private mutating func callBlock(line: Int) throws(TemplateError) -> TemplateStatement.Kind {
        let parameters = isSymbol("(") ? try self.parameters() : []
        let call = try expression()
        guard case .call = call.kind else {
            throw error(.syntax("{% call %} is not followed by a call"), line: line)
        }
        let caller = try definition(name: "caller", parameters, end: "endcall", line: line)
        return .call(caller, call)
    }

    private mutating func with() throws(TemplateError) -> TemplateStatement.Kind {
        var bindings: [(TemplateTarget, TemplateExpression)] = []
        while current.kind != .blockEnd {
            if !bindings.isEmpty { try expect(.symbol(",")) }
            let target = try self.target()
            try expect(.symbol("="))
            bindings.append((target, try expression()))
        }
        return .with(bindings, body: try block(until: "endwith").body)
    }

    // MARK: Targets

    private static let reserved: Set<String> = ["true", "false", "none", "True", "False", "None"]

    private mutating func target(
        withNamespace: Bool = false, endingAt end: String? = nil
    ) throws(TemplateError) -> TemplateTarget {
        try enter()
        defer { leave() }
        var targets: [TemplateTarget] = []
        var isTuple = false
        while true {
            if let end, isName(end) { break }
            if isSymbol(")") || current.kind == .blockEnd { break }
            targets.append(try singleTarget(withNamespace: withNamespace))
            guard skip(symbol: ",") else { break }
            isTuple = true
        }
        if isTuple { return .tuple(targets) }
        guard let only = targets.first else {
            throw error(.syntax("found \(current.spelling) where a name should be"))
        }
        return only
    }

    private mutating func singleTarget(
        withNamespace: Bool
    ) throws(TemplateError) -> TemplateTarget {
        if skip(symbol: "(") {
            let inner = try target()
            try expect(.symbol(")"))
            return inner
        }
        let name = try expectName()
        if Self.reserved.contains(name) {
            throw error(.syntax("nothing can be assigned to \(name)"))
        }
        guard withNamespace, skip(symbol: ".") else { return .name(name) }
        return .namespace(name, attribute: try expectName())
    }
}
