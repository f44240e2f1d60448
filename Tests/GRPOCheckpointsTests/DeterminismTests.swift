import Foundation
import GRPOCheckpoints
import Testing

@Suite struct DeterminismTests {
    @Test func equalStatesGiveEqualFiles() throws {
        let (first, second) = (try TestDirectory(), try TestDirectory())
        try CheckpointStore(directory: first.path).saveSample(seed: 3, step: 7)
        Thread.sleep(forTimeInterval: 1.1)
        var shuffled = sampleContent(seed: 3)
        shuffled.arrays.reverse()
        try CheckpointStore(directory: second.path).save(
            shuffled, step: 7, stage: "grpo", createdBy: "test")
        for name in ["step-000007.h5", "step-000007.json"] {
            #expect(try first.bytes(name) == second.bytes(name), "\(name)")
        }
    }

    @Test func anotherProcessGivesTheSameFile() async throws {
        let (here, there) = (try TestDirectory(), try TestDirectory())
        try CheckpointStore(directory: here.path).saveSample(seed: 5, step: 2)
        let path = there.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            try CheckpointStore(directory: path).saveSample(seed: 5, step: 2)
        }
        #expect(try here.bytes("step-000002.h5") == there.bytes("step-000002.h5"))
        #expect(try here.bytes("step-000002.json") == there.bytes("step-000002.json"))
    }

    @Test func anotherStateGivesAnotherHash() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        let first = try store.saveSample(seed: 1, step: 1).checkpoint
        let second = try store.saveSample(seed: 2, step: 2).checkpoint
        #expect(first.hash != second.hash)
        #expect(first.manifest.datasets[0].sha256 != second.manifest.datasets[0].sha256)
    }

    @Test func manifestReturnsWhatWasSaved() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        let saved = try store.save(
            sampleContent(seed: 1), step: 1_234_567, stage: "odd \"stage\"\n\u{1}🙂",
            parent: String(repeating: "ab", count: 32),
            provenance: ["data_sha256": "00ff", "kept \\ rows": "12"], createdBy: "1.2.3")
        #expect(directory.names == ["step-1234567.h5", "step-1234567.json"])
        let verified = try store.verify(step: 1_234_567)
        #expect(verified == saved.checkpoint)
        #expect(verified.manifest.stage == "odd \"stage\"\n\u{1}🙂")
        #expect(verified.manifest.provenance["kept \\ rows"] == "12")
        #expect(
            verified.manifest.datasets.map(\.name) == [
                "counters/step", "optimizer/m/layers.0.query", "optimizer/v/layers.0.query",
                "texts/recipe.yaml", "texts/tokenizer.json", "weights/layers.0.query",
            ])
        #expect(verified.manifest.datasets.last?.shape == [100, 3])
    }
}
