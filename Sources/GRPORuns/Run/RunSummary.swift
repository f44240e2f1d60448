package import GRPOTraining

/// What a run was, for `--json` and the report.
package struct RunSummary: Encodable, Sendable {
    package struct Stage: Codable, Sendable {
        package var name: String
        package var kind: String
        package var steps: Int
        package var wallSeconds: Double
        package var checkpoint: String

        private enum CodingKeys: String, CodingKey {
            case name, kind, steps, checkpoint
            case wallSeconds = "wall_s"
        }
    }

    package var run: String
    package var wallSeconds: Double
    package var stages: [Stage]
    package var evaluations: [EvaluationResult]

    private enum CodingKeys: String, CodingKey {
        case run, stages, evaluations
        case wallSeconds = "wall_s"
    }
}
