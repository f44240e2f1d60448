package import GRPOJSON

/// Saves the rollouts of a step: one line for each completion, one file for each step, whole or
/// not at all.
package struct RolloutWriter: Sendable {
    private let directory: RunDirectory
    private let stage: String

    package init(_ directory: RunDirectory, stage: String) throws(RunError) {
        self.directory = directory
        self.stage = stage
        try RunDirectory.make(directory.rollouts(stage: stage))
    }

    /// Writes `rollouts/STAGE/step-000100.jsonl`, replacing one of the same step.
    package func write(_ rows: [some Encodable], step: Int) throws(RunError) {
        var text = ""
        for row in rows { text += JSONValue(encoding: row).text + "\n" }
        try RunFile.write(text, to: directory.rollouts(stage: stage, step: step))
    }

    /// Writes `suspicious/STAGE/step-000100.jsonl`; nothing where there are no rows.
    package func writeSuspicious(_ rows: [some Encodable], step: Int) throws(RunError) {
        guard !rows.isEmpty else { return }
        try RunDirectory.make(directory.suspicious(stage: stage))
        var text = ""
        for row in rows { text += JSONValue(encoding: row).text + "\n" }
        try RunFile.write(text, to: directory.suspicious(stage: stage, step: step))
    }

    /// The rows of a step as JSON; none where it was not saved.
    package static func rows(_ directory: RunDirectory, stage: String, step: Int) -> [JSONValue] {
        MetricsReader.lines(path: directory.rollouts(stage: stage, step: step))
            .compactMap { JSONValue($0) }
    }
}
