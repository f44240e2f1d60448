import Crypto
import Foundation

/// What a checkpoint says about itself: a small JSON text beside the HDF5 file.
///
/// The text holds no time and no host, so equal checkpoints have equal manifests. Its last value is
/// the SHA-256 of all text before that value, so that no byte of it can change unnoticed.
package struct CheckpointManifest: Sendable, Equatable {
    /// The version of file layout and manifest that this code writes, and the highest it reads.
    package static let formatVersion = 1

    package struct Dataset: Sendable, Equatable, Codable {
        package let name: String
        package let type: StoredType
        package let shape: [Int]
        /// Of the dataset's bytes as the file holds them.
        package let sha256: String
    }

    /// The version of the program that wrote it.
    package let createdBy: String
    package let stage: String
    /// The optimizer update after which this state was saved.
    package let step: Int
    /// The file hash of the checkpoint that the stage started from.
    package let parentSHA256: String?
    /// Where it comes from: further facts under their names.
    package let provenance: [String: String]
    package let fileByteCount: Int
    /// Of the whole HDF5 file: the identity of the checkpoint.
    package let fileSHA256: String
    package let datasets: [Dataset]

    /// The text of the manifest file.
    var encoded: [UInt8] {
        var text = "{\n"
        text += "  \"format\": \"grpo-checkpoint\",\n"
        text += "  \"format_version\": \(Self.formatVersion),\n"
        text += "  \"created_by\": \(Self.quoted(createdBy)),\n"
        text += "  \"stage\": \(Self.quoted(stage)),\n"
        text += "  \"step\": \(step),\n"
        text += "  \"parent_sha256\": \(parentSHA256.map(Self.quoted) ?? "null"),\n"
        text += "  \"provenance\": {"
        text += provenance.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { "\n    \(Self.quoted($0.key)): \(Self.quoted($0.value))" }
            .joined(separator: ",")
        text += provenance.isEmpty ? "},\n" : "\n  },\n"
        text += "  \"file_bytes\": \(fileByteCount),\n"
        text += "  \"file_sha256\": \(Self.quoted(fileSHA256)),\n"
        text += "  \"datasets\": ["
        text += datasets.map { dataset in
            "\n    {\"name\": \(Self.quoted(dataset.name)), "
                + "\"type\": \"\(dataset.type.rawValue)\", \"shape\": \(dataset.shape), "
                + "\"sha256\": \(Self.quoted(dataset.sha256))}"
        }.joined(separator: ",")
        text += datasets.isEmpty ? "],\n" : "\n  ],\n"
        text += "  \"manifest_sha256\": \""
        let body = Array(text.utf8)
        return body + Array(SHA256.hash(data: body).hex.utf8) + Self.ending
    }

    /// Reads the text of a manifest file after checking its own hash.
    init(verifying text: [UInt8], path: String) throws(CheckpointError) {
        let hashBytes = 64
        guard text.count > hashBytes + Self.ending.count,
            text.suffix(Self.ending.count).elementsEqual(Self.ending)
        else {
            throw .damaged(
                path: path, found: "\(text.count) bytes without the manifest's ending",
                expected: "a whole manifest")
        }
        let body = text.dropLast(hashBytes + Self.ending.count)
        let stated = text.dropLast(Self.ending.count).suffix(hashBytes)
        let found = SHA256.hash(data: body).hex
        guard stated.elementsEqual(found.utf8) else {
            throw .damaged(
                path: path, found: "manifest SHA-256 \(found)",
                expected: String(decoding: stated, as: UTF8.self))
        }
        let fields: Fields
        do {
            let version = try JSONDecoder().decode(Version.self, from: Data(text))
            guard version.format == "grpo-checkpoint", version.formatVersion == Self.formatVersion
            else {
                throw CheckpointError.damaged(
                    path: path, found: "\(version.format) version \(version.formatVersion)",
                    expected: "grpo-checkpoint version \(Self.formatVersion)")
            }
            fields = try JSONDecoder().decode(Fields.self, from: Data(text))
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw .damaged(path: path, found: "\(error)", expected: "a manifest in JSON")
        }
        createdBy = fields.createdBy
        stage = fields.stage
        step = fields.step
        parentSHA256 = fields.parentSHA256
        provenance = fields.provenance
        fileByteCount = fields.fileByteCount
        fileSHA256 = fields.fileSHA256
        datasets = fields.datasets
    }

    init(
        createdBy: String, stage: String, step: Int, parentSHA256: String?,
        provenance: [String: String], fileByteCount: Int, fileSHA256: String, datasets: [Dataset]
    ) {
        self.createdBy = createdBy
        self.stage = stage
        self.step = step
        self.parentSHA256 = parentSHA256
        self.provenance = provenance
        self.fileByteCount = fileByteCount
        self.fileSHA256 = fileSHA256
        self.datasets = datasets
    }

    private static let ending = Array("\"\n}\n".utf8)

    private struct Version: Decodable {
        let format: String
        let formatVersion: Int

        enum CodingKeys: String, CodingKey {
            case format
            case formatVersion = "format_version"
        }
    }

    private struct Fields: Decodable {
        let createdBy: String
        let stage: String
        let step: Int
        let parentSHA256: String?
        let provenance: [String: String]
        let fileByteCount: Int
        let fileSHA256: String
        let datasets: [Dataset]

        enum CodingKeys: String, CodingKey {
            case createdBy = "created_by"
            case stage
            case step
            case parentSHA256 = "parent_sha256"
            case provenance
            case fileByteCount = "file_bytes"
            case fileSHA256 = "file_sha256"
            case datasets
        }
    }

    /// A JSON string. Written here rather than by a library, so that the bytes never change with
    /// the library's taste.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Sequence where Element == UInt8 {
    /// Lower-case hexadecimal, two digits a byte.
    var hex: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
