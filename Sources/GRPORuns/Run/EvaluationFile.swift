import Foundation
import GRPOJSON
import GRPOTraining

/// The evaluations of a run, in the order in which they were made, in one small file.
struct EvaluationFile {
    private let path: String
    private var entries: [Entry] = []

    init(path: String) {
        self.path = path
    }

    var results: [EvaluationResult] { entries.map(\.result) }

    /// Whether a stage was evaluated in this way.
    ///
    /// - Parameter identity: the hash of everything that goes into the evaluation.
    func contains(_ stage: String, identity: String) -> Bool {
        entries.contains { $0.result.stage == stage && $0.identity == identity }
    }

    /// Takes up what an earlier part of the run has written; a file that cannot be read counts as
    /// none, and its evaluations are made again.
    mutating func load() {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        entries = (try? JSONDecoder().decode([Entry].self, from: data)) ?? []
    }

    mutating func append(_ result: EvaluationResult, identity: String) throws {
        entries.removeAll { $0.result.stage == result.stage }
        entries.append(Entry(identity: identity, result: result))
        try RunFile.write(JSONValue(encoding: entries).prettyText + "\n", to: path)
    }

    mutating func forget(_ stages: Set<String>) {
        entries.removeAll { stages.contains($0.result.stage) }
    }

    /// The evaluations of a run.
    static func results(in directory: RunDirectory) -> [EvaluationResult] {
        var file = EvaluationFile(path: directory.evaluations)
        file.load()
        return file.results
    }

    /// A result, with one more field that says what it is a result of.
    private struct Entry: Codable {
        var identity: String
        var result: EvaluationResult

        private enum CodingKeys: String, CodingKey { case identity }

        init(identity: String, result: EvaluationResult) {
            self.identity = identity
            self.result = result
        }

        init(from decoder: any Decoder) throws {
            result = try EvaluationResult(from: decoder)
            identity =
                try decoder.container(keyedBy: CodingKeys.self)
                .decodeIfPresent(String.self, forKey: .identity) ?? ""
        }

        func encode(to encoder: any Encoder) throws {
            try result.encode(to: encoder)
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(identity, forKey: .identity)
        }
    }
}
