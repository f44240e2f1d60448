import GRPOTensors
import Testing

struct PackingTests {
    @Test func sequencesLieEndToEnd() {
        let packing = Packing(lengths: [3, 1, 0, 2])
        #expect(packing.sequences.map(\.rows) == [0..<3, 3..<4, 4..<4, 4..<6])
        #expect(packing.tokenCount == 6)
        #expect(packing.layout.positions == [0, 1, 2, 0, 0, 1])
        #expect(packing.layout.tokenCount == 6)
    }

    @Test func aSequenceContinuesItsPrefix() {
        var packing = Packing()
        let prompt = packing.append(length: 4)
        packing.append(length: 2, prefix: prompt)
        packing.append(length: 3, prefix: prompt)
        let layout = packing.layout
        #expect(layout.positions == [0, 1, 2, 3, 4, 5, 4, 5, 6])
        #expect(
            layout.spans[2]
                == AttentionSpan(
                    queryStart: 6, queryCount: 3, prefixStart: 0, prefixCount: 4, ownStart: 6,
                    ownCount: 3))
        #expect(layout.spans[2].firstPosition == 4)
    }

    @Test func familiesShareKeysAndNothingElse() {
        var packing = Packing()
        let first = packing.append(length: 2)
        let second = packing.append(length: 3)
        packing.append(length: 1, prefix: first)
        packing.append(length: 1, prefix: second)
        packing.append(length: 2, prefix: first)
        packing.append(length: 4)
        let layout = packing.layout
        let families = layout.families.map { Array(layout.familyOrder[$0]) }
        #expect(families == [[0, 2, 4], [1, 3], [5]])
    }

    @Test func decodingContinuesACache() {
        let layout = AttentionLayout(spans: [
            AttentionSpan(
                queryStart: 0, queryCount: 1, prefixStart: 10, prefixCount: 5, ownStart: 40,
                ownCount: 3),
            AttentionSpan(
                queryStart: 1, queryCount: 1, prefixStart: 10, prefixCount: 5, ownStart: 60,
                ownCount: 1),
        ])
        #expect(layout.positions == [7, 5])
        #expect(layout.families == [0..<2])
    }

    @Test func anEmptyLayoutHasNoFamilies() {
        let layout = Packing().layout
        #expect(layout.tokenCount == 0)
        #expect(layout.families.isEmpty)
    }

    @Test func changesOfAWeightAreCounted() {
        let pool = StoragePool()
        let weight = Weight(
            Tensor(storage: pool.storage(byteCount: 24), shape: [2, 3], dtype: .float32))
        #expect((weight.outputs, weight.inputs) == (2, 3))
        let before = weight.version
        weight.didChange()
        #expect(weight.version == before + 1)
    }
}
