import Foundation
import GRPOCheckpoints
import Testing

@Suite struct HDF5FileTests {
    /// Saves arrays and texts and gives back the open file.
    private func roundTrip(
        _ content: CheckpointContent, in directory: TestDirectory
    ) throws -> HDF5File {
        let store = try CheckpointStore(directory: directory.path)
        return try store.save(content, step: 1, stage: "test", createdBy: "test").checkpoint.open()
    }

    private func check<Element: StoredElement & Equatable>(_ values: [Element]) throws {
        let directory = try TestDirectory()
        let shapes: [([Int], Int)] = [
            ([], 1), ([0], 0), ([1], 1), ([7], 7), ([2, 3], 6), ([0, 5], 0), ([3, 0, 2], 0),
            ([2, 1, 3, 2], 12), ([1, 1, 1, 1, 1, 1, 1, 2], 2),
        ]
        let arrays = shapes.enumerated().map { index, shape in
            NamedArray(
                name: "group/\(index)", values: Array(values.prefix(shape.1)), shape: shape.0)
        }
        let file = try roundTrip(CheckpointContent(arrays: arrays), in: directory)
        let listed = try file.datasets()
        #expect(listed.map(\.name) == arrays.map(\.name))
        for (index, (shape, count)) in shapes.enumerated() {
            #expect(listed[index].shape == shape)
            #expect(listed[index].type == Element.storedType)
            #expect(listed[index].count == count)
            let read = try file.read("group/\(index)", as: Element.self)
            #expect(read == Array(values.prefix(count)), "\(Element.self) \(shape)")
        }
    }

    @Test func everyElementTypeAndShapeReturns() throws {
        let small = Float.leastNonzeroMagnitude
        try check([1.5, -0.0, small, .greatestFiniteMagnitude] + (4..<12).map { Float($0) / 3 })
        try check([1.5, -0.0, .pi, .greatestFiniteMagnitude] + (4..<12).map { Double($0) / 3 })
        try check([Int32.min, .max, 0, -1] + (4..<12).map { Int32($0) })
        try check([Int64.min, .max, 0, -1] + (4..<12).map { Int64($0) })
        try check([UInt64.min, .max, 0, 1 << 63] + (4..<12).map { UInt64($0) })
        try check([UInt8.min, .max, 10, 0] + (4..<12).map { UInt8($0) })
        try check([UInt16(0x3F80), 0x8000, 0x7F7F, 1] + (4..<12).map { UInt16($0) })
    }

    @Test(arguments: ["", "a", "naïve ∑ 🙂\u{0}\u{0}", String(repeating: "täxt\n", count: 70_000)])
    func textsReturn(text: String) throws {
        let directory = try TestDirectory()
        let file = try roundTrip(CheckpointContent(texts: ["texts/a": text]), in: directory)
        #expect(try Array(file.text("texts/a").utf8) == Array(text.utf8))
        #expect(try file.dataset("texts/a").type == .text)
        #expect(try file.attribute("format") == "grpo-checkpoint")
        #expect(try file.attribute("nothing") == nil)
    }

    @Test func emptyContentIsAFile() throws {
        let directory = try TestDirectory()
        let file = try roundTrip(CheckpointContent(), in: directory)
        #expect(try file.datasets().isEmpty)
    }

    @Test func manyDatasetsAndLargeArraysKeepTheirPlaces() throws {
        let directory = try TestDirectory()
        var arrays: [NamedArray] = []
        for index in 0..<400 {
            // Some larger than the stream's pieces, some empty.
            let count = index % 50 == 0 ? 400_001 : index % 7 * 13
            arrays.append(
                NamedArray(
                    name: "weights/layers.\(index).w",
                    values: (0..<count).map { Int32(truncatingIfNeeded: $0 &* 31 &+ index) }))
        }
        let file = try roundTrip(CheckpointContent(arrays: arrays), in: directory)
        #expect(try file.datasets().count == 400)
        for array in arrays {
            let read = try file.read(array.name, as: Int32.self)
            let same = read.withUnsafeBytes { $0.elementsEqual(array.bytes()) }
            #expect(same, "\(array.name)")
        }
    }

