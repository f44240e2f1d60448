/// How the text of a scalar is read once the wanted type is known.
///
/// Reading is directed by the type, not by YAML's guess: `no` is text where text is wanted,
/// `2e-3` is a number where a number is wanted (YAML 1.1 calls it text), `1e3` and `8.0` are
/// whole numbers, `010` is ten (not octal eight), and `yes` is no boolean. Quoted scalars are text.
enum RecipeScalar {
    static func bool(_ node: RecipeNode) -> Bool? {
        guard case .scalar(let text, quoted: false) = node.content else { return nil }
        switch text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: return nil
        }
    }

    /// A finite double or an explicit `.inf`; nil for all else, overflow included.
    static func double(_ node: RecipeNode) -> Double? {
        guard case .scalar(let text, quoted: false) = node.content else { return nil }
        switch text {
        case ".inf", "+.inf": return .infinity
        case "-.inf": return -.infinity
        default: break
        }
        guard let digits = numeral(text), let value = Double(digits) else { return nil }
        return value.isFinite ? value : nil
    }

    /// A whole number of any integer type; nil where the text is no whole number or does not fit.
    static func integer<I: FixedWidthInteger>(_ node: RecipeNode, as type: I.Type) -> I? {
        guard case .scalar(let text, quoted: false) = node.content, let digits = numeral(text)
        else { return nil }
        if let value = I(digits) { return value }
        // Beyond 2^53 a double no longer holds every whole number.
        guard let value = Double(digits), value.magnitude <= 0x1p53 else { return nil }
        return I(exactly: value)
    }

    /// The decimal numeral without its digit separators, or nil where the text is none. Swift's
    /// own parsers would also take hexadecimal, `inf` and `nan`.
    private static func numeral(_ text: String) -> String? {
        let characters = Array(text.utf8)
        var index = 0
        var result = ""
        func isDigit(_ i: Int) -> Bool {
            characters.indices ~= i && (0x30...0x39).contains(characters[i])
        }
        func take(_ i: Int) { result.unicodeScalars.append(Unicode.Scalar(characters[i])) }
        func takeDigits() -> Bool {
            let start = index
            while isDigit(index)
                || (index > start && index < characters.count && characters[index] == 0x5F
                    && isDigit(index + 1))
            {
                if characters[index] != 0x5F { take(index) }
                index += 1
            }
            return index > start
        }
        func takeOne(of set: String) -> Bool {
            guard index < characters.count, set.utf8.contains(characters[index]) else {
                return false
            }
            take(index)
            index += 1
            return true
        }
        _ = takeOne(of: "+-")
        let whole = takeDigits()
        if !whole { result += "0" }
        var fraction = false
        if takeOne(of: ".") {
            fraction = takeDigits()
            if !fraction { result += "0" }
        }
        guard whole || fraction else { return nil }
        if takeOne(of: "eE") {
            _ = takeOne(of: "+-")
            guard takeDigits() else { return nil }
        }
        return index == characters.count ? result : nil
    }
}
