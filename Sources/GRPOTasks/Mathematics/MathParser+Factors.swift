extension MathParser {
    /// A primary with all that is written behind it.
    mutating func factor() throws(MathFault) -> MathExpression {
        let start = place
        var result = try primary()
        var count = 0
        while let sign = currentSign {
            switch sign {
            case .caret:
                place += 1
                // A power that is only a degree sign or a prime.
                if take(.degree) || takeEmptyPower() {
                    if isInsideFunction { result = Self.inRadians(result) }
                } else if take(.prime) {
                    result = Self.renamed(result, "'")
                } else {
                    result = .power(result, try exponent())
                }
            case .underscore:
                place += 1
                result = try subscripted(result, isNumber: start + 2 == place)
            case .factorial:
                place += 1
                result = .call("factorial", [result])
            case .scale(let factor, let divisor):
                place += 1
                result = .quotient(.product([result, .number(factor)]), .number(divisor))
            case .percent:
                place += 1
                result = .percent(result)
            case .degree:
                place += 1
                if isInsideFunction { result = Self.inRadians(result) }
            case .prime:
                place += 1
                result = Self.renamed(result, "'")
            default: return result
            }
            try link(&count)
            try budget.spend(4)
        }
        return result
    }

    /// `^{\circ}`, whose degree sign a brace holds.
    private mutating func takeEmptyPower() -> Bool {
        guard place + 2 < tokens.count, tokens[place] == .sign(.open(.group)),
            tokens[place + 1] == .sign(.degree), tokens[place + 2] == .sign(.close(.group))
        else { return false }
        place += 3
        return true
    }

    private static func inRadians(_ degrees: MathExpression) -> MathExpression {
        .quotient(.product([degrees, .symbol("pi")]), .number(NumberLiteral(whole: "180")))
    }

    private static func renamed(_ expression: MathExpression, _ suffix: String) -> MathExpression {
        if case .symbol(let name) = expression { return .symbol(name + suffix) }
        return .call("prime", [expression])
    }

    // MARK: - Arguments

    /// What a command or a power takes without brackets of its own: a group in braces, or one
    /// character. `\frac12` is a half, but in `2^10`, which is how plain text writes it, the whole
    /// number counts.
    mutating func argument(takesWholeNumber: Bool) throws(MathFault) -> MathExpression {
        if takesWholeNumber, take(.minus) {
            return .negation(
                try nested { (parser) throws(MathFault) in
                    try parser.argument(takesWholeNumber: true)
                })
        }
        _ = take(.plus)
        if case .number(var literal) = current, !takesWholeNumber, literal.isInteger,
            let digit = literal.whole.first
        {
            literal.whole.removeFirst()
            if literal.whole.isEmpty { place += 1 } else { tokens[place] = .number(literal) }
            return .number(NumberLiteral(whole: String(digit)))
        }
        return try nested { (parser) throws(MathFault) in try parser.primary() }
    }

    /// A tower is read from its top: `2^3^2` is `2^(3^2)`.
    private mutating func exponent() throws(MathFault) -> MathExpression {
        let exponent = try argument(takesWholeNumber: true)
        guard take(.caret) else { return exponent }
        return .power(
            exponent, try nested { (parser) throws(MathFault) in try parser.exponent() })
    }

    /// A subscript makes a name: of `x_1` and `x_{1}` the same, of `204_5` a number in a base.
    private mutating func subscripted(
        _ base: MathExpression, isNumber: Bool
    ) throws(MathFault) -> MathExpression {
        var name = ""
        if currentSign == .open(.group) {
            var depth = 0
            repeat {
                guard let token = current else { throw .malformed }
                if token == .sign(.open(.group)) { depth += 1 }
                if token == .sign(.close(.group)) { depth -= 1 }
                name += token.spelling
                place += 1
                try budget.spend(2)
            } while depth > 0
        } else if case .number(var literal) = current {
            // One digit, unless the number before it takes a base such as 16.
            if isNumber {
                name = literal.whole
                place += 1
            } else {
                name = String(literal.whole.prefix(1))
                literal.whole.removeFirst(min(1, literal.whole.count))
                if literal.whole.isEmpty { place += 1 } else { tokens[place] = .number(literal) }
            }
        } else if let token = current {
            name = token.spelling
            place += 1
        } else {
            throw .malformed
        }
        switch base {
        case .number(let literal):
            guard literal.isInteger, let base = Int(name), (2...36).contains(base) else {
                throw .malformed
            }
            return .based(digits: literal.whole, base: base)
        case .symbol(let symbol): return .symbol(symbol + "_" + name)
        default: return .call("subscript", [base, .symbol(name)])
        }
    }

    // MARK: - Functions

    /// A function with its power, its base and its argument: `\sin^2 x`, `\log_2 8`, `\ln(x)`.
    mutating func functionCall(_ name: String) throws(MathFault) -> MathExpression {
        try nested { (parser) throws(MathFault) in
            var power: MathExpression?
            var base: MathExpression?
            while true {
                if parser.take(.caret) {
                    power = try parser.argument(takesWholeNumber: true)
                } else if parser.take(.underscore) {
                    base = try parser.argument(takesWholeNumber: true)
                } else {
                    break
                }
            }
            let outer = parser.isInsideFunction
            parser.isInsideFunction = true
            let arguments = try parser.functionArguments()
            parser.isInsideFunction = outer
            let call: MathExpression
            if let base, name == "log" {
                call = .quotient(.call("ln", arguments), .call("ln", [base]))
            } else if name == "exp", arguments.count == 1 {
                call = .power(.symbol("e"), arguments[0])
            } else {
                call = .call(name, arguments)
            }
            guard let power else { return call }
            // `\sin^{-1}` is the inverse function and no reciprocal.
            let isInverse = power == .negation(.number(NumberLiteral(whole: "1")))
            if isInverse, ["sin", "cos", "tan"].contains(name) {
                return .call("arc" + name, arguments)
            }
            return .power(call, power)
        }
    }

    /// Between brackets, or the product that follows up to the next function: `\sin 2x \cos y`.
    private mutating func functionArguments() throws(MathFault) -> [MathExpression] {
        if case .open(let bracket) = currentSign, bracket != .brace {
            // A power behind the brackets is one of the value: `\sin(x)^2`.
            switch try primary() {
            case .sequence(_, let items, _), .list(let items): return items
            case let argument: return [argument]
            }
        }
        if take(.minus) {
            let arguments = try nested { (parser) throws(MathFault) in
                try parser.functionArguments()
            }
            return arguments.map { .negation($0) }
        }
        if case .function(let inner) = current {
            place += 1
            return [try functionCall(inner)]
        }
        var factors = [try factor()]
        while let token = current {
            switch token {
            case .number, .symbol, .sign(.fraction), .sign(.root):
                factors.append(try factor())
            default: return [Self.product(factors)]
            }
        }
        return [Self.product(factors)]
    }

    /// `\sum_{k=0}^{n} …` with its bounds and the product behind it.
    mutating func largeOperation(_ name: String) throws(MathFault) -> MathExpression {
        try nested { (parser) throws(MathFault) in
            var bounds: [MathExpression] = [.symbol(""), .symbol("")]
            while true {
                if parser.take(.underscore) {
                    bounds[0] = try parser.bound()
                } else if parser.take(.caret) {
                    bounds[1] = try parser.argument(takesWholeNumber: true)
                } else {
                    break
                }
            }
            var factors = [try parser.factor()]
            while let token = parser.current, parser.continuesOperation(token) {
                factors.append(try parser.factor())
            }
            return .call(name, bounds + [Self.product(factors)])
        }
    }

    private func continuesOperation(_ token: MathToken) -> Bool {
        switch token {
        case .number, .symbol, .function, .sign(.fraction), .sign(.root), .sign(.open): true
        default: false
        }
    }

    /// A lower bound may be a statement, `k = 0` or `x \to 1`.
    private mutating func bound() throws(MathFault) -> MathExpression {
        guard take(.open(.group)) else { return try argument(takesWholeNumber: false) }
        let bound = try answer(until: .close(.group))
        try expect(.close(.group))
        return bound
    }
}
