import GRPOTensors
import Testing

struct PhiloxTests {
    /// The known answers of Random123 (`kat_vectors`, philox4x32, 10 rounds).
    @Test(arguments: [
        (
            SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
            SIMD4<UInt32>(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
        ),
        (
            SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
            SIMD4<UInt32>(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
        ),
        (
            SIMD4<UInt32>(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
            SIMD2<UInt32>(0xA409_3822, 0x299F_31D0),
            SIMD4<UInt32>(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
        ),
    ])
    func knownAnswers(
        counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>
    ) {
        #expect(Philox.block(counter: counter, key: key) == expected)
    }

    @Test func uniformsFillTheUnitInterval() {
        let stream = RandomStream(seed: 3, name: "test")
        let count = 20_000
        var sum = 0.0
        var squares = 0.0
        for position in 0..<count {
            let u = stream.uniform(step: 1, slot: 2, sample: 3, position: position)
            #expect(u >= 0 && u < 1)
            sum += u
            squares += u * u
        }
        // Five standard errors: √(1/12) and √(4/45) over √count.
        #expect(abs(sum / Double(count) - 0.5) < 5 * 0.2887 / Double(count).squareRoot())
        #expect(abs(squares / Double(count) - 1.0 / 3) < 5 * 0.2981 / Double(count).squareRoot())
    }

    @Test func everyCoordinateChangesTheNumber() {
        let stream = RandomStream(seed: 3, name: "test")
        var seen = Set<Double>()
        for step in 0..<4 {
            for slot in 0..<4 {
                for sample in 0..<4 {
                    for position in 0..<4 {
                        seen.insert(
                            stream.uniform(
                                step: step, slot: slot, sample: sample, position: position))
                    }
                }
            }
        }
        #expect(seen.count == 256)
    }

    @Test func seedsAndNamesMakeDifferentStreams() {
        func first(_ seed: UInt64, _ name: String) -> [Double] {
            let stream = RandomStream(seed: seed, name: name)
            return (0..<8).map { stream.uniform(step: 0, slot: 0, sample: 0, position: $0) }
        }
        #expect(first(1, "a/sample") == first(1, "a/sample"))
        #expect(first(1, "a/sample") != first(2, "a/sample"))
        #expect(first(1, "a/sample") != first(1, "b/sample"))
        // Correlation of two streams, five standard errors.
        let a = RandomStream(seed: 1, name: "sample").normals(count: 10_000, step: 0, slot: 0)
        let b = RandomStream(seed: 2, name: "sample").normals(count: 10_000, step: 0, slot: 0)
        let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(dot / 10_000) < 0.05)
    }

    @Test func normalsHaveMeanZeroAndVarianceOne() {
        let stream = RandomStream(seed: 9, name: "normals")
        let values = stream.normals(count: 20_001, step: 4, slot: 5)
        #expect(values.count == 20_001)
        let mean = values.reduce(0, +) / 20_001
        let variance = values.reduce(0) { $0 + $1 * $1 } / 20_001
        #expect(abs(mean) < 0.036)
        #expect(abs(variance - 1) < 0.05)
        #expect(stream.normals(count: 3, step: 4, slot: 5) == Array(values[..<3]))
    }

    @Test func aGeneratorIsAddressedByStepAndSlot() {
        let stream = RandomStream(seed: 7, name: "test")
        func draws(_ step: Int, _ slot: Int) -> [UInt64] {
            var generator = stream.generator(step: step, slot: slot)
            return (0..<5).map { _ in generator.next() }
        }
        #expect(draws(1, 2) == draws(1, 2))
        #expect(draws(1, 2) != draws(2, 1))
        #expect(Set(draws(1, 2)).count == 5)
    }
}
