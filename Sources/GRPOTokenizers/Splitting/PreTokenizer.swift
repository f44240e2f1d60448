/// How text is split into words, inside which alone byte pairs merge.
///
/// The expressions of the families served are recognised by their text and scanned by hand; any
/// other goes to PCRE2.
struct PreTokenizer: Sendable {
    private enum Stage: Sendable {
        case gpt2(GPT2Scanner)
        case llama(LlamaScanner)
        case deepSeek(DeepSeekScanner)
        case run(ClassRunScanner)
        case trailingSpace(TrailingSpaceScanner)
        case pattern(PatternScanner, dropsGaps: Bool)
    }

    private let stages: [Stage]

    /// - Throws: `TokenizerError.malformedPattern` for an expression PCRE2 does not take.
    init(_ rules: [SplitRule]) throws(TokenizerError) {
        var stages: [Stage] = []
        var rest = rules[...]
        while let rule = rest.popFirst() {
            if rule == .digits(individual: true), rest.first == .pattern(SplitRule.gpt2) {
                rest = rest.dropFirst()
                stages.append(.gpt2(GPT2Scanner(isolatesDigits: true)))
            } else {
                stages.append(try Self.stage(rule))
            }
        }
        self.stages = stages
    }

    private static func stage(_ rule: SplitRule) throws(TokenizerError) -> Stage {
        switch rule {
        case .digits(let individual):
            return .run(
                ClassRunScanner(
                    ScalarSet([.number, .newNumber]), longest: individual ? 1 : .max))
        case .pattern(SplitRule.gpt2, _):
            return .gpt2(GPT2Scanner(isolatesDigits: false))
        case .pattern(SplitRule.llama3, _):
            return .llama(LlamaScanner(digits: 3, marksAreLetters: false))
        case .pattern(SplitRule.qwen2, _):
            return .llama(LlamaScanner(digits: 1, marksAreLetters: false))
        case .pattern(SplitRule.qwen35, _):
            return .llama(LlamaScanner(digits: 1, marksAreLetters: true))
        case .pattern(SplitRule.deepSeekV3, false):
            return .deepSeek(DeepSeekScanner())
        case .pattern(#"\s+$"#, false):
            return .trailingSpace(TrailingSpaceScanner())
        case .pattern(let pattern, let dropsGaps):
            if !dropsGaps, let scanner = ClassRunScanner(pattern: pattern) {
                return .run(scanner)
            }
            return .pattern(try PatternScanner(pattern), dropsGaps: dropsGaps)
        }
    }

    /// Calls `body` with each word of valid UTF-8, in order.
    @inline(__always)
    func forEachWord(
        in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws(TokenizerError) {
        // With one stage the scanner is inlined into the loop over the words.
        guard stages.count == 1 else { return try split(text, by: stages[...], body) }
        switch stages[0] {
        case .gpt2(let scanner):
            try forEachPiece(in: text, scanner) { (piece) throws(TokenizerError) in body(piece) }
        case .llama(let scanner):
            try forEachPiece(in: text, scanner) { (piece) throws(TokenizerError) in body(piece) }
        default:
            try split(text, by: stages[...], body)
        }
    }

    private func split(
        _ text: UnsafeBufferPointer<UInt8>, by stages: ArraySlice<Stage>,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws(TokenizerError) {
        guard let stage = stages.first else { return body(text) }
        let rest = stages.dropFirst()
        func next(_ piece: UnsafeBufferPointer<UInt8>) throws(TokenizerError) {
            if rest.isEmpty { body(piece) } else { try split(piece, by: rest, body) }
        }
        switch stage {
        case .gpt2(let scanner): try forEachPiece(in: text, scanner, next)
        case .llama(let scanner): try forEachPiece(in: text, scanner, next)
        case .deepSeek(let scanner): try forEachPiece(in: text, scanner, next)
        case .run(let scanner): try forEachPiece(in: text, scanner, next)
        case .trailingSpace(let scanner): try forEachPiece(in: text, scanner, next)
        case .pattern(let scanner, let dropsGaps):
            try forEachPiece(in: text, scanner, dropsGaps: dropsGaps, next)
        }
    }

    /// Calls `body` with each match and what lies between.
    @inline(__always)
    private func forEachPiece(
        in text: UnsafeBufferPointer<UInt8>, _ scanner: some WordScanner, dropsGaps: Bool = false,
        _ body: (UnsafeBufferPointer<UInt8>) throws(TokenizerError) -> Void
    ) throws(TokenizerError) {
        var start = 0
        while start < text.count {
            let match = try scanner.match(in: text, from: start) ?? text.count..<text.count
            if start < match.lowerBound, !dropsGaps {
                try body(UnsafeBufferPointer(rebasing: text[start..<match.lowerBound]))
            }
            if !match.isEmpty { try body(UnsafeBufferPointer(rebasing: text[match])) }
            start = match.upperBound
        }
    }
}
