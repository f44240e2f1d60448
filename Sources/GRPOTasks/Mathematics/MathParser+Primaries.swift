extension MathParser {
    /// A number, a name, or something in brackets.
    mutating func primary() throws(MathFault) -> MathExpression {
        try budget.spend(4)
        guard let token = current else { throw .malformed }
        place += 1
        switch token {
        case .number(let literal): return .number(literal)
        case .symbol(let name): return try symbolOrCall(name)
        case .text(let words): return .text(words)
        case .function(let name): return try functionCall(name)
        case .largeOperator(let name): return try largeOperation(name)
        case .sign(let sign):
            switch sign {
            case .fraction:
                let above = try argument(takesWholeNumber: false)
                return .quotient(above, try argument(takesWholeNumber: false))
            case .binomial:
                let above = try argument(takesWholeNumber: false)
                return .call("binomial", [above, try argument(takesWholeNumber: false)])
            case .root: return try root()
            case .bar: return try absoluteValue()
            case .beginMatrix: return try matrix()
            case .open(let bracket): return try bracketed(bracket)
            default: throw .malformed
            }
        }
    }

    /// The letters that are functions where a parenthesis follows; all others are multiplied.
    private static let functionNames: Set = ["f", "g", "h"]

    private mutating func symbolOrCall(_ name: String) throws(MathFault) -> MathExpression {
        guard Self.functionNames.contains(name), currentSign == .open(.parenthesis) else {
            return .symbol(name)
        }
        place += 1
        switch try bracketed(.parenthesis) {
        case .sequence(_, let items, _): return .call(name, items)
        case let argument: return .call(name, [argument])
        }
    }

    private mutating func root() throws(MathFault) -> MathExpression {
        var index = MathExpression.number(NumberLiteral(whole: "2"))
        if take(.open(.square)) {
            index = try nested { (parser) throws(MathFault) in try parser.sum() }
            try expect(.close(.square))
        }
        return .root(try argument(takesWholeNumber: false), index: index)
    }

    private mutating func absoluteValue() throws(MathFault) -> MathExpression {
        let outer = isInsideBars
        isInsideBars = true
        defer { isInsideBars = outer }
        let content = try sum()
        try expect(.bar)
        return .call("abs", [content])
    }

    // MARK: - Brackets

    /// What stands between brackets; `place` is behind the opening one.
    private mutating func bracketed(_ open: MathToken.Bracket) throws(MathFault) -> MathExpression {
        try nested { (parser) throws(MathFault) in
            let outerBars = parser.isInsideBars
            // In `{x | x > 0}` a bar opens nothing.
            parser.isInsideBars = open == .brace
            defer { parser.isInsideBars = outerBars }
            if parser.take(.close(open)) {
                // Nothing between braces that show is the empty set, between others nothing.
                guard open == .brace else { throw .malformed }
                return .set([])
            }
            let content = try parser.answer(until: .close(open))
            // `{x | x > 0}` and `{x : x > 0}` are read as far as the bar.
            if open == .brace, parser.take(.bar) {
                let condition = try parser.answer(until: .close(.brace))
                try parser.expect(.close(.brace))
                return .call("set_builder", [content, condition])
            }
            guard case .close(let close) = parser.currentSign else { throw .malformed }
            parser.place += 1
            return try Self.content(content, between: open, and: close)
        }
    }

    private static func content(
        _ content: MathExpression, between open: MathToken.Bracket, and close: MathToken.Bracket
    ) throws(MathFault) -> MathExpression {
        switch (open, close) {
        case (.group, .group): return content
        case (.floor, .floor): return .call("floor", [content])
        case (.ceiling, .ceiling): return .call("ceil", [content])
        case (.brace, .brace):
            if case .list(let items) = content { return .set(items) }
            return .set([content])
        case (.parenthesis, .parenthesis), (.parenthesis, .square), (.square, .parenthesis),
            (.square, .square), (.angle, .angle):
            if case .list(let items) = content { return .sequence(open, items, close) }
            guard open == close, open != .angle else { throw .malformed }
            return content
        default: throw .malformed
        }
    }

    // MARK: - Matrices

    /// Rows of cells; `place` is behind the `\begin`.
    private mutating func matrix() throws(MathFault) -> MathExpression {
        try nested { (parser) throws(MathFault) in
            var rows: [[MathExpression]] = [[]]
            while !parser.take(.endMatrix) {
                if parser.take(.rowBreak) {
                    rows.append([])
                } else if parser.take(.ampersand) {
                    continue
                } else {
                    rows[rows.count - 1].append(try parser.answer(until: .endMatrix))
                }
                guard parser.current != nil else { throw .malformed }
            }
            rows.removeAll(where: \.isEmpty)
            guard let first = rows.first else { throw .malformed }
            guard rows.allSatisfy({ $0.count == first.count }) else { throw .malformed }
            return .matrix(rows)
        }
    }
}
