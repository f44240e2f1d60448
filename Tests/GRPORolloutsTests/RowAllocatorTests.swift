import GRPORollouts
import GRPOTensors
import Testing

struct RowAllocatorTests {
    /// Random sequences of taking and giving back, against a map of single rows.
    @Test(arguments: 0..<20)
    func itAgreesWithAMapOfRows(seed: Int) {
        var generator = RandomStream(seed: UInt64(seed), name: "rows").generator(step: 0, slot: 0)
        func draw(_ bound: Int) -> Int { Int(generator.uniform() * Double(bound)) }
        let rows = 10..<10 + 40 + seed
        var allocator = RowAllocator(rows)
        var free = Set(rows)
        var taken: [Range<Int>] = []
        for _ in 0..<400 {
            if draw(5) < 3 {
                let count = 1 + draw(12)
                // First fit by hand.
                let start = rows.first { row in (row..<row + count).allSatisfy(free.contains) }
                let run = allocator.take(count)
                #expect(run == start.map { $0..<$0 + count })
                if let run {
                    free.subtract(run)
                    taken.append(run)
                }
            } else if !taken.isEmpty {
                let run = taken.remove(at: draw(taken.count))
                allocator.giveBack(run)
                free.formUnion(run)
            }
        }
        for run in taken { allocator.giveBack(run) }
        #expect(allocator.take(rows.count) == rows)
        #expect(allocator.take(1) == nil)
    }

    @Test func nothingTakesNothing() {
        var allocator = RowAllocator(0..<0)
        #expect(allocator.take(0) == 0..<0)
        #expect(allocator.take(1) == nil)
        allocator.giveBack(0..<0)
        #expect(allocator.take(1) == nil)
    }
}
