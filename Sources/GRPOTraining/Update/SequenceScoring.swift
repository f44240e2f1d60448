package import GRPOModels
import GRPOTensors

extension Decoder {
    /// The score of every sequence, without anything a backward would need.
    package func scores(_ packed: PackedSequences) -> [Double] {
        let pass = Pass(backend, packed.packing)
        return scoring.scores(infer(packed.tokens, pass), rows: packed.lastRows, backend).scores
    }

    /// One micro-batch: forward, the objective, backward. Gradients are added to the parameters'.
    ///
    /// - Parameter objective: turns scores into dLoss / dscore.
    package func accumulateGradients(
        _ packed: PackedSequences, checkpointing: Bool, objective: ([Double]) -> [Double]
    ) {
        let pass = Pass(backend, packed.packing)
        var (x, saved) = forward(packed.tokens, pass, checkpointing: checkpointing)
        let (scores, head) = scoring.scores(x, rows: packed.lastRows, backend)
        x = scoring.backward(
            objective(scores), head, tokenCount: packed.packing.tokenCount, backend)
        backward(x, &saved, pass)
    }

    private var scoring: ScoreHead {
        guard let scoreHead else {
            preconditionFailure("a score of a decoder without a score head")
        }
        return scoreHead
    }
}
