extension MathLexer {
    /// A LaTeX command; `place` is behind its backslash.
    mutating func command() throws(MathFault) {
        guard let first = peek() else { throw .malformed }
        guard Self.isLetter(first) else {
            place += 1
            try control(String(first))
            return
        }
        var name = letters(from: place)
        // Spaces that a data set has lost: `\quadx_{2}`.
        if name.hasPrefix("quad"), name.count > 4 { name = "quad" }
        place += name.unicodeScalars.count
        if name == "left" || name == "right" {
            try delimiter()
        } else if MathNames.silent.contains(name) {
            return
        } else if name == "begin" || name == "end" {
            try environment(begins: name == "begin")
        } else if MathNames.texts.contains(name) {
            try text(in: name)
        } else if let sign = MathNames.signs[name] {
            try append(.sign(sign))
        } else if MathNames.functions.contains(name) {
            try append(.function(name))
        } else if MathNames.largeOperators.contains(name) {
            try append(.largeOperator(name))
        } else if !MathNames.wrappers.contains(name) {
            try append(.symbol(MathNames.symbols[name] ?? name))
        }
    }

    /// A command of one character.
    private mutating func control(_ name: String) throws(MathFault) {
        if name == "\\" {
            // `\\frac` is what a doubled backslash has left of `\frac`; else it ends a row.
            let run = letters(from: place)
            let isCommand =
                run.count > 1
                && (MathNames.signs[run] != nil || MathNames.texts.contains(run)
                    || ["left", "right", "boxed", "infty", "pi"].contains(run))
            if isCommand { try command() } else { try append(.sign(.rowBreak)) }
        } else if let sign = MathNames.signs[name] {
            try append(.sign(sign))
        } else if !MathNames.silent.contains(name), name.contains(where: { !$0.isWhitespace }) {
            throw .malformed
        }
    }

    /// `\left.` and `\right.` show nothing; all other sizes are left to the bracket itself.
    private mutating func delimiter() throws(MathFault) {
        let next = skippingSpaces(from: place)
        if next < scalars.count, scalars[next] == "." { place = next + 1 }
    }

    private mutating func environment(begins: Bool) throws(MathFault) {
        guard let content = group() else { throw .malformed }
        guard !MathNames.plainEnvironments.contains(content) else { return }
        try append(.sign(begins ? .beginMatrix : .endMatrix))
        // The columns of an array.
        if begins, content == "array" { _ = group() }
    }

    /// The text in braces that begins here, its braces balanced; nil, and nothing taken, where there
    /// are none.
    private mutating func group() -> String? {
        var index = skippingSpaces(from: place)
        guard index < scalars.count, scalars[index] == "{" else { return nil }
        index += 1
        let start = index
        var depth = 1
        while index < scalars.count {
            switch scalars[index] {
            case "\\": index += 1
            case "{": depth += 1
            case "}": depth -= 1
            default: break
            }
            if depth == 0 {
                var content = String.UnicodeScalarView()
                content.append(contentsOf: scalars[start..<index])
                place = index + 1
                return String(content)
            }
            index += 1
        }
        return nil
    }

    /// `\text{…}`: a connective, the name of an operator, a unit behind a value, or words.
    private mutating func text(in command: String) throws(MathFault) {
        let start = place
        guard let content = group() else { return }
        let words = content.split { !$0.isLetter && !$0.isNumber }
            .map { MathNames.functions.contains(String($0)) ? String($0) : $0.lowercased() }
        let holdsMathematics = content.contains { $0.isNumber || "\\$^+=".contains($0) }
        if let connective = ["and", "or"].first(where: { words.last == $0 }) {
            try append(.sign(connective == "and" ? .and : .or))
        } else if content.first == ",", words.first == "and" || words.first == "or" {
            try append(.sign(.and))
        } else if let name = words.first, words.count == 1, isFunction(name) {
            try append(.function(name))
        } else if holdsMathematics || (words.count == 1 && words[0].count == 1) {
            // Its content is read like the rest, its braces as a group.
            place = start
        } else if words.count == 1, let token = MathNames.words[words[0]] {
            try append(token)
        } else if tokens.last?.endsValue == true {
            for word in words { try behindValue(word) }
            skipUnitPower()
        } else if !words.isEmpty {
            try append(.text(words.joined(separator: " ")))
        } else if content.contains(",") {
            try append(.sign(.comma))
        }
    }
}
