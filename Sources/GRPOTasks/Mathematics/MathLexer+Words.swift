extension MathLexer {
    /// A run of letters outside of commands.
    mutating func word() throws(MathFault) {
        let run = letters(from: place)
        let followsSpace = place > 0 && Self.isSpace(scalars[place - 1])
        place += run.unicodeScalars.count
        let endsValue = tokens.last?.endsValue == true
        let lowercased = run.lowercased()
        if let token = MathNames.words[lowercased], run.count > 1 {
            try append(token)
        } else if isFunction(run) {
            try append(.function(run))
        } else if followsSpace, run.count >= 4, MathNames.functions.contains(lowercased) {
            try append(.function(lowercased))
        } else if endsValue,
            MathNames.units.contains(run) || MathWordMeaning(lowercased) != nil
                || run.count >= 4 && followsSpace
        {
            try behindValue(lowercased)
            skipUnitPower()
        } else if lowercased == "by", takesBy {
            return
        } else {
            for letter in run { try append(.symbol(String(letter))) }
        }
    }

    /// Whether a word is a function here: `min` and `sec` name a unit where nothing follows that they
    /// could be taken of.
    func isFunction(_ word: String) -> Bool {
        guard MathNames.functions.contains(word) else { return false }
        return !MathNames.units.contains(word) || tokens.last?.endsValue != true || operandFollows
    }

    /// `divided by`, `multiplied by`.
    private var takesBy: Bool {
        tokens.last == .sign(.divide) || tokens.last == .sign(.times)
    }

    /// Whether a number, a bracket, a command or a single letter comes next.
    private var operandFollows: Bool {
        let start = skippingSpaces(from: place)
        guard start < scalars.count else { return false }
        let scalar = scalars[start]
        if Self.isLetter(scalar) { return letters(from: start).count == 1 }
        if scalar == "\\" { return !MathNames.texts.contains(letters(from: start + 1)) }
        return Self.isDigit(scalar) || ["(", "[", "{", "|", "-", ".", "\u{221A}"].contains(scalar)
    }

    /// A word in small letters that stands behind a value, or behind others that do: a factor, an
    /// operator, or what is counted.
    mutating func behindValue(_ word: String) throws(MathFault) {
        guard tokens.last?.endsValue == true else {
            guard word == "by", takesBy else { throw .malformed }
            return
        }
        switch MathWordMeaning(word) {
        case .scale(let factor, let divisor): try scale(by: factor, over: divisor)
        case .times where !operandFollows: counted.append(word)
        case .times: try append(.sign(.times))
        case .sign(let sign): try append(.sign(sign))
        case .power(let exponent):
            // `5 metres squared`: the power is one of the unit.
            guard counted.isEmpty else { return }
            try requireWholeOperand()
            try append(.sign(.caret))
            try append(.number(NumberLiteral(whole: exponent)))
        case .factorial:
            guard counted.isEmpty else { throw .malformed }
            try requireWholeOperand()
            try append(.sign(.factorial))
        case .unreadable: throw .malformed
        case nil: counted.append(word)
        }
    }

    /// Behind `3/2` and `2^3` it is not said of what a square is taken.
    private func requireWholeOperand() throws(MathFault) {
        guard tokens.count < 2 || tokens.last == .sign(.close(.parenthesis)) else {
            let before = tokens[tokens.count - 2]
            guard before != .sign(.divide), before != .sign(.caret) else { throw .malformed }
            return
        }
    }

    /// Multiplies all of the product before it, as in `1 1/2 million`; of `10 million / 2 million`
    /// the second only its own number.
    private mutating func scale(
        by factor: NumberLiteral, over divisor: NumberLiteral
    ) throws(MathFault) {
        counted = []
        let one = NumberLiteral(whole: "1")
        if tokens.count > 2, tokens[tokens.count - 2] == .sign(.divide), hasScale {
            try append(.sign(.scale(factor, divisor)))
        } else if divisor == one {
            try append(.sign(.times))
            try append(.number(factor))
        } else {
            try append(.sign(.divide))
            try append(.number(divisor))
        }
        hasScale = true
    }
}
