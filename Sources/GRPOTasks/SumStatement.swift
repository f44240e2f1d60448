/// A sum that a text states: `7+8=15`, `5 and 6 and 1 is 12`, `7 und 8 ist 15`.
package struct SumStatement: Sendable, Hashable {
    /// Two or more, in the order of the text.
    package let operands: [Int]
    /// What the text says they add up to.
    package let result: Int

    package init(operands: [Int], result: Int) {
        self.operands = operands
        self.result = result
    }

    /// Whether the operands add up to the result.
    package var isRight: Bool {
        var rest = result
        for operand in operands {
            let (difference, isBeyond) = rest.subtractingReportingOverflow(operand)
            if isBeyond { return false }
            rest = difference
        }
        return rest == 0
    }

    /// All statements of a text, from the front, in time linear in its length.
    ///
    /// Numbers are runs of up to 18 ASCII digits; `+`, `plus`, `and` and `und` join them, `=`, `is`,
    /// `equals`, `makes`, `ist`, `gleich`, `macht` and `ergibt` come before the result. Only white
    /// space may stand between these. A result can be taken back and replaced, which is another
    /// statement of the same sum: `7 and 8 is 14, wait, 15`.
    package static func all(in text: String) -> [SumStatement] {
        let tokens = tokens(of: text)
        var statements: [SumStatement] = []
        var operands: [Int] = []
        // The sum whose result may still be replaced, and whether it was taken back.
        var stated: [Int] = []
        var isRetracted = false
        func state(_ sum: [Int], _ result: Int) {
            statements.append(SumStatement(operands: sum, result: result))
            stated = sum
        }
        for (index, token) in tokens.enumerated() {
            let last = index > 0 ? tokens[index - 1] : .other
            let replaced = isRetracted ? stated : []
            switch token {
            case .mark: break
            case .retraction: isRetracted = true
            case .number, .plus, .equals, .other: (stated, isRetracted) = ([], false)
            }
            switch (last, token) {
            case (.plus, .number(let number)): operands.append(number)
            case (.equals, .number(let number)):
                if operands.count > 1 { state(operands, number) }
                operands = [number]
            case (_, .number(let number)):
                let next = index + 1 < tokens.count ? tokens[index + 1] : .other
                if !replaced.isEmpty, next != .plus { state(replaced, number) }
                operands = [number]
            case (.number, .plus), (.number, .equals): break
            default: operands = []
            }
        }
        return statements
    }

    /// Whether a sum is stated wrongly and later, with the same operands in any order, rightly.
    package static func corrects(_ statements: [SumStatement]) -> Bool {
        var wrong: Set<[Int]> = []
        for statement in statements {
            let operands = statement.operands.sorted()
            if statement.isRight {
                if wrong.contains(operands) { return true }
            } else {
                wrong.insert(operands)
            }
        }
        return false
    }

    private enum Token: Equatable {
        case number(Int), plus, equals, mark, retraction, other
    }

    private static func tokens(of text: String) -> [Token] {
        let bytes = Array(text.utf8)
        var tokens: [Token] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if ByteSearch.isSpace(byte) {
                index += 1
                continue
            }
            let start = index
            let isDigit = ByteSearch.isDigit(byte)
            let isLetter = Self.isLetter(byte)
            repeat {
                index += 1
            } while index < bytes.count
                && (isDigit && ByteSearch.isDigit(bytes[index])
                    || isLetter && Self.isLetter(bytes[index]))
            tokens.append(token(String(decoding: bytes[start..<index], as: UTF8.self)))
        }
        return tokens
    }

    /// ASCII letters and all that is not ASCII: `für` is one word.
    private static func isLetter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || ByteSearch.isLetter(byte)
    }

    private static func token(_ text: String) -> Token {
        if text.utf8.allSatisfy(ByteSearch.isDigit) {
            guard text.utf8.count <= 18, let number = Int(text) else { return .other }
            return .number(number)
        }
        switch text.lowercased() {
        case "+", "plus", "and", "und": return .plus
        case "=", "is", "equals", "makes", "ist", "gleich", "macht", "ergibt": return .equals
        case ",", ".", ";", ":", "!", "?", "-", "–", "—", "…": return .mark
        case "wait", "no", "oops", "sorry", "moment", "warte", "nein", "halt", "ups":
            return .retraction
        default: return .other
        }
    }
}
