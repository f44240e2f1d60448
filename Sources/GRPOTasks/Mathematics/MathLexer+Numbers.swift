extension MathLexer {
    /// The number that begins here: `1,234.5`, `14{,}916`, `10\,080`, `.5`, `0.\overline{3}`,
    /// `1.2e-5`.
    mutating func number(insideList: Bool) -> NumberLiteral {
        var literal = NumberLiteral()
        literal.whole = digits()
        if (1...3).contains(literal.whole.count), literal.whole != "0" {
            while let group = thousands(insideList: insideList) { literal.whole += group }
        }
        if peek() == ".", Self.isDigit(peek(1)) {
            place += 1
            literal.fraction = digits()
        }
        if let digits = period(afterPoint: !literal.fraction.isEmpty) { literal.repeating = digits }
        literal.exponent = exponent() ?? 0
        return literal
    }

    private mutating func digits() -> String {
        var run = String.UnicodeScalarView()
        while let scalar = peek(), Self.isDigit(scalar) {
            run.append(scalar)
            place += 1
        }
        return String(run)
    }

    /// A separator and exactly three digits. A comma parts thousands where it stands close before
    /// the digits and outside of lists; `{,}` and `,\!` do everywhere, and so does a single space.
    private mutating func thousands(insideList: Bool) -> String? {
        let spaced = skippingSpaces(from: place)
        var start = spaced
        if start < scalars.count, scalars[start] == "{" {
            start = skippingSpaces(from: start + 1)
            guard start < scalars.count, scalars[start] == "," else { return nil }
            start = skippingSpaces(from: start + 1)
            guard start < scalars.count, scalars[start] == "}" else { return nil }
            start = skippingSpaces(from: start + 1)
        } else if start < scalars.count, scalars[start] == "," {
            start += 1
            if start + 1 < scalars.count, scalars[start] == "\\", scalars[start + 1] == "!" {
                start = skippingSpaces(from: start)
            } else if insideList || spaced != place {
                return nil
            }
        } else if start == place || insideList {
            return nil
        }
        guard start + 2 < scalars.count, (0..<3).allSatisfy({ Self.isDigit(scalars[start + $0]) }),
            start + 3 == scalars.count || !Self.isDigit(scalars[start + 3])
        else { return nil }
        var group = String.UnicodeScalarView()
        group.append(contentsOf: scalars[start..<(start + 3)])
        place = start + 3
        return String(group)
    }

    /// Digits under `\overline{…}` or `\bar{…}` directly behind a fraction.
    private mutating func period(afterPoint: Bool) -> String? {
        let index = afterPoint ? place : place + 1
        guard afterPoint || peek() == ".", index < scalars.count, scalars[index] == "\\" else {
            return nil
        }
        return period(at: index)
    }

    private mutating func period(at start: Int) -> String? {
        var index = start
        let name = letters(from: index + 1)
        guard name == "overline" || name == "bar" else { return nil }
        index += 1 + name.unicodeScalars.count
        guard index < scalars.count, scalars[index] == "{" else { return nil }
        var run = String.UnicodeScalarView()
        index += 1
        while index < scalars.count, Self.isDigit(scalars[index]) {
            run.append(scalars[index])
            index += 1
        }
        guard !run.isEmpty, index < scalars.count, scalars[index] == "}" else { return nil }
        place = index + 1
        return String(run)
    }

    /// `e5`, `E-3`: a letter, a sign or none, and digits.
    private mutating func exponent() -> Int? {
        guard peek() == "e" || peek() == "E" else { return nil }
        let hasSign = peek(1) == "-" || peek(1) == "+"
        guard Self.isDigit(peek(hasSign ? 2 : 1)) else { return nil }
        let isNegative = peek(1) == "-"
        place += hasSign ? 2 : 1
        // Too many digits are out of bounds wherever the value is taken.
        let size = Int(digits()) ?? 1_000_000
        return isNegative ? -min(size, 1_000_000) : min(size, 1_000_000)
    }
}
