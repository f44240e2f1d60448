import Foundation
import GRPOCheckpoints

/// A directory of one test's own, removed with it.
final class TestDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "grpo-checkpoints-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    func put(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }
}

/// A small state that depends on `seed` in every array.
func sampleContent(seed: Int, weights: Int = 300) -> CheckpointContent {
    let values = (0..<weights).map { Float($0 * (seed + 1)) * 0.25 - 3 }
    return CheckpointContent(
        arrays: [
            NamedArray(name: "weights/layers.0.query", values: values, shape: [weights / 3, 3]),
            NamedArray(name: "optimizer/m/layers.0.query", values: values.map { $0 / 7 }),
            NamedArray(name: "optimizer/v/layers.0.query", values: values.map { $0 * $0 }),
            NamedArray(name: "counters/step", values: [Int64(seed)], shape: []),
        ],
        texts: [
            "texts/recipe.yaml": "name: sample\nseed: \(seed)\n",
            "texts/tokenizer.json": "{\"kind\": \"characters\"}",
        ])
}

extension CheckpointStore {
    @discardableResult
    func saveSample(seed: Int, step: Int) throws(CheckpointError) -> SavedCheckpoint {
        try save(sampleContent(seed: seed), step: step, stage: "grpo", createdBy: "test")
    }
}
