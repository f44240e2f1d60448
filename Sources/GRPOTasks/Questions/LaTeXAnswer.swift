import BigInt

/// A mathematical answer in the form in which two are compared: an exact number where it is one,
/// else normalised LaTeX text.
///
/// What is taken for no part of an answer is what Hendrycks et al. 2021 (MATH, arXiv 2103.03874,
/// their `is_equiv`) take for none: white space and spacing commands, `\left` and `\right`, dollar
/// and percent signs, degrees, a unit in `\text{ …}` behind a number, and `x =` before a value.
/// `\frac12` and `\sqrt3` get their braces. All of it is total and takes linear time.
struct LaTeXAnswer: Sendable, Hashable {
    /// Of a number `p` or `p/q` in lowest terms.
    let text: String

    /// Longer answers are compared as they are written: the digits of a number cost more than
    /// linear time.
    private static let longestNumber = 200

    /// Nil where nothing is left.
    init?(_ answer: String) {
        var tokens = Self.tokens(of: answer)
        tokens = Self.withoutUnit(tokens)
        tokens = Self.bracing(tokens)
        tokens = Self.withoutVariable(tokens)
        guard !tokens.isEmpty else { return nil }
        if let number = Self.number(tokens) {
            text =
                number.denominator == 1
                ? "\(number.numerator)" : "\(number.numerator)/\(number.denominator)"
        } else {
            text = tokens.joined()
        }
    }

    // MARK: - Tokens

    /// Commands that say nothing: spaces, sizes, and dollar signs.
    private static let silent: Set<String> = [
        "\\!", "\\,", "\\;", "\\:", "\\ ", "\\quad", "\\qquad", "\\left", "\\right", "\\$", "\\%",
        "\\displaystyle", "\\circ",
    ]
    /// Commands of another look and the same meaning.
    private static let synonyms = [
        "\\dfrac": "\\frac", "\\tfrac": "\\frac", "\\cfrac": "\\frac", "\\lbrace": "\\{",
        "\\rbrace": "\\}", "\\le": "\\leq", "\\ge": "\\geq", "\\ne": "\\neq", "\\mathrm": "\\text",
        "\\textbf": "\\text", "\\mbox": "\\text", "\\mathbf": "\\text", "\u{2212}": "-",
        "\u{3C0}": "\\pi", "\u{221E}": "\\infty",
    ]

