package import GRPOModels
package import GRPOTensors

/// How many rows pass forward and backward together: memory against time, nothing mathematical.
package struct MicroBatchBudget: Codable, Sendable, Equatable {
    /// Groups, or documents, are packed together up to this many rows.
    package let rows: Int
    /// A group of at most this many rows is never cut, so that its prompt is computed once; a larger
    /// one is, between its completions.
    package let limit: Int

    /// A budget that nothing but a single completion exceeds.
    package init(rows: Int) {
        self.rows = rows
        limit = rows
    }

    /// What a recipe sets, or else what suits the model: `limit` rows, and fewer where a row's
    /// activations take more than 32 KiB, but 768.
    ///
    /// Every micro-batch reads and writes all gradients once. With products of `F` operations and
    /// memory of `B` bytes a second that is `8 / B` beside `6 rows / F` seconds a parameter, so what
    /// it costs depends on the rows alone, not on the model; EXPERIMENTS.md has it measured.
    /// Gradient checkpointing does not enter, so that it changes no sum.
    package init(
        _ rows: Int?, atMost limit: Int, for configuration: DecoderConfiguration,
        on backend: any Backend
    ) {
        let bytes = configuration.activationBytes(
            parameter: backend.parameterType.byteCount,
            activation: backend.activationType.byteCount)
        self.rows = rows ?? min(limit, max(Self.leastRows, limit * Self.smallRow / bytes))
        self.limit = rows ?? limit
    }

    /// About a twentieth of a step goes into the gradients' passes then.
    package static let leastRows = 768
    /// The bytes of activations a row up to which memory is no concern: `limit` rows are taken.
    private static let smallRow = 32 << 10
}
