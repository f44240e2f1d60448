extension TemplateParser {
    private func node(
        _ kind: TemplateExpression.Kind, _ line: Int, _ parts: [TemplateExpression?] = []
    ) throws(TemplateError) -> TemplateExpression {
        let depth = 1 + parts.reduce(0) { max($0, $1?.depth ?? 0) }
        try checkDepth(depth)
        return TemplateExpression(kind, line: line, depth: depth)
    }

    // MARK: Tuples and conditions

    /// An expression, or several with commas between them.
    mutating func tuple(
        withConditional: Bool = true, inParentheses: Bool = false
    ) throws(TemplateError) -> TemplateExpression {
        let line = current.line
        var items: [TemplateExpression] = []
        var isTuple = false
        while !endsTuple {
            items.append(try withConditional ? expression() : operation())
            guard skip(symbol: ",") else { break }
            isTuple = true
        }
        if !isTuple, let only = items.first { return only }
        guard isTuple || inParentheses else {
            throw error(.syntax("found \(current.spelling) where an expression should be"))
        }
        return try node(.tuple(items), line, items)
    }

    private var endsTuple: Bool {
        current.kind == .variableEnd || current.kind == .blockEnd || isSymbol(")")
            || isName("recursive")
    }

    /// An expression, with `a if b else c`.
    mutating func expression() throws(TemplateError) -> TemplateExpression {
        try enter()
        defer { leave() }
        let line = current.line
        var value = try operation()
        while skip(name: "if") {
            let condition = try operation()
            let otherwise = skip(name: "else") ? try expression() : nil
            value = try node(
                .conditional(value, if: condition, else: otherwise), line,
                [value, condition, otherwise])
        }
        return value
    }

    // MARK: Operators

    /// The binary operators from the loosest to the tightest; `not` stands between 1 and 2.
    private enum Level: Int {
        case or, and, comparison, sum, concatenation, product, power, unary

        var tighter: Level { Level(rawValue: rawValue + 1) ?? .unary }
    }

    /// An expression without a condition.
    mutating func operation() throws(TemplateError) -> TemplateExpression {
        try operation(.or)
    }

    /// Climbs the precedences in one function, so that a bracket costs few stack frames.
    private mutating func operation(_ level: Level) throws(TemplateError) -> TemplateExpression {
        try enter()
        defer { leave() }
        let line = current.line
        var value: TemplateExpression
        if isName("not"), level.rawValue <= Level.comparison.rawValue {
            skip()
            let operand = try operation(.comparison)
            value = try node(.not(operand), line, [operand])
        } else {
            value = try unary()
        }
        while let found = binaryLevel, found.rawValue >= level.rawValue {
            switch found {
            case .comparison: value = try comparison(value, line)
            case .concatenation: value = try concatenation(value, line)
            default:
                let symbol = current.spelling
                skip()
                let right = try operation(found.tighter)
                let kind: TemplateExpression.Kind =
                    switch found {
                    case .or: .or(value, right)
                    case .and: .and(value, right)
                    default: .binary(symbol, value, right)
                    }
                value = try node(kind, line, [value, right])
            }
        }
        return value
    }

    private var binaryLevel: Level? {
        switch current.kind {
        case .name("or"): .or
        case .name("and"): .and
        case .name("in"): .comparison
        case .name("not"): next.kind == .name("in") ? .comparison : nil
        case .symbol("+"), .symbol("-"): .sum
        case .symbol("~"): .concatenation
        case .symbol("*"), .symbol("/"), .symbol("//"), .symbol("%"): .product
        case .symbol("**"): .power
        case .symbol(let symbol):
            TemplateExpression.Comparison(rawValue: symbol) == nil ? nil : .comparison
        default: nil
        }
    }

    private mutating func comparison(
        _ first: TemplateExpression, _ line: Int
    ) throws(TemplateError) -> TemplateExpression {
        var rest: [(TemplateExpression.Comparison, TemplateExpression)] = []
        while binaryLevel == .comparison {
            let kind: TemplateExpression.Comparison?
            if skip(name: "not") {
                kind = .notIn
            } else {
                kind = TemplateExpression.Comparison(rawValue: current.spelling)
            }
            skip()
            guard let kind else { break }
            rest.append((kind, try operation(.sum)))
        }
        return try node(.comparison(first, rest), line, [first] + rest.map(\.1))
    }

    private mutating func concatenation(
        _ first: TemplateExpression, _ line: Int
    ) throws(TemplateError) -> TemplateExpression {
        var parts = [first]
        while skip(symbol: "~") { parts.append(try operation(.product)) }
        return try node(.concatenation(parts), line, parts)
    }

    private mutating func unary(
        withFilters: Bool = true
    ) throws(TemplateError) -> TemplateExpression {
        try enter()
        defer { leave() }
        let line = current.line
        var value: TemplateExpression
        if skip(symbol: "-") {
            let operand = try unary(withFilters: false)
            value = try node(.negative(operand), line, [operand])
        } else if skip(symbol: "+") {
            let operand = try unary(withFilters: false)
            value = try node(.positive(operand), line, [operand])
        } else {
            value = try primary()
        }
        value = try postfix(value)
        while withFilters {
            if isSymbol("|") {
                value = try filters(on: value)
            } else if isName("is") {
                value = try test(value)
            } else if isSymbol("(") {
                value = try call(value)
            } else {
                break
            }
        }
        return value
    }

    // MARK: Operands

    private mutating func primary() throws(TemplateError) -> TemplateExpression {
        let line = current.line
        switch current.kind {
        case .name(let word):
            skip()
            names.insert(word)
            return switch word {
            case "true", "True": try node(.boolean(true), line)
            case "false", "False": try node(.boolean(false), line)
            case "none", "None": try node(.none, line)
            default: try node(.name(word), line)
            }
        case .string(let first):
            var text = first
            skip()
            while case .string(let more) = current.kind {
                text += more
                skip()
            }
            return try node(.string(TemplateText(text)), line)
        case .integer(let value):
            skip()
            return try node(.integer(value), line)
        case .float(let value):
            skip()
            return try node(.float(value), line)
        case .symbol("("):
            skip()
            let value = try tuple(inParentheses: true)
            try expect(.symbol(")"))
            return value
        case .symbol("["):
            skip()
            let items = try self.items(until: "]")
            return try node(.list(items), line, items)
        case .symbol("{"):
            return try dictionary(line)
        default:
            throw error(.syntax("found \(current.spelling) where an expression should be"))
        }
    }

    /// Expressions with commas between them, up to the closing symbol and past it.
    private mutating func items(
        until end: String
    ) throws(TemplateError) -> [TemplateExpression] {
        var items: [TemplateExpression] = []
        while !isSymbol(end) {
            items.append(try expression())
            guard skip(symbol: ",") else { break }
        }
        try expect(.symbol(end))
        return items
    }

    private mutating func dictionary(_ line: Int) throws(TemplateError) -> TemplateExpression {
        skip()
        var pairs: [(key: TemplateExpression, value: TemplateExpression)] = []
        while !isSymbol("}") {
            let key = try expression()
            try expect(.symbol(":"))
            pairs.append((key, try expression()))
            guard skip(symbol: ",") else { break }
        }
        try expect(.symbol("}"))
        return try node(.dictionary(pairs), line, pairs.flatMap { [$0.key, $0.value] })
    }

    private mutating func postfix(
        _ start: TemplateExpression
    ) throws(TemplateError) -> TemplateExpression {
        var value = start
        while true {
            let line = current.line
            if skip(symbol: ".") {
                if case .integer(let index) = current.kind {
                    skip()
                    let key = try node(.integer(index), line)
                    value = try node(.item(value, key), line, [value, key])
                } else {
                    value = try node(.attribute(value, try expectName()), line, [value])
                }
            } else if skip(symbol: "[") {
                let key = try subscripts(line)
                value = try node(.item(value, key), line, [value, key])
            } else if isSymbol("(") {
                value = try call(value)
            } else {
                return value
            }
        }
    }

    private mutating func subscripts(_ line: Int) throws(TemplateError) -> TemplateExpression {
        var keys: [TemplateExpression] = []
        while !isSymbol("]") {
            if !keys.isEmpty { try expect(.symbol(",")) }
            let start = isSymbol(":") ? nil : try expression()
            if let start, !isSymbol(":") {
                keys.append(start)
                continue
            }
            skip()
            func bound() throws(TemplateError) -> TemplateExpression? {
                isSymbol(":") || isSymbol("]") || isSymbol(",") ? nil : try expression()
            }
            let stop = try bound()
            let step = skip(symbol: ":") ? try bound() : nil
            keys.append(try node(.slice(start, stop, step), line, [start, stop, step]))
        }
        skip()
        if keys.count == 1 { return keys[0] }
        return try node(.tuple(keys), line, keys)
    }

    // MARK: Calls, filters and tests

    private mutating func call(
        _ function: TemplateExpression
    ) throws(TemplateError) -> TemplateExpression {
        let line = current.line
        let arguments = try self.arguments()
        return try node(.call(function, arguments), line, [function] + arguments.all)
    }

    private mutating func arguments() throws(TemplateError) -> TemplateArguments {
        var arguments = TemplateArguments()
        try expect(.symbol("("))
        while !isSymbol(")") {
            if skip(symbol: "**") {
                arguments.unpackedKeyword = try expression()
            } else if skip(symbol: "*") {
                arguments.unpacked = try expression()
            } else if case .name(let name) = current.kind, next.kind == .symbol("=") {
                skip()
                skip()
                arguments.keyword.append((name, try expression()))
            } else {
                guard arguments.keyword.isEmpty, arguments.unpacked == nil,
                    arguments.unpackedKeyword == nil
                else { throw error(.syntax("an argument without a name follows one with a name")) }
                arguments.positional.append(try expression())
            }
            guard skip(symbol: ",") else { break }
        }
        try expect(.symbol(")"))
        return arguments
    }

    private mutating func dottedName() throws(TemplateError) -> String {
        var name = try expectName()
        while skip(symbol: ".") { name += "." + (try expectName()) }
        return name
    }

    /// The filters that follow a value; the first without its `|` in a filter block.
    mutating func filters(
        on start: TemplateExpression, isFirst: Bool = false
    ) throws(TemplateError) -> TemplateExpression {
        var value = start
        var opens = isFirst
        while opens || skip(symbol: "|") {
            opens = false
            let line = current.line
            let name = try dottedName()
            let arguments = isSymbol("(") ? try self.arguments() : TemplateArguments()
            value = try node(.filter(value, name, arguments), line, [value] + arguments.all)
        }
        return value
    }

    private mutating func test(
        _ value: TemplateExpression
    ) throws(TemplateError) -> TemplateExpression {
        let line = current.line
        skip()
        let isNegated = skip(name: "not")
        let name = try dottedName()
        var arguments = TemplateArguments()
        if isSymbol("(") {
            arguments = try self.arguments()
        } else if beginsOperand {
            let operand = try primary()
            arguments.positional = [try postfix(operand)]
        }
        let test = try node(.test(value, name, arguments), line, [value] + arguments.all)
        return isNegated ? try node(.not(test), line, [test]) : test
    }

    /// Whether a test's one argument follows without brackets.
    private var beginsOperand: Bool {
        switch current.kind {
        case .name(let word): !["else", "or", "and", "is"].contains(word)
        case .string, .integer, .float, .symbol("["), .symbol("{"): true
        default: false
        }
    }
}
