import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPOTraining

/// An unfinished stage that samples: the rows so far, and the state that vouches for them.
struct SampleProgress {
    private struct Saved: Codable {
        var provenance: [String: String]
        var state: SampleState
        /// Of the rows' text; a longer file has rows that the state does not know of.
        var bytes: Int
        var sha256: String
    }

    private let path: String
    private let statePath: String
    private(set) var provenance: [String: String] = [:]
    private(set) var state = SampleState()
    private(set) var rows: [SampleRow] = []

    /// What an earlier part of the run has written: as much as the state vouches for, and nothing
    /// where the files are damaged.
    init(stage: String, in directory: RunDirectory) {
        path = directory.samples(stage: stage) + RunDirectory.partial
        statePath = directory.samplesManifest(stage: stage) + RunDirectory.partial
        guard let data = FileManager.default.contents(atPath: statePath),
            let saved = try? JSONDecoder().decode(Saved.self, from: data),
            let written = FileManager.default.contents(atPath: path), saved.bytes <= written.count,
            case let text = String(decoding: written.prefix(saved.bytes), as: UTF8.self),
            Hash.sha256(text) == saved.sha256,
            let rows = try? KeptSamples.rows(of: text, at: path)
        else { return }
        (provenance, state, self.rows) = (saved.provenance, saved.state, rows)
    }

    /// Takes up what a step kept; with the state it is on disk when the call returns. The rows are
    /// written as a whole: there are never many more than a stage can be trained on.
    mutating func add(
        _ kept: [SampleRow], _ state: SampleState, provenance: [String: String]
    ) throws {
        rows += kept
        self.state = state
        let text = KeptSamples.text(of: rows)
        let saved = Saved(
            provenance: provenance, state: state, bytes: text.utf8.count,
            sha256: Hash.sha256(text))
        try RunFile.write(text, to: path)
        try RunFile.write(JSONValue(encoding: saved).text + "\n", to: statePath)
    }

    /// Forgets everything.
    mutating func remove() {
        for file in [statePath, path] { try? FileManager.default.removeItem(atPath: file) }
        (provenance, state, rows) = ([:], SampleState(), [])
    }
}
