import Foundation
import GRPOCheckpoints
import Testing

@Suite struct DamageTests {
    /// A store with two sound checkpoints, steps 1 and 2.
    private func makeStore(_ directory: TestDirectory) throws -> CheckpointStore {
        let store = try CheckpointStore(directory: directory.path)
        try store.saveSample(seed: 1, step: 1)
        try store.saveSample(seed: 2, step: 2)
        return store
    }

    /// That the newest is skipped, with a reason that names it, and the one before is found.
    private func expectFallback(_ store: CheckpointStore, _ comment: String) throws {
        let (checkpoint, skipped) = try store.latestVerified()
        #expect(checkpoint?.step == 1, "\(comment)")
        #expect(skipped.count == 1, "\(comment)")
        #expect(skipped.first?.path.hasSuffix("step-000002.h5") == true, "\(comment)")
        #expect(skipped.first.map { "\($0.reason)".contains("step-000002") } == true, "\(comment)")
    }

    @Test(arguments: ["step-000002.h5", "step-000002.json"])
    func everyTruncationIsDetected(name: String) throws {
        let directory = try TestDirectory()
        let store = try makeStore(directory)
        let whole = try directory.bytes(name)
        let lengths =
            Array(0..<min(4096, whole.count)) + stride(from: 4096, to: whole.count, by: 97)
        for length in lengths {
            try directory.put(Array(whole.prefix(length)), name)
            #expect(throws: CheckpointError.self, "length \(length)") { try store.verify(step: 2) }
        }
        try expectFallback(store, "truncated \(name)")
        try directory.put(whole + [0], name)
        try expectFallback(store, "a byte too many in \(name)")
        try directory.put(whole, name)
        #expect(try store.latestVerified().checkpoint?.step == 2)
    }

    @Test func everyBitFlipIsDetected() throws {
        let directory = try TestDirectory()
        let store = try makeStore(directory)
        var random = SystemRandomNumberGenerator()
        for name in ["step-000002.h5", "step-000002.json"] {
            let whole = try directory.bytes(name)
            for _ in 0..<1000 {
                let bit = Int.random(in: 0..<(whole.count * 8), using: &random)
                var flipped = whole
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                try directory.put(flipped, name)
                #expect(throws: CheckpointError.self, "bit \(bit) of \(name)") {
                    try store.verify(step: 2)
                }
            }
            try expectFallback(store, "flipped bit in \(name)")
            try directory.put(whole, name)
        }
        #expect(try store.latestVerified().checkpoint?.step == 2)
    }

    /// The HDF5 library's faults of 2025 are all reached by a file that it opens; of a file that is not
    /// the one the manifest vouches for it is not given a byte.
    @Test(
        "CVE-2025-2308, -2309, -2310, -2915, -6750, -6816, -6818, -7069, -44905: a foreign file")
    func foreignFilesAreNotOpened() throws {
        let directory = try TestDirectory()
        let store = try makeStore(directory)
        let sound = try directory.bytes("step-000002.h5")
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        var damaged = sound
        // Sizes of offsets and lengths, the superblock's end of file, and the root's header.
        for place in stride(from: 8, to: min(sound.count, 4096), by: 3) { damaged[place] = 0xFF }
        for bytes in [
            signature + [UInt8](repeating: 0xFF, count: sound.count - 8), damaged,
            signature + [UInt8](repeating: 0, count: 64),
        ] {
            try directory.put(bytes, "step-000002.h5")
            let error = try #require(throws: CheckpointError.self) { try store.verify(step: 2) }
            let message = "\(error)"
            #expect(message.contains("step-000002.h5"), "\(message)")
            if case .hdf5 = error { Issue.record("HDF5 has opened it: \(message)") }
        }
        try FileManager.default.removeItem(atPath: directory.file("step-000002.json"))
        let error = try #require(throws: CheckpointError.self) { try store.verify(step: 2) }
        #expect("\(error)".contains("manifest") || "\(error)".contains(".json"), "\(error)")
    }

    @Test func missingPartsAreSkippedWithTheirReason() throws {
        let directory = try TestDirectory()
        let store = try makeStore(directory)
        let manifest = try directory.bytes("step-000002.json")
        try FileManager.default.removeItem(atPath: directory.file("step-000002.json"))
        try expectFallback(store, "no manifest")
        #expect("\(try store.latestVerified().skipped[0])".contains("no manifest"))
        try directory.put(manifest, "step-000002.json")
        try FileManager.default.removeItem(atPath: directory.file("step-000002.h5"))
        try expectFallback(store, "no file")
        #expect("\(try store.latestVerified().skipped[0])".contains("No such file"))
    }

    @Test func aCheckpointUnderAnotherStepsNameIsRefused() throws {
        let directory = try TestDirectory()
        let store = try makeStore(directory)
        for suffix in ["h5", "json"] {
            try directory.put(directory.bytes("step-000002.\(suffix)"), "step-000003.\(suffix)")
            try directory.put(directory.bytes("step-000002.\(suffix)"), "mine.\(suffix)")
        }
        let (checkpoint, skipped) = try store.latestVerified()
        #expect(checkpoint?.step == 2)
        #expect(skipped.map(\.path) == [directory.file("step-000003.h5")])
        #expect(try Checkpoint.verify(directory.file("mine.h5")).step == 2)
    }

    @Test func anEmptyOrAbsentDirectoryHasNoCheckpoint() throws {
        let directory = try TestDirectory()
        for path in [directory.path, directory.file("absent")] {
            let (checkpoint, skipped) = try CheckpointStore(directory: path).latestVerified()
            #expect(checkpoint == nil && skipped.isEmpty)
        }
    }

    @Test func nonFiniteStatesAreRefused() throws {
        let directory = try TestDirectory()
        let store = try makeStore(directory)
        let before = directory.names
        func expectRefusal(_ array: NamedArray, _ index: Int, _ value: String) {
            var content = sampleContent(seed: 3)
            content.arrays.append(array)
            #expect(
                throws: CheckpointError.nonFinite(array: "weights/bad", index: index, value: value)
            ) {
                try store.save(content, step: 3, stage: "grpo", createdBy: "test")
            }
        }
        for index in [0, 1, 4095, 4096, 9999] {
            var values = [Float](repeating: -.greatestFiniteMagnitude, count: 10_000)
            values[index] = .nan
            expectRefusal(NamedArray(name: "weights/bad", values: values), index, "nan")
            values[index] = -.infinity
            expectRefusal(NamedArray(name: "weights/bad", values: values), index, "-inf")
        }
        expectRefusal(NamedArray(name: "weights/bad", values: [1, Double.infinity]), 1, "inf")
        expectRefusal(
            NamedArray(name: "weights/bad", values: [0x7F7F, 0xFF80] as [UInt16]), 1, "-inf")
        #expect(directory.names == before)
        #expect(try store.latestVerified().checkpoint?.step == 2)
    }
}
