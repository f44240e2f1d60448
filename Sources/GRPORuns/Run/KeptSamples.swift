import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPOTraining

/// The samples that a stage kept: `samples/STAGE.jsonl`, TRL's prompts and completions, and beside
/// it, as `samples/STAGE.json`, what vouches for them.
struct KeptSamples {
    /// Where the samples come from and what became of the others. It holds no time and no host, so
    /// equal samples have equal manifests.
    struct Manifest: Codable, Equatable {
        var stage: String
        /// The file hash of the checkpoint that was sampled; nil for the recipe's own model.
        var parentSHA256: String?
        /// As in a checkpoint's manifest.
        var provenance: [String: String]
        /// Of the samples' file.
        var sha256: String
        var counts: SampleCounts

        private enum CodingKeys: String, CodingKey {
            case stage, provenance, sha256, counts
            case parentSHA256 = "parent_sha256"
        }
    }

    let path: String
    let manifest: Manifest

    /// The samples of a finished stage; nil where it has none yet.
    ///
    /// - Throws: `RunError` where the file is not the one that its manifest vouches for.
    init?(stage: String, in directory: RunDirectory) throws {
        let vouching = directory.samplesManifest(stage: stage)
        guard let data = FileManager.default.contents(atPath: vouching) else { return nil }
        path = directory.samples(stage: stage)
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: data) else {
            throw RunError(
                .failure, path: vouching, "found no manifest of samples, expected one",
                remedy: "remove it and use --resume, which samples again")
        }
        let found = try? Hash.sha256(ofFile: path)
        guard found == manifest.sha256 else {
            throw RunError(
                .failure, path: path,
                "found \(found.map { "SHA-256 \($0)" } ?? "no such file"), expected "
                    + "\(manifest.sha256), the \(manifest.counts.kept) samples of stage \(stage)",
                remedy: "put that file back, or remove \(vouching) and use --resume, which samples "
                    + "again")
        }
        self.manifest = manifest
    }

    /// Writes the samples of a stage, first them and then what vouches for them.
    init(
        _ rows: [SampleRow], counts: SampleCounts, stage: String, parent: String?,
        provenance: [String: String], in directory: RunDirectory
    ) throws {
        path = directory.samples(stage: stage)
        let text = Self.text(of: rows)
        manifest = Manifest(
            stage: stage, parentSHA256: parent, provenance: provenance, sha256: Hash.sha256(text),
            counts: counts)
        try RunFile.write(text, to: path)
        try directory.write(manifest, to: directory.samplesManifest(stage: stage))
    }

    /// One line for each; what a sample has not, its line leaves out.
    static func text(of rows: [SampleRow]) -> String {
        rows.map { row in
            let members = JSONValue(encoding: row).members ?? []
            return JSONValue.object(members.filter { $0.value != .null }).text + "\n"
        }.joined()
    }

    func rows() throws(RunError) -> [SampleRow] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw RunError(
                .failure, path: path, "could not be read", remedy: "check its permissions")
        }
        return try Self.rows(of: String(decoding: data, as: UTF8.self), at: path)
    }

    static func rows(of text: String, at path: String) throws(RunError) -> [SampleRow] {
        let decoder = JSONDecoder()
        var rows: [SampleRow] = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            guard let row = try? decoder.decode(SampleRow.self, from: Data(line.utf8)) else {
                throw RunError(
                    .failure, path: "\(path):\(index + 1)",
                    "no sample, expected an object with prompt and completion",
                    remedy: "remove the stage's samples and use --resume, which samples again")
            }
            rows.append(row)
        }
        return rows
    }
}
