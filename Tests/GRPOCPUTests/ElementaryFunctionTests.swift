import Foundation
import GRPOCPU
import Testing

/// exp and log of the kernels against the C library in Double.
@Suite struct ElementaryFunctionTests {
    /// The error in units of the last place of the exact result.
    private func ulps(_ found: Float, _ exact: Double) -> Double {
        abs(Double(found) - exact) / Double(max(Float(exact).ulp, .leastNormalMagnitude.ulp))
    }

    @Test(arguments: KernelLevel.available)
    func exponentialIsWithinTwoUlps(level: KernelLevel) {
        let x = (0..<2_000_003).map { Float(-87.3 + Double($0) * 8.8e-5) }
        let worst = zip(x, level.exponential(x)).reduce(0) {
            max($0, ulps($1.1, exp(Double($1.0))))
        }
        #expect(worst <= 2)
    }

    @Test(arguments: KernelLevel.available)
    func exponentialAtTheEnds(level: KernelLevel) {
        let y = level.exponential([
            0, -0.0, -.infinity, .infinity, .nan, -104, -200, 88.72, 89, 1e30, -95,
        ])
        #expect(y[0] == 1 && y[1] == 1 && y[2] == 0 && y[3] == .infinity && y[4].isNaN)
        #expect(y[5] == 0 && y[6] == 0 && y[7].isFinite && y[8] == .infinity && y[9] == .infinity)
        #expect(ulps(y[10], exp(-95)) <= 1)
    }

    @Test(arguments: KernelLevel.available)
    func logarithmIsWithinTwoUlps(level: KernelLevel) {
        var x = (1..<1_000_003).map { Float($0) * 1e-5 }
        x += (0..<250_000).map { Float(exp(-103 + Double($0) * 7.6e-4)) }
        let worst = zip(x, level.logarithm(x)).reduce(0) { max($0, ulps($1.1, log(Double($1.0)))) }
        #expect(worst <= 2)
    }

    @Test(arguments: KernelLevel.available)
    func logarithmAtTheEnds(level: KernelLevel) {
        let y = level.logarithm([1, 0, -0.0, .infinity, -1, .nan, .leastNonzeroMagnitude])
        #expect(y[0] == 0 && y[1] == -.infinity && y[2] == -.infinity && y[3] == .infinity)
        #expect(y[4].isNaN && y[5].isNaN && ulps(y[6], log(0x1p-149)) <= 1)
    }

    @Test(arguments: KernelLevel.available, [1, 3, 15, 16, 17, 33])
    func aTailDoesNotChangeAnElement(level: KernelLevel, count: Int) {
        let x = (0..<64).map { Float($0) * 0.37 - 11 }
        #expect(level.exponential(Array(x[..<count])) == Array(level.exponential(x)[..<count]))
    }
}
