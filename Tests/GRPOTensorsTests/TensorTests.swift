import GRPOReference
import GRPOTensors
import Testing

struct TensorTests {
    private let backend = ReferenceBackend()

    @Test func rowsAreViewsOfTheSameElements() {
        let tensor = backend.tensor((0..<12).map(Double.init), [4, 3], .float64)
        let view = tensor.rows(1..<3)
        #expect(view.shape == [2, 3])
        #expect(view.doubles == [3, 4, 5, 6, 7, 8])
        view.buffer(of: Double.self)[0] = -1
        #expect(tensor.doubles[3] == -1)
        #expect(view.rows(1..<2).doubles == [6, 7, 8])
        #expect(tensor.rows(4..<4).count == 0)
    }

    @Test func aShapeSaysRowsAndColumns() {
        let tensor = backend.zeros([2, 3, 4], .float32)
        #expect((tensor.rows, tensor.columns, tensor.count) == (2, 12, 24))
        #expect(tensor.reshaped([6, 4]).rows == 6)
        let vector = backend.zeros([5], .float32)
        #expect((vector.rows, vector.columns) == (5, 1))
        #expect(vector.rows(2..<4).shape == [2])
    }

    @Test(arguments: DType.allCases)
    func fillingRoundsToTheType(dtype: DType) {
        let tensor = backend.tensor([1, -3, 256], [3], dtype)
        #expect(tensor.doubles == [1, -3, 256])
        #expect(tensor.floats == [1, -3, 256])
        #expect(tensor.rawBytes.count == 3 * dtype.byteCount)
    }

    /// Round to nearest, ties to even, of the eight bits that are cut off.
    @Test(
        arguments: [
            (1, 0x3F80),
            (Float(bitPattern: 0x3F80_7FFF), 0x3F80),
            (Float(bitPattern: 0x3F80_8000), 0x3F80),
            (Float(bitPattern: 0x3F80_8001), 0x3F81),
            (Float(bitPattern: 0x3F81_8000), 0x3F82),
            (Float(bitPattern: 0x3F81_7FFF), 0x3F81),
            (-0.0, 0x8000),
            (.infinity, 0x7F80),
            (.greatestFiniteMagnitude, 0x7F80),
            (.leastNonzeroMagnitude, 0x0000),
        ] as [(Float, UInt16)])
    func bfloat16Rounding(value: Float, bits: UInt16) {
        #expect(BFloat16(value).bits == bits)
    }

    @Test func bfloat16KeepsNaN() {
        #expect(BFloat16(.nan).float.isNaN)
        // A signalling pattern whose upper half alone would read as an infinity.
        #expect(BFloat16(Float(bitPattern: 0x7F80_0001)).float.isNaN)
    }

    @Test func everyBFloat16SurvivesTheRoundTrip() {
        for bits in UInt16.min...UInt16.max {
            let value = BFloat16(bits: bits).float
            if !value.isNaN { #expect(BFloat16(value).bits == bits) }
        }
    }
}
