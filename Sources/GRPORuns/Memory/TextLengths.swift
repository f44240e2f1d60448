import GRPOJSON
import GRPORollouts
import GRPOTasks
import GRPOTokenizers
import GRPOTraining

/// The lengths in tokens of what a recipe trains on and is evaluated with, found by the tokenization
/// that the stages use.
package struct TextLengths: Sendable {
    /// Of one stage's texts, or of the evaluation's.
    package struct Extent: Sendable {
        /// Texts looked at, and the tokens of all of them.
        private(set) var count = 0
        private(set) var tokens = 0
        /// The tokens of the longest text, and which one it is.
        private(set) var longest = 0
        private(set) var longestName = ""
        /// The first text without any token.
        private(set) var empty: String?
        /// The first text that the tokenizer cannot encode; none behind it was looked at.
        private(set) var failure: (name: String, reason: TokenizerError)?

        /// - Parameters:
        ///   - name: says to people which text is meant.
        ///   - measure: the number of tokens of a text.
        init<Text>(
            _ texts: some Sequence<Text>, name: (Text) -> String,
            measure: (Text) throws(TokenizerError) -> Int
        ) {
            for text in texts {
                let length: Int
                do throws(TokenizerError) {
                    length = try measure(text)
                } catch {
                    failure = (name(text), error)
                    return
                }
                count += 1
                tokens += length
                if length > longest { (longest, longestName) = (length, name(text)) }
                if length == 0, empty == nil { empty = name(text) }
            }
        }

        /// The tokens of so many texts: the average's, and at least the longest's.
        func total(of texts: Int) -> Int {
            let mean = Double(tokens) / Double(max(1, count))
            return max(longest, Int(mean * Double(texts)))
        }
    }

    /// Of each stage of the recipe: prompts of a grpo stage, documents of a pretrain stage.
    let stages: [Extent]
    /// Of the evaluation's prompts.
    let evaluation: Extent

    init(_ recipe: Recipe, _ tokenizer: any Tokenizer) {
        let texts = DrawnTexts(recipe: recipe)
        func prompts(_ problems: some Sequence<Problem>) -> Extent {
            Extent(problems) { problem in
                "problem \(problem.id)"
            } measure: { problem throws(TokenizerError) in
                try recipe.prompt.encode(problem, with: tokenizer).count
            }
        }
        stages = recipe.stages.map { stage -> Extent in
            switch stage {
            case .grpo(let grpo): prompts(texts.problems(of: grpo))
            case .pretrain(let pretrain):
                Extent(texts.documents(of: pretrain)) { document in
                    "the document " + printable(document.prompt + document.completion)
                } measure: { document throws(TokenizerError) in
                    try DocumentTokens(document, tokenizer).ids.count
                }
            }
        }
        evaluation = prompts(texts.evaluationProblems)
    }
}
