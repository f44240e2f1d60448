import GRPOCheckpoints
package import GRPOTraining

/// What a run was, for `--json` and the report.
package struct RunSummary: Encodable, Sendable {
    package struct Stage: Codable, Sendable {
        package var name: String
        package var kind: String
        package var steps: Int
        package var wallSeconds: Double
        /// Null for a stage that samples.
        package var checkpoint: String?
        /// The file of what a stage that samples has kept, and how many samples these are.
        package var samples: String?
        package var kept: Int?

        private enum CodingKeys: String, CodingKey {
            case name, kind, steps, checkpoint, samples, kept
            case wallSeconds = "wall_s"
        }

        init(_ prepared: PreparedStage, _ result: StageResult, wallSeconds: Double) {
            name = prepared.name
            kind = prepared.stage.kind
            steps = prepared.steps
            self.wallSeconds = wallSeconds
            checkpoint = result.checkpoint?.path
            samples = result.samples?.path
            kept = result.samples?.manifest.counts.kept
        }

        package func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(name, forKey: .name)
            try values.encode(kind, forKey: .kind)
            try values.encode(steps, forKey: .steps)
            try values.encode(wallSeconds, forKey: .wallSeconds)
            try values.encode(checkpoint, forKey: .checkpoint)
            try values.encodeIfPresent(samples, forKey: .samples)
            try values.encodeIfPresent(kept, forKey: .kept)
        }
    }

    package var run: String
    package var wallSeconds: Double
    package var stages: [Stage]
    package var evaluations: [EvaluationResult]
    /// Of the files trained on; nil where there are none.
    package var contamination: ContaminationCheck?

    private enum CodingKeys: String, CodingKey {
        case run, stages, evaluations, contamination
        case wallSeconds = "wall_s"
    }
}