    /// Commands and single characters, without what says nothing.
    private static func tokens(of answer: String) -> [String] {
        let scalars = Array(answer.unicodeScalars)
        var tokens: [String] = []
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            var token = String(scalar)
            if scalar == "\\", index < scalars.count {
                token.unicodeScalars.append(scalars[index])
                let isWord = isLetter(scalars[index])
                index += 1
                while isWord, index < scalars.count, isLetter(scalars[index]) {
                    token.unicodeScalars.append(scalars[index])
                    index += 1
                }
            } else if scalar.properties.isWhitespace || scalar == "$" || scalar == "%"
                || scalar == "\u{B0}"
            {
                continue
            }
            token = synonyms[token] ?? token
            if !silent.contains(token) { tokens.append(token) }
        }
        return withoutEmptyPowers(tokens)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && scalar.properties.isAlphabetic
    }

    /// `90^\circ` and `90^{\circ}` have lost their sign by now: the empty power goes with it.
    private static func withoutEmptyPowers(_ tokens: [String]) -> [String] {
        var result: [String] = []
        var index = 0
        while index < tokens.count {
            if tokens[index] == "^" {
                if index + 1 == tokens.count { break }
                if tokens[index + 1] == "{", index + 2 < tokens.count, tokens[index + 2] == "}" {
                    index += 3
                    continue
                }
            }
            result.append(tokens[index])
            index += 1
        }
        // A point that ends a sentence.
        while result.count > 1, result.last == "." { result.removeLast() }
        return result
    }

    /// Without `\text{…}` behind something, which names a unit; text alone is the answer, without
    /// its command.
    private static func withoutUnit(_ tokens: [String]) -> [String] {
        guard let place = tokens.firstIndex(of: "\\text") else { return tokens }
        guard place > 0 else {
            let inside = tokens.dropFirst()
            guard inside.first == "{", inside.last == "}" else { return Array(inside) }
            return Array(inside.dropFirst().dropLast()).filter { $0 != "\\text" }
        }
        let isUnit = tokens[..<place].contains { $0.first?.isNumber == true }
        return isUnit && tokens.last == "}" && place + 1 < tokens.count && tokens[place + 1] == "{"
            ? Array(tokens[..<place]) : tokens
    }

    /// `\frac12`, `\frac1{72}` and `\sqrt3` with all their braces. One pass: `wanted` is how many
    /// arguments the last command still takes, `outer` the same for each open brace.
    private static func bracing(_ tokens: [String]) -> [String] {
        var result: [String] = []
        var wanted = 0
        var outer: [Int] = []
        for token in tokens {
            switch token {
            case "\\frac": wanted = 2
            case "\\sqrt": wanted = 1
            case "{":
                outer.append(max(0, wanted - 1))
                wanted = 0
            case "}": wanted = outer.popLast() ?? 0
            default:
                if wanted > 0, isArgument(token) {
                    result += ["{", token, "}"]
                    wanted -= 1
                    continue
                }
                wanted = 0
            }
            result.append(token)
        }
        return result
    }

    /// One character stands for an argument without braces.
    private static func isArgument(_ token: String) -> Bool {
        token.count == 1 && token.first.map { $0.isNumber || $0.isLetter } == true
    }

    /// Without `x=` or `f(x)=` of a few characters before the value, as long as nothing else equals
    /// anything.
    private static func withoutVariable(_ tokens: [String]) -> [String] {
        let places = tokens.indices.filter { tokens[$0] == "=" }
        guard places.count == 1, places[0] <= 4, places[0] + 1 < tokens.count,
            let first = tokens.first?.first, first.isLetter
        else { return tokens }
        return Array(tokens[(places[0] + 1)...])
    }

    // MARK: - Numbers

    /// An integer, a decimal number, or a fraction of two of them, `\frac{a}{b}` or `a/b`; with a
    /// sign before it, and thousands parted by commas.
    private static func number(_ tokens: [String]) -> Rational? {
        guard tokens.count <= longestNumber else { return nil }
        let isNegative = tokens.first == "-"
        let rest = tokens.dropFirst(isNegative || tokens.first == "+" ? 1 : 0)
        guard rest.first != "-", let value = unsigned(Array(rest)) else { return nil }
        return isNegative ? Rational(0) - value : value
    }

    private static func unsigned(_ tokens: [String]) -> Rational? {
        if tokens.first == "\\frac" {
            guard let over = tokens.firstIndex(of: "}"), over + 1 < tokens.count,
                tokens[1] == "{", tokens[over + 1] == "{", tokens.last == "}"
            else { return nil }
            return quotient(tokens[2..<over], tokens[(over + 2)..<(tokens.count - 1)])
        }
        guard let slash = tokens.firstIndex(of: "/") else { return decimal(tokens[...]) }
        return quotient(tokens[..<slash], tokens[(slash + 1)...])
    }

    private static func quotient(
        _ numerator: ArraySlice<String>, _ denominator: ArraySlice<String>
    ) -> Rational? {
        guard let above = decimal(numerator), let below = decimal(denominator) else { return nil }
        return above.divided(by: below)
    }

    private static func decimal(_ tokens: ArraySlice<String>) -> Rational? {
        let isNegative = tokens.first == "-"
        var digits = tokens.dropFirst(isNegative ? 1 : 0).joined()
        if digits.hasPrefix(".") { digits = "0" + digits }
        guard digits.utf8.first.map(ByteSearch.isDigit) == true,
            let number = AnswerExtraction.soleNumber(digits)
        else { return nil }
        let parts = number.split(separator: ".")
        guard let scaled = BigInt(parts.joined(), radix: 10) else { return nil }
        let scale = BigInt(10).power(parts.count > 1 ? parts[1].utf8.count : 0)
        return Rational(isNegative ? -scaled : scaled, over: scale)
    }
}
