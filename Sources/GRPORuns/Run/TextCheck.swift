import GRPOTokenizers
import GRPOTraining

/// Finds the texts that a stage cannot take before the first one begins, not after hours of it:
/// those that the tokenizer does not know, without any token, or too long for the model, a prompt
/// together with a completion. Nothing is ever cut to fit.
extension TextLengths {
    /// - Parameters:
    ///   - recipe: the one whose texts were measured.
    ///   - positions: of the model of each stage.
    ///   - tokenizer: the one they were measured with.
    /// - Throws: `RunError`, an input error that names the stage and the text; `TrainingError`
    ///   for pairs that teach nothing.
    func check(_ recipe: Recipe, positions: [Int], tokenizer: any Tokenizer) throws {
        let raise = if case .shape = recipe.model { ", or raise model.max_positions" } else { "" }
        for (index, (stage, extent)) in zip(recipe.stages, stages).enumerated() {
            let place = "stage \(stage.name)"
            switch stage {
            case .grpo, .sample:
                try checkPrompts(
                    extent, place, completion: stage.completionLength ?? 0,
                    key: "max_completion_length", positions[index], raise)
            case .pretrain, .sft:
                try checkTokens(
                    extent, place, what: "document",
                    remedy: "change the text, or use a model that knows it")
                guard extent.longest > positions[index] else { continue }
                throw RunError(
                    .input, path: "\(place), \(extent.longestName)",
                    "a document of \(extent.longest) tokens, the model has \(positions[index]) "
                        + "positions",
                    remedy: "cut or leave out longer documents" + raise)
            case .rewardModel(let rewardModel):
                try checkPairs(
                    stage, rewardModel.settings.pairs, judges: rewardModel.settings.judges,
                    takesLabels: rewardModel.settings.loss == .pointwise, recipe,
                    positions[index], tokenizer)
            case .dpo(let dpo):
                try checkPairs(
                    stage, dpo.settings.pairs, judges: .completion, takesLabels: false, recipe,
                    positions[index], tokenizer)
            }
        }
        let least = zip(recipe.stages, positions).filter { $0.0.makes == .policy }.map(\.1).min()
        try checkPrompts(
            evaluation, "evaluation", completion: recipe.evaluationLength,
            key: "evaluation.max_completion_length", least ?? positions[0], raise)
    }

    private func checkPairs(
        _ stage: StageSpecification, _ settings: PairSettings, judges: JudgedText,
        takesLabels: Bool, _ recipe: Recipe, _ positions: Int, _ tokenizer: any Tokenizer
    ) throws {
        guard case .pairs(let pairs)? = stage.data else { return }
        try PairReader(
            source: pairs.source, prompt: recipe.prompt, tokenizer: tokenizer,
            positions: positions, maxLength: settings.maxLength, judges: judges,
            takesLabels: takesLabels
        ).check(testPairs: settings.evalPairs)
    }

    private func checkPrompts(
        _ extent: Extent, _ place: String, completion: Int, key: String, _ positions: Int,
        _ raise: String
    ) throws(RunError) {
        try checkTokens(
            extent, place, what: "prompt",
            remedy: "change the task's question or prompt:, or use a model that knows its text")
        guard extent.count > 0, completion > positions - extent.longest else { return }
        throw RunError(
            .input, path: "\(place), \(extent.longestName)",
            "a prompt of \(extent.longest) tokens and a completion of up to \(completion) need "
                + "\(extent.longest + completion) positions, the model has \(positions)",
            remedy: "lower \(key), or shorten the question" + raise)
    }

    private func checkTokens(
        _ extent: Extent, _ place: String, what: String, remedy: String
    ) throws(RunError) {
        if let (name, reason) = extent.failure {
            throw RunError(
                .input, path: "\(place), \(name)", "the \(what) cannot be encoded: \(reason)",
                remedy: remedy)
        }
        if let name = extent.empty {
            throw RunError(
                .input, path: "\(place), \(name)", "the \(what) has no tokens, expected at least 1",
                remedy: "give it a text")
        }
    }
}
