import Foundation
import GRPOCheckpoints
import GRPOTraining

/// The evaluations of a run, in the order in which they were made, in one small file.
struct EvaluationFile {
    private let path: String
    private(set) var results: [EvaluationResult] = []

    init(path: String) {
        self.path = path
    }

    /// Whether a stage was evaluated in this way.
    func contains(_ stage: String, task: String, _ settings: EvaluationSettings) -> Bool {
        results.contains {
            $0.stage == stage && $0.task == task && $0.problems == settings.problems
                && $0.samples == settings.samples && $0.temperature == settings.temperature
        }
    }

    /// Takes up what an earlier part of the run has written; a file that cannot be read counts as
    /// none, and its evaluations are made again.
    mutating func load() {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        results = (try? JSONDecoder().decode([EvaluationResult].self, from: data)) ?? []
    }

    mutating func append(_ result: EvaluationResult) throws {
        results.removeAll { $0.stage == result.stage }
        results.append(result)
        try RunFile.write(JSONValue(encoding: results).prettyText + "\n", to: path)
    }

    mutating func forget(_ stages: Set<String>) {
        results.removeAll { stages.contains($0.stage) }
    }
}

extension EvaluationFile {
    /// The evaluations of a run as rows of the report.
    static func rows(in directory: RunDirectory) -> [EvaluationRow] {
        let path = directory.path + "/evaluations.json"
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return (try? JSONDecoder().decode([EvaluationRow].self, from: data)) ?? []
    }
}
