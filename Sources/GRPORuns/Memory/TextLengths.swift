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
        /// Texts looked at, and the tokens of all of them, those of a shared prompt once.
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
        ///   - measure: the number of tokens of a text, and how many of them are computed with
        ///     the text before it.
        init<Text>(
            _ texts: some Sequence<Text>, name: (Text) -> String,
            measure: (Text) throws(TokenizerError) -> (length: Int, shared: Int)
        ) {
            for text in texts {
                let (length, shared): (Int, Int)
                do throws(TokenizerError) {
                    (length, shared) = try measure(text)
                } catch {
                    failure = (name(text), error)
                    return
                }
                count += 1
                tokens += length - shared
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

    /// Of each stage of the recipe: the prompts of those that sample, the documents or the
    /// completions of pairs, each with its prompt, of the others.
    let stages: [Extent]
    /// The most tokens that a document of each stage can have where an earlier stage samples it.
    let sampled: [Int]
    /// Of the evaluation's prompts.
    let evaluation: Extent

    /// - Throws: `TrainingError` where a stage cannot draw its problems, or the evaluation its
    ///   examples.
    init(_ recipe: Recipe, _ tokenizer: any Tokenizer) throws(TrainingError) {
        let texts = DrawnTexts(recipe: recipe)
        func prompts(_ problems: some Sequence<Problem>) -> Extent {
            Extent(problems) { problem in
                "problem \(problem.id)"
            } measure: { problem throws(TokenizerError) in
                (try recipe.prompt.encode(problem, with: tokenizer).count, 0)
            }
        }
        func documents(_ documents: [TextDocument], inStyle: Bool) -> Extent {
            Extent(documents) { document in
                "the document " + printable(document.prompt + document.completion)
            } measure: { document throws(TokenizerError) in
                let tokens =
                    inStyle
                    ? try DocumentTokens(document, style: recipe.prompt, tokenizer)
                    : try DocumentTokens(document, tokenizer)
                return (tokens.ids.count, 0)
            }
        }
        func completions(
            of stage: StageSpecification, reading read: @escaping (String) -> String
        ) -> Extent {
            let both = texts.pairs(of: stage).flatMap { pair in
                pair.documents(read).enumerated().map { (isSecond: $0 == 1, document: $1) }
            }
            return Extent(both) { _, document in
                "the document " + printable(document.prompt + document.completion)
            } measure: { isSecond, document throws(TokenizerError) in
                let tokens = try DocumentTokens(document, style: recipe.prompt, tokenizer)
                return (tokens.ids.count, isSecond ? tokens.completion : 0)
            }
        }
        var stages: [Extent] = []
        for stage in recipe.stages {
            switch stage {
            case .grpo, .sample: stages.append(prompts(try texts.problems(of: stage)))
            case .pretrain: stages.append(documents(texts.documents(of: stage), inStyle: false))
            case .sft: stages.append(documents(texts.documents(of: stage), inStyle: true))
            case .rewardModel(let rewardModel):
                let judges = rewardModel.settings.judges
                stages.append(completions(of: stage) { judges.text(of: $0) ?? $0 })
            case .dpo: stages.append(completions(of: stage) { $0 })
            }
        }
        self.stages = stages
        let graph = recipe.graph
        sampled = graph.stages.indices.map { index in
            graph.inputs(of: index).compactMap { input in
                guard graph.stages[input].makes == .samples,
                    let length = graph.stages[input].completionLength
                else { return nil }
                return stages[input].longest + length + 1
            }.max() ?? 0
        }
        let asked = try EvaluationPrompt(
            task: (recipe.evaluation.task ?? recipe.task).source, style: recipe.prompt,
            settings: recipe.evaluation.settings)
        evaluation = Extent(texts.evaluationProblems) { problem in
            "problem \(problem.id)"
        } measure: { problem throws(TokenizerError) in
            (try asked.ask(problem, with: tokenizer).ids.count, 0)
        }
    }
}

extension PreferencePair {
    /// Every completion behind the prompt.
    ///
    /// - Parameter read: what of a completion is read.
    fileprivate func documents(_ read: (String) -> String) -> [TextDocument] {
        completions.map(read).map { completion in
            TextDocument(
                prompt: prompt, completion: completion,
                messages: messages.map { $0 + [Message(role: "assistant", content: completion)] })
        }
    }
}
