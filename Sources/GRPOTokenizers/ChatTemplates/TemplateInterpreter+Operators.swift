extension TemplateInterpreter {
    // MARK: Truth and numbers

    func isTrue(_ value: TemplateValue) throws(TemplateError) -> Bool {
        switch value {
        case .undefined, .none: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let list), .tuple(let list), .view(_, let list): !list.items.isEmpty
        case .dictionary(let dictionary): dictionary.count > 0
        case .range(let range): range.count > 0
        default: true
        }
    }

    /// A whole number, which a boolean is too; nil for anything else.
    func integer(_ value: TemplateValue) -> Int? {
        switch value {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
    }

    func number(_ value: TemplateValue) -> Double? {
        if case .float(let value) = value { value } else { integer(value).map(Double.init) }
    }

    func checked(_ result: (partialValue: Int, overflow: Bool)) throws(TemplateError)
        -> TemplateValue
    {
        guard !result.overflow else { throw error(.limit("a number is beyond 64 bits")) }
        return .integer(result.partialValue)
    }

    func negative(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
        if let value = integer(value) {
            return try checked((0).subtractingReportingOverflow(value))
        }
        if case .float(let value) = value { return .float(-value) }
        throw operandError("-", value)
    }

    func positive(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
        if let value = integer(value) { return .integer(value) }
        if case .float = value { return value }
        throw operandError("+", value)
    }

    private func operandError(_ symbol: String, _ values: TemplateValue...) -> TemplateError {
        for case .undefined(let problem) in values { return error(problem) }
        let types = values.map(\.typeName).joined(separator: " and ")
        return error(.value("\(symbol) does not work on \(types)"))
    }

    // MARK: Arithmetic

    func binary(
        _ symbol: String, _ left: TemplateValue, _ right: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        if let left = integer(left), let right = integer(right) {
            return try integers(symbol, left, right)
        }
        if let left = number(left), let right = number(right) {
            return try floats(symbol, left, right)
        }
        switch (symbol, left, right) {
        case ("+", .string(let left), .string(let right)):
            return .string(try sum(left, right))
        case ("+", .list(let left), .list(let right)):
            return .list(try makeList(left.items + right.items))
        case ("+", .tuple(let left), .tuple(let right)):
            return .tuple(try makeList(left.items + right.items))
        case ("*", .string(let text), let count), ("*", let count, .string(let text)):
            guard let count = integer(count) else { throw operandError("*", left, right) }
            let (length, overflow) = text.count.multipliedReportingOverflow(by: max(count, 0))
            try chargeText(overflow ? .max : length)
            return .string(
                TemplateText(units: (0..<max(count, 0)).flatMap { _ in text.units }))
        case ("*", .list(let list), let count), ("*", let count, .list(let list)):
            guard let count = integer(count) else { throw operandError("*", left, right) }
            let (length, overflow) = list.items.count.multipliedReportingOverflow(by: max(count, 0))
            guard !overflow, length <= limits.elements else {
                throw error(.limit("a list has more than \(limits.elements) elements"))
            }
            return .list(try makeList((0..<max(count, 0)).flatMap { _ in list.items }))
        case ("%", .string(let format), let value):
            if case .tuple(let list) = value { return .string(try percent(format, list.items)) }
            return .string(try percent(format, [value]))
        default: throw operandError(symbol, left, right)
        }
    }

    private func sum(
        _ left: TemplateText, _ right: TemplateText
    ) throws(TemplateError) -> TemplateText {
        try chargeText(left.count + right.count)
        var text = left
        if left.isMarkup != right.isMarkup {
            text = left.isMarkup ? left : left.escapedForHTML
            text.append(right.isMarkup ? right : right.escapedForHTML)
            text.isMarkup = true
            try chargeText(text.count)
        } else {
            text.append(right)
        }
        return text
    }

    private func integers(
        _ symbol: String, _ left: Int, _ right: Int
    ) throws(TemplateError) -> TemplateValue {
        switch symbol {
        case "+": return try checked(left.addingReportingOverflow(right))
        case "-": return try checked(left.subtractingReportingOverflow(right))
        case "*": return try checked(left.multipliedReportingOverflow(by: right))
        case "**":
            guard right >= 0 else { return try floats(symbol, Double(left), Double(right)) }
            if left == 0 || left == 1 { return .integer(right == 0 ? 1 : left) }
            if left == -1 { return .integer(right.isMultiple(of: 2) ? 1 : -1) }
            var result = 1
            for _ in 0..<min(right, 64) {
                guard
                    case .integer(let next) = try checked(
                        result.multipliedReportingOverflow(by: left))
                else { break }
                result = next
            }
            return .integer(result)
        case "/": return try floats(symbol, Double(left), Double(right))
        default:
            guard right != 0 else { throw error(.value("\(symbol) by 0")) }
            // Python rounds towards minus infinity, and the remainder has the divisor's sign.
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            let remainder = overflow ? 0 : left % right
            let steps = remainder != 0 && (remainder < 0) != (right < 0)
            if symbol == "%" { return .integer(steps ? remainder + right : remainder) }
            return try checked((steps ? quotient - 1 : quotient, overflow))
        }
    }

    private func floats(
        _ symbol: String, _ left: Double, _ right: Double
    ) throws(TemplateError) -> TemplateValue {
        switch symbol {
        case "+": return .float(left + right)
        case "-": return .float(left - right)
        case "*": return .float(left * right)
        case "**": return .float(try power(left, right))
        default:
            guard right != 0 else { throw error(.value("\(symbol) by 0")) }
            if symbol == "/" { return .float(left / right) }
            var remainder = left.truncatingRemainder(dividingBy: right)
            if remainder != 0, (remainder < 0) != (right < 0) { remainder += right }
            if symbol == "%" { return .float(remainder) }
            return .float(((left - remainder) / right).rounded())
        }
    }

    private func power(_ base: Double, _ exponent: Double) throws(TemplateError) -> Double {
        guard let whole = Int(exactly: exponent), abs(whole) <= 4096 else {
            throw error(.unsupported("the power \(exponent)"))
        }
        var result = 1.0
        for _ in 0..<abs(whole) { result *= base }
        return whole < 0 ? 1 / result : result
    }

    // MARK: Comparing

    func compare(
        _ comparison: TemplateExpression.Comparison, _ left: TemplateValue, _ right: TemplateValue
    ) throws(TemplateError) -> Bool {
        switch comparison {
        case .equal: try equal(left, right)
        case .notEqual: !(try equal(left, right))
        case .less: try less(left, right, "<")
        case .greater: try less(right, left, ">")
        case .lessOrEqual: try lessOrEqual(left, right, "<=")
        case .greaterOrEqual: try lessOrEqual(right, left, ">=")
        case .in: try contains(right, left)
        case .notIn: !(try contains(right, left))
        }
    }

    func equal(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
        try charge(1)
        if let left = integer(left), let right = integer(right) { return left == right }
        if let left = number(left), let right = number(right) { return left == right }
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)):
            guard left.count == right.count else { return false }
            try charge(left.count)
            return left == right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            guard left.items.count == right.items.count else { return false }
            for (left, right) in zip(left.items, right.items) {
                guard try equal(left, right) else { return false }
            }
            return true
        case (.dictionary(let left), .dictionary(let right)):
            guard left.count == right.count else { return false }
            for (key, value) in left.pairs {
                guard let other = right[key], try equal(value, other) else { return false }
            }
            return true
        case (.range(let left), .range(let right)):
            return left.count == right.count && (left.count == 0 || left.start == right.start)
                && (left.count < 2 || left.step == right.step)
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.macro(let left), .macro(let right)): return left === right
        case (.loop(let left), .loop(let right)): return left === right
        case (.function(let left), .function(let right)): return left == right
        default: return false
        }
    }

    func less(
        _ left: TemplateValue, _ right: TemplateValue, _ symbol: String
    ) throws(TemplateError) -> Bool {
        try charge(1)
        if let left = integer(left), let right = integer(right) { return left < right }
        if let left = number(left), let right = number(right) { return left < right }
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try charge(min(left.count, right.count))
            return left < right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (left, right) in zip(left.items, right.items) {
                if try !equal(left, right) { return try less(left, right, symbol) }
            }
            return left.items.count < right.items.count
        default: throw operandError(symbol, left, right)
        }
    }

    private func lessOrEqual(
        _ left: TemplateValue, _ right: TemplateValue, _ symbol: String
    ) throws(TemplateError) -> Bool {
        if let left = number(left), let right = number(right), left.isNaN || right.isNaN {
            return false
        }
        return !(try less(right, left, symbol))
    }

    /// Python's `item in container`.
    func contains(
        _ container: TemplateValue, _ item: TemplateValue
    ) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = item else { throw operandError("in", item, container) }
            try charge(text.count + part.count)
            return text.contains(part)
        case .dictionary(let dictionary):
            if case .string(let text) = item { try charge(text.count) }
            return dictionary[item] != nil
        case .undefined: return false
        case .list, .tuple, .range, .view, .iterator:
            for candidate in try iterate(container) where try equal(candidate, item) {
                return true
            }
            return false
        default: throw operandError("in", item, container)
        }
    }

    /// The items that a loop over the value goes through.
    func iterate(_ value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
        let items: [TemplateValue]
        switch value {
        case .undefined: return []
        case .list(let list), .tuple(let list), .view(_, let list): items = list.items
        case .dictionary(let dictionary): items = dictionary.keys
        case .string(let text):
            try charge(text.count)
            items = text.units.map { .string(TemplateText(units: [$0])) }
        case .range(let range): items = range.items
        case .iterator(let iterator): items = iterator.takeAll()
        default: throw error(.value("a \(value.typeName) cannot be looped over"))
        }
        try charge(items.count)
        return items
    }

    /// Python's `len`; nil for what has none.
    func length(_ value: TemplateValue) -> Int? {
        switch value {
        case .undefined: 0
        case .string(let text): text.count
        case .list(let list), .tuple(let list), .view(_, let list): list.items.count
        case .dictionary(let dictionary): dictionary.count
        case .range(let range): range.count
        case .loop(let loop): loop.items.items.count
        default: nil
        }
    }
}
