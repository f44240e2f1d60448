import Foundation
import GRPOCheckpoints
import GRPOModels
import GRPORollouts
import GRPOTensors

/// The weights that a stage's adapters stand beside: where they lie, and what they are. A
/// checkpoint of adapters keeps it in place of the weights.
struct AdapterBase: Codable, Sendable {
    /// Absolute, or seen from the directory of the checkpoint: a run can be moved as a whole.
    var path: String
    /// Of the model file or checkpoint.
    var sha256: String

    /// The document of a checkpoint that says it.
    static let text = "base.json"

    init(path: String, sha256: String) {
        self.path = path
        self.sha256 = sha256
    }

    /// A checkpoint of another stage of the same run.
    init(_ parent: Checkpoint) {
        let file = URL(fileURLWithPath: parent.path)
        let stage = file.deletingLastPathComponent().lastPathComponent
        self.init(path: "../\(stage)/\(file.lastPathComponent)", sha256: parent.hash)
    }

    /// What a checkpoint of adapters says.
    init(of file: borrowing PolicyCheckpoint, at path: String) throws {
        guard let text = try file.text(Self.text) else {
            throw CheckpointError.missingDataset(path: path, name: Self.text)
        }
        do {
            self = try JSONDecoder().decode(AdapterBase.self, from: Data(text.utf8))
        } catch {
            throw CheckpointError.damaged(
                path: path, found: "a \(Self.text) that does not decode: \(error)",
                expected: "the weights beside its adapters")
        }
    }

    /// The same path seen from the run's directory of a stage's adapters.
    var pathFromAdapters: String {
        path.hasPrefix("../") ? "../../checkpoints/" + path.dropFirst(3) : path
    }

    /// The weights, earlier adapters merged into them.
    ///
    /// - Parameter checkpoint: the one that holds the adapters.
    /// - Throws: `RunError` where other weights lie there; what `PolicyFile.load` throws.
    func decoder(of checkpoint: String, _ backend: any Backend) throws -> Decoder {
        let directory = URL(fileURLWithPath: checkpoint).deletingLastPathComponent()
        let place =
            path.hasPrefix("/")
            ? path : directory.appendingPathComponent(path).standardizedFileURL.path
        let found = try PolicyFile.hash(of: place)
        guard found == sha256 else {
            throw RunError(
                .input, path: place,
                "found SHA-256 \(found), expected \(sha256), beside which the adapters of "
                    + "\(checkpoint) were trained",
                remedy: "put that file back")
        }
        return try PolicyFile.load(place, backend: backend).decoder.mergedInPlace()
    }
}
