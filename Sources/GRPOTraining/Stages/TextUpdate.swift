import GRPOModels
import GRPOObjectives
import GRPOTensors

/// The token ids of a document with its ending, and which of them count in the loss.
struct TrainedText {
    let ids: [Int32]
    /// The first that counts; the number of ids where none does.
    let firstTarget: Int

    init(_ tokens: DocumentTokens, completionOnly: Bool) {
        ids = tokens.ids
        let first = completionOnly ? max(1, tokens.completion) : 1
        firstTarget = min(first, tokens.ids.count)
    }

    /// Tokens that count in the loss.
    var targetCount: Int { ids.count - firstTarget }
}

/// One gradient of the mean negative log-likelihood over a batch of documents, packed.
struct TextUpdate {
    let microBatch: MicroBatchBudget
    /// Whether backward computes each block's activations again.
    let gradientCheckpointing: Bool

    /// Adds the gradient of the mean over all targets; returns the loss in nats a token.
    func accumulate(_ texts: [TrainedText], into decoder: Decoder) -> Double {
        let objective = LikelihoodObjective()
        let normalizer = Normalizer(
            tokens: texts.reduce(0) { $0 + $1.targetCount },
            sequences: texts.count { $0.targetCount > 0 })
        var loss = 0.0
        var start = 0
        while start < texts.count {
            var packed = PackedTokens()
            var end = start
            repeat {
                packed.addText(texts[end].ids, targetsFrom: max(1, texts[end].firstTarget))
                end += 1
            } while end < texts.count
                && packed.tokens.count + texts[end].ids.count <= microBatch.rows
            decoder.accumulateGradients(
                packed, temperature: 1, checkpointing: gradientCheckpointing
            ) { current in
                let share = objective.evaluate(
                    logProbabilities: current.logProbabilities, sequences: packed.sequences,
                    normalizer: normalizer)
                loss += share.loss
                return Decoder.HeadGradients(dLogProbabilities: share.dLogProbabilities)
            }
            start = end
        }
        return loss
    }
}