    @Test func readingIntoMemoryChecksTypeAndShape() throws {
        let directory = try TestDirectory()
        let file = try roundTrip(
            CheckpointContent(arrays: [
                NamedArray(name: "w", values: [1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
            ]), in: directory)
        var values = [Float](repeating: 0, count: 6)
        try values.withUnsafeMutableBytes {
            try file.read("w", type: .float32, shape: [2, 3], into: $0)
        }
        #expect(values == [1, 2, 3, 4, 5, 6])
        #expect(throws: CheckpointError.self) {
            try values.withUnsafeMutableBytes {
                try file.read("w", type: .float32, shape: [3, 2], into: $0)
            }
        }
        #expect(throws: CheckpointError.self) { try file.read("w", as: Double.self) }
        #expect(throws: CheckpointError.self) { try file.text("w") }
        #expect(throws: CheckpointError.missingDataset(path: file.path, name: "w/x/y")) {
            try file.read("w/x/y", as: Float.self)
        }
        #expect(throws: CheckpointError.missingDataset(path: file.path, name: "no/such")) {
            try file.read("no/such", as: Float.self)
        }
    }

    @Test func oddNamesReturn() throws {
        let directory = try TestDirectory()
        let names = [
            " ", "a b", "\"quoted\"", "back\\slash", "tab\tnewline\n", "ünïcødé/日本/🙂", "...", "-",
            "%s%n", "a.b.c", "x/..y/z", "e\u{301}", "é", String(repeating: "n", count: 1000),
            "\u{1B}[31m", "*?[]{}$`;|&<>'",
        ]
        let content = CheckpointContent(
            arrays: names.enumerated().map { NamedArray(name: $1, values: [Int64($0)]) })
        let file = try roundTrip(content, in: directory)
        for (index, name) in names.enumerated() {
            #expect(try file.read(name, as: Int64.self) == [Int64(index)], "\(name)")
        }
        let verified = try CheckpointStore(directory: directory.path).verify(step: 1)
        #expect(Set(verified.manifest.datasets.map { Array($0.name.utf8) }).count == names.count)
        #expect(
            verified.manifest.datasets.map { Array($0.name.utf8) }
                == (try file.datasets()).map { Array($0.name.utf8) })
    }

    @Test(arguments: [
        "", "/", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a/.", "..", ".", "a\u{0}b",
        String(repeating: "n", count: 1025),
    ])
    func hostileNamesAreRefused(name: String) throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        let content = CheckpointContent(arrays: [NamedArray(name: name, values: [1] as [Float])])
        #expect(throws: CheckpointError.self) {
            try store.save(content, step: 1, stage: "test", createdBy: "test")
        }
        #expect(directory.names.isEmpty)
        try store.saveSample(seed: 1, step: 1)
        let file = try store.verify(step: 1).open()
        #expect(throws: CheckpointError.self) { try file.read(name, as: Float.self) }
    }

    @Test func doubledNamesAndWrongSizesAreRefused() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        let one = NamedArray(name: "a", values: [1] as [Float])
        let contents = [
            CheckpointContent(arrays: [one, one]),
            CheckpointContent(arrays: [one], texts: ["a": "text"]),
            CheckpointContent(arrays: [one], texts: ["a/b": "text"]),
            CheckpointContent(arrays: [NamedArray(name: "a", values: [1] as [Float], shape: [2])]),
            CheckpointContent(arrays: [NamedArray(name: "a", values: [1] as [Float], shape: [-1])]),
            CheckpointContent(arrays: [
                NamedArray(name: "a", values: [] as [Float], shape: [1 << 62, 1 << 62])
            ]),
            CheckpointContent(arrays: [
                NamedArray(
                    name: "a", values: [1] as [Float], shape: [1, 1, 1, 1, 1, 1, 1, 1, 1])
            ]),
        ]
        for content in contents {
            #expect(throws: CheckpointError.self) {
                try store.save(content, step: 1, stage: "test", createdBy: "test")
            }
        }
        #expect(directory.names.isEmpty)
    }

    @Test func foreignFilesAreATypedError() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        try store.saveSample(seed: 1, step: 1)
        let whole = try directory.bytes("step-000001.h5")
        var random = SystemRandomNumberGenerator()
        let noise = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let foreign: [[UInt8]] = [
            [], [0], Array("not a checkpoint".utf8), noise, Array(whole.prefix(8)) + noise,
            Array(whole.prefix(47)), Array(whole.prefix(48)), Array(whole.prefix(whole.count / 2)),
            Array(whole.dropLast()),
        ]
        for bytes in foreign {
            try directory.put(bytes, "foreign.h5")
            let path = directory.file("foreign.h5")
            let error = #expect(throws: CheckpointError.self) { _ = try HDF5File(opening: path) }
            #expect("\(try #require(error))".contains(path))
            #expect("\(try #require(error))".contains("H5F"), "the library's words are missing")
        }
        #expect(throws: CheckpointError.self) {
            _ = try HDF5File(opening: directory.file("absent.h5"))
        }
        #expect(throws: CheckpointError.self) { _ = try HDF5File(opening: directory.path) }
    }

    @Test func threadsMayUseFilesAtOnce() async throws {
        let directory = try TestDirectory()
        let path = directory.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let store = try CheckpointStore(directory: path + "/\(worker)")
                    for step in 1...5 {
                        try store.saveSample(seed: worker, step: step)
                        let file = try store.verify(step: step).open()
                        #expect(try file.read("counters/step", as: Int64.self) == [Int64(worker)])
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
