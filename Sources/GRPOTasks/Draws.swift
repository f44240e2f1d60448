/// How a generator's 64-bit words become integers and fractions.
///
/// The standard library's `random(in:)` and `shuffled()` do not promise to use their words in
/// the same way in every release; problems must not change with the toolchain, so every task
/// and reward draws through these functions.
extension RandomNumberGenerator {
    /// An integer in `0..<bound`, exactly uniform; `bound` must be positive.
    ///
    /// Multiply and shift, with the few words rejected that would make some results more
    /// frequent (Lemire 2019, "Fast random integer generation in an interval", algorithm 5).
    public mutating func drawInteger(below bound: Int) -> Int {
        precondition(bound > 0, "cannot draw an integer below \(bound)")
        let bound = UInt64(bound)
        let excess = (0 &- bound) % bound
        while true {
            let (high, low) = next().multipliedFullWidth(by: bound)
            if low >= excess { return Int(high) }
        }
    }

    /// An integer in a closed range, exactly uniform.
    public mutating func drawInteger(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + drawInteger(below: range.count)
    }

    /// A number in `0 ..< 1`: a multiple of 2^-53.
    public mutating func drawFraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// One element of a collection that is not empty.
    public mutating func drawElement<Element>(of elements: [Element]) -> Element {
        elements[drawInteger(below: elements.count)]
    }
}
