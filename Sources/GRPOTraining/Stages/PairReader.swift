package import GRPORollouts
package import GRPOTasks
import GRPOTensors
package import GRPOTokenizers

/// Preference pairs as a model is trained on them, and what is wrong with them.
package struct PairReader {
    package let source: any PairSource
    package let prompt: PromptStyle
    package let tokenizer: any Tokenizer
    /// The tokens that a prompt with a completion may have.
    package let limit: Int
    /// What of a completion is read.
    package let judges: JudgedText
    /// Whether single completions with a label are of use.
    package let takesLabels: Bool

    package init(
        source: any PairSource, prompt: PromptStyle, tokenizer: any Tokenizer,
        positions: Int, maxLength: Int?, judges: JudgedText, takesLabels: Bool = false
    ) {
        self.source = source
        self.prompt = prompt
        self.tokenizer = tokenizer
        limit = min(maxLength ?? positions, positions)
        self.judges = judges
        self.takesLabels = takesLabels
    }

    /// Looks at all pairs that have an end, and at the held-out ones that training looks at.
    ///
    /// - Throws: `TrainingError.pairs`, counting pairs without a difference; `TokenizerError`.
    package func check(testPairs: Int) throws {
        if let count = source.pairCount() {
            guard count > 0 else { throw fault(.none) }
            let random = RandomStream(seed: 0, name: "pairs/check")
            try check(
                (0..<count).lazy.map { index in
                    var generator: any RandomNumberGenerator = random.generator(
                        step: 0, slot: index)
                    return source.pair(index, using: &generator)
                })
        }
        try check(source.testPairs(limit: testPairs))
    }

    private func check(_ pairs: some Collection<PreferencePair>) throws {
        var same: (count: Int, first: String)?
        for pair in pairs {
            let tokens = try tokens(of: pair)
            guard tokens.chosen == tokens.rejected else { continue }
            same = ((same?.count ?? 0) + 1, same?.first ?? pair.prompt)
        }
        if let same {
            throw fault(
                .withoutDifference(
                    count: same.count, of: pairs.count, prompt: same.first, judges: judges))
        }
    }

    /// The tokens of pairs as they are drawn.
    func read(_ pairs: [PreferencePair]) throws -> [PairTokens] {
        try check(pairs)
        return try pairs.map(tokens)
    }

    private func tokens(of pair: PreferencePair) throws -> PairTokens {
        func read(_ name: String, _ completion: String) throws -> CompletionTokens {
            let tokens = try CompletionTokens(
                judges.text(ofExample: completion), prompt: pair.prompt, messages: pair.messages,
                prompt, tokenizer)
            guard !tokens.prompt.isEmpty && !tokens.completion.isEmpty else {
                throw fault(.withoutTokens(completion: name, prompt: pair.prompt))
            }
            let count = tokens.prompt.count + tokens.completion.count
            guard count <= limit else {
                throw fault(
                    .tooLong(completion: name, prompt: pair.prompt, tokens: count, limit: limit))
            }
            return tokens
        }
        if let isGood = pair.label {
            guard takesLabels else { throw fault(.single(prompt: pair.prompt)) }
            let only = try read("labelled", pair.completions[0])
            return PairTokens(
                prompt: only.prompt, chosen: isGood ? only.completion : [],
                rejected: isGood ? [] : only.completion)
        }
        let chosen = try read("chosen", pair.chosen)
        let rejected = try read("rejected", pair.rejected)
        return PairTokens(
            prompt: chosen.prompt, chosen: chosen.completion, rejected: rejected.completion)
    }

    func fault(_ problem: PairFault.Problem) -> TrainingError {
        .pairs(PairFault(source: type(of: source).name, problem: problem))
    }
}
