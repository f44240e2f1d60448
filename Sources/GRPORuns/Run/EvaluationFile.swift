import Foundation
import GRPOJSON
package import GRPOTraining

/// The evaluations of a run, in the order in which they were made, in one small file; beside it, in
/// a directory of the same name, what each stage wrote (`evaluations/STAGE.jsonl`).
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

    /// Adds an evaluation: first its samples, then the result that vouches for them.
    mutating func append(
        _ result: EvaluationResult, samples: EvaluationSamples, identity: String
    ) throws {
        try RunDirectory.make(Self.directory(beside: path))
        try SamplesFile.write(samples, to: samplesPath(stage: result.stage))
        try append(result, identity: identity)
    }

    mutating func append(_ result: EvaluationResult, identity: String) throws {
        entries.removeAll { $0.result.stage == result.stage }
        entries.append(Entry(identity: identity, result: result))
        try RunFile.write(JSONValue(encoding: entries).prettyText + "\n", to: path)
    }

    /// Forgets evaluations and removes their samples.
    mutating func forget(_ stages: Set<String>) {
        entries.removeAll { stages.contains($0.result.stage) }
        for stage in stages {
            try? FileManager.default.removeItem(atPath: samplesPath(stage: stage))
        }
    }

    /// The evaluations of a run.
    static func results(in directory: RunDirectory) -> [EvaluationResult] {
        var file = EvaluationFile(path: directory.evaluations)
        file.load()
        return file.results
    }

    private func samplesPath(stage: String) -> String {
        Self.samples(stage: stage, beside: path)
    }

    /// The file of a stage's samples, which lies in a directory beside that of the evaluations.
    fileprivate static func samples(stage: String, beside evaluations: String) -> String {
        precondition(RunDirectory.isPlainName(stage), "'\(stage)' is no plain name of a stage")
        return directory(beside: evaluations) + "/" + stage + ".jsonl"
    }

    private static func directory(beside evaluations: String) -> String {
        (evaluations as NSString).deletingPathExtension
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

extension RunDirectory {
    /// What a stage wrote in its evaluation (see `SamplesFile`).
    package func evaluationSamples(stage: String) -> String {
        EvaluationFile.samples(stage: stage, beside: evaluations)
    }

    /// How a stage compares with another by the samples of their evaluations.
    ///
    /// - Throws: `RunError` where a stage has none, `TrainingError` where they were asked other
    ///   problems.
    ///
    /// - Parameter measures: of `EvaluationSamples.ownMeasures` those that are wanted too.
    package func comparison(
        of stage: String, against other: String, measures: [String] = []
    ) throws -> PairedComparison {
        func samples(_ stage: String) throws -> EvaluationSamples {
            try SamplesFile.read(evaluationSamples(stage: stage)).adding(measures)
        }
        return try PairedComparison(samples(stage), against: samples(other))
    }
}
