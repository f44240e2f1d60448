import GRPOCPU
import GRPOTensors
import Testing

/// Kernels of elements and of the optimizer against the reference.
@Suite struct ElementKernelTests {
    private static let counts = [0, 1, 15, 16, 17, 1000, 70_001]

    @Test(arguments: KernelLevel.available)
    func castRoundsToNearestEven(level: KernelLevel) {
        let backend = CPUBackend(threads: 1, precision: .float32, level: level)
        let patterns: [UInt32] = [
            0x3F80_0000, 0x3F80_7FFF, 0x3F80_8000, 0x3F80_8001, 0x3F81_8000, 0x7F7F_FFFF,
            0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FC0_0000, 0x0000_0001, 0x8000_0000,
            0xBF81_8000, 0x7FFF_FFFF,
        ]
        let x = backend.empty([patterns.count * 5], .float32)
        for index in 0..<x.count {
            x.buffer(of: Float.self)[index] = Float(bitPattern: patterns[index % patterns.count])
        }
        let y = backend.cast(x, to: .bfloat16)
        for index in 0..<x.count {
            #expect(y.buffer(of: BFloat16.self)[index] == BFloat16(x.buffer(of: Float.self)[index]))
        }
        let back = backend.cast(y, to: .float32)
        for index in 0..<x.count {
            let expected = y.buffer(of: BFloat16.self)[index].float.bitPattern
            #expect(back.buffer(of: Float.self)[index].bitPattern == expected)
        }
    }

    @Test(arguments: BackendCase.all, counts)
    func addAndZero(backendCase: BackendCase, count: Int) throws {
        let both = try Both(backendCase)
        for dtype in [DType.float32, .bfloat16] {
            let x = both.normal([count], dtype, seed: 1)
            let y = both.normal([count], dtype, seed: 2)
            both.cpu.add(x.cpu, y: y.cpu)
            both.reference.add(x.reference, y: y.reference)
            expectClose(y.cpu, y.reference, dtype == .float32 ? 1e-7 : 1.0 / 256)
            both.cpu.zero(y.cpu)
            #expect(y.cpu.rawBytes.allSatisfy { $0 == 0 })
        }
    }

    @Test(arguments: BackendCase.all, counts)
    func squaredNorm(backendCase: BackendCase, count: Int) throws {
        let both = try Both(backendCase)
        let x = both.normal([count], seed: 1)
        let expected = both.reference.squaredNorm(x.reference)
        #expect(abs(both.cpu.squaredNorm(x.cpu) - expected) <= 1e-12 * expected)
    }

    @Test(arguments: BackendCase.all)
    func firstNonFiniteFindsTheFirst(backendCase: BackendCase) throws {
        let both = try Both(backendCase)
        for dtype in [DType.float32, .bfloat16] {
            let x = both.normal([200_003], dtype, seed: 1).cpu
            #expect(both.cpu.firstNonFinite(x) == nil)
            for (index, value) in [(200_002, Double.nan), (70_000, -.infinity), (17, .infinity)] {
                var values = x.doubles
                values[index] = value
                x.fill(from: values)
                #expect(both.cpu.firstNonFinite(x) == index)
            }
        }
    }

    @Test(arguments: BackendCase.all)
    func gatherAndScatter(backendCase: BackendCase) throws {
        let both = try Both(backendCase)
        for dtype in [DType.float32, .bfloat16] {
            let x = both.normal([9, 5], dtype, seed: 1).cpu
            let rows: [Int32] = [8, 0, 3]
            let gathered = both.cpu.gatherRows(x, rows)
            #expect(gathered.doubles == rows.flatMap { x.rows(Int($0)..<Int($0) + 1).doubles })
            let y = both.cpu.zeros([9, 5], dtype)
            both.cpu.scatterRows(gathered, rows, into: y)
            for row in 0..<9 {
                let expected =
                    rows.contains(Int32(row)) ? x.rows(row..<row + 1).doubles : [0, 0, 0, 0, 0]
                #expect(y.rows(row..<row + 1).doubles == expected)
            }
        }
    }

    @Test(arguments: BackendCase.all, counts)
    func adamW(backendCase: BackendCase, count: Int) throws {
        let both = try Both(backendCase)
        let p = both.normal([count], seed: 1)
        let m = both.pair([Double](repeating: 0, count: count), [count])
        let v = both.pair([Double](repeating: 0, count: count), [count])
        for step in 1...3 {
            let g = both.normal([count], seed: 10 + step)
            let numbers = AdamWStep(
                learningRate: 1e-2, weightDecay: 0.1, step: step, gradientScale: 0.7)
            both.cpu.adamW(
                p.cpu, gradient: g.cpu, firstMoment: m.cpu, secondMoment: v.cpu, step: numbers)
            both.reference.adamW(
                p.reference, gradient: g.reference, firstMoment: m.reference,
                secondMoment: v.reference, step: numbers)
        }
        for pair in [p, m, v] { expectClose(pair.cpu, pair.reference, 1e-6) }
    }

    /// A decay of 2e-8 and a step of 8e-8 are each less than half an ulp of 3; together they are
    /// more, and the value must move.
    @Test(arguments: BackendCase.all)
    func smallDecayIsNotRoundedAway(backendCase: BackendCase) throws {
        let both = try Both(backendCase)
        let p = both.pair([3], [1]).cpu
        let (m, v) = (both.cpu.zeros([1], .float32), both.cpu.zeros([1], .float32))
        let g = both.pair([8e-8], [1]).cpu
        let numbers = AdamWStep(
            learningRate: 1, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 2e-8, step: 1)
        both.cpu.adamW(p, gradient: g, firstMoment: m, secondMoment: v, step: numbers)
        #expect(p.doubles[0] < 3)
    }
}
