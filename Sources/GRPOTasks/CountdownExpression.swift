import BigInt

/// An arithmetic expression as the countdown allows it, parsed and evaluated in one pass.
///
///     expression = term { ("+" | "-") term }
///     term       = factor { ("*" | "/") factor }
///     factor     = number | "(" expression ")" | "-" factor, where signs are allowed
///     number     = "0" | digit from 1 to 9 { digit }
///
/// White space (space, tab, line feed, carriage return) may stand between the parts. All else is
/// refused: signs before a number or a parenthesis unless they are allowed, `**`, `//`, decimals,
/// exponents, leading zeros, `3(4)`, and every character outside `0123456789+-*/()`, the
/// look-alikes of Unicode included. Total: time and depth of recursion are bounded by the limits below, and since
/// numbers are multiplied only as often as they are written, so is the size of the result.
package struct CountdownExpression: Sendable, Hashable {
    /// Longest text that is read, in bytes. Eight numbers of six digits with a pair of
    /// parentheses around each part need fewer than 100.
    package static let lengthLimit = 512
    /// Deepest nesting of parentheses.
    package static let depthLimit = 32
    /// Most digits of one number.
    package static let digitLimit = 18

    /// Why a text is no expression.
    package enum Fault: Error, Hashable {
        case tooLong(bytes: Int)
        case tooDeep(offset: Int)
        case numberTooLong(offset: Int)
        case leadingZero(offset: Int)
        case unexpected(byte: UInt8, offset: Int)
        case unexpectedEnd
        case divisionByZero(offset: Int)
        case operatorNotAllowed(Character)
    }

    /// The numbers in the order in which they are written.
    package let numbers: [Int]
    /// The exact result.
    package let value: Rational

    /// Reads a whole text with the operators of `operators` (of `+-*/`).
    ///
    /// - Parameter allowsSigns: whether a minus sign may stand before a number or a parenthesis.
    package init(
        _ text: String, operators: String = "+-*/", allowsSigns: Bool = false
    ) throws(Fault) {
        var parser = Parser(
            bytes: Array(text.utf8), operators: Array(operators.utf8), allowsSigns: allowsSigns)
        guard parser.bytes.count <= Self.lengthLimit else {
            throw .tooLong(bytes: parser.bytes.count)
        }
        value = try parser.expression(depth: 0)
        if let byte = parser.peek() {
            throw .unexpected(byte: byte, offset: parser.offset)
        }
        numbers = parser.numbers
    }

    private struct Parser {
        let bytes: [UInt8]
        let operators: [UInt8]
        let allowsSigns: Bool
        var offset = 0
        var numbers: [Int] = []

        init(bytes: [UInt8], operators: [UInt8], allowsSigns: Bool) {
            self.bytes = bytes
            self.operators = operators
            self.allowsSigns = allowsSigns
        }

        /// The next byte that is no white space, left in place.
        mutating func peek() -> UInt8? {
            while offset < bytes.count, ByteSearch.isSpace(bytes[offset]) { offset += 1 }
            return offset < bytes.count ? bytes[offset] : nil
        }

        /// Takes one of two operators if it comes next.
        mutating func take(_ first: Character, _ second: Character) throws(Fault) -> UInt8? {
            guard let byte = peek(), byte == first.asciiValue || byte == second.asciiValue else {
                return nil
            }
            guard operators.contains(byte) else {
                throw .operatorNotAllowed(Character(UnicodeScalar(byte)))
            }
            offset += 1
            return byte
        }

        mutating func expression(depth: Int) throws(Fault) -> Rational {
            var value = try term(depth: depth)
            while let sign = try take("+", "-") {
                let next = try term(depth: depth)
                value = sign == UInt8(ascii: "+") ? value + next : value - next
            }
            return value
        }

        mutating func term(depth: Int) throws(Fault) -> Rational {
            var value = try factor(depth: depth)
            while let sign = try take("*", "/") {
                let place = offset - 1
                let next = try factor(depth: depth)
                if sign == UInt8(ascii: "*") {
                    value = value * next
                } else if let quotient = value.divided(by: next) {
                    value = quotient
                } else {
                    throw .divisionByZero(offset: place)
                }
            }
            return value
        }

        mutating func factor(depth: Int) throws(Fault) -> Rational {
            guard let byte = peek() else { throw .unexpectedEnd }
            if ByteSearch.isDigit(byte) { return try number() }
            if allowsSigns, byte == UInt8(ascii: "-") {
                guard depth < CountdownExpression.depthLimit else {
                    throw .tooDeep(offset: offset)
                }
                offset += 1
                return Rational(0) - (try factor(depth: depth + 1))
            }
            guard byte == UInt8(ascii: "(") else {
                throw .unexpected(byte: byte, offset: offset)
            }
            guard depth < CountdownExpression.depthLimit else { throw .tooDeep(offset: offset) }
            offset += 1
            let value = try expression(depth: depth + 1)
            guard let closing = peek() else { throw .unexpectedEnd }
            guard closing == UInt8(ascii: ")") else {
                throw .unexpected(byte: closing, offset: offset)
            }
            offset += 1
            return value
        }

        mutating func number() throws(Fault) -> Rational {
            let start = offset
            while offset < bytes.count, ByteSearch.isDigit(bytes[offset]) { offset += 1 }
            guard offset - start <= CountdownExpression.digitLimit else {
                throw .numberTooLong(offset: start)
            }
            if bytes[start] == UInt8(ascii: "0"), offset - start > 1 {
                throw .leadingZero(offset: start)
            }
            let number = bytes[start..<offset].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            numbers.append(number)
            return Rational(BigInt(number))
        }
    }
}
