/// What a word does to the value before it, where it does not only name what is counted.
enum MathWordMeaning: Hashable {
    /// Multiplies it by the first number and divides it by the second.
    case scale(NumberLiteral, NumberLiteral)
    case sign(MathToken.Sign)
    /// An operator before an operand; else, as in `5 times`, what is counted.
    case times
    case power(String)
    case factorial
    /// Changes the value in a way that is not read, or may mean several things.
    case unreadable

    /// Nil for all other words; in small letters.
    init?(_ word: String) {
        guard let meaning = Self.meanings[word] else { return nil }
        self = meaning
    }

    private static let one = NumberLiteral(whole: "1")

    private static let meanings: [String: MathWordMeaning] = {
        var meanings: [String: MathWordMeaning] = [
            "plus": .sign(.plus), "minus": .sign(.minus), "over": .sign(.divide),
            "divided": .sign(.divide), "multiplied": .sign(.times), "times": .times,
            "equals": .sign(.relation(.equal)), "squared": .power("2"), "cubed": .power("3"),
            "factorial": .factorial, "half": .scale(one, NumberLiteral(whole: "2")),
            "halves": .scale(one, NumberLiteral(whole: "2")),
        ]
        let multiples = [
            "tens": 1, "hundred": 2, "thousand": 3, "lakh": 5, "million": 6, "crore": 7,
            "billion": 9, "trillion": 12, "quadrillion": 15,
        ]
        for (word, zeros) in multiples {
            let factor = NumberLiteral(whole: "1" + String(repeating: "0", count: zeros))
            meanings[word] = .scale(factor, one)
            meanings[word + "s"] = .scale(factor, one)
            guard zeros > 1 else { continue }
            meanings[word + "th"] = .scale(one, factor)
            meanings[word + "ths"] = .scale(one, factor)
        }
        for word in ["dozen", "dozens"] {
            meanings[word] = .scale(NumberLiteral(whole: "12"), one)
        }
        let parts = [
            "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
            "tenth": 10, "twelfth": 12, "twentieth": 20,
        ]
        for (word, divisor) in parts {
            meanings[word] = .scale(one, NumberLiteral(whole: "\(divisor)"))
            meanings[word + "s"] = meanings[word]
        }
        // `3 quarters` are coins or three fourths.
        let unreadable = [
            "quarter", "quarters", "gross", "choose", "modulo", "raised", "power", "doubled",
            "tripled", "halved", "inverse", "inverted", "reciprocal", "negated", "subtracted",
            "added", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
            "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
            "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy",
            "eighty", "ninety",
        ]
        for word in unreadable { meanings[word] = .unreadable }
        return meanings
    }()
}
