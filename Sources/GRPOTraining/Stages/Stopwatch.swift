/// Seconds by phase of a step.
struct Stopwatch {
    private(set) var phases: [(name: String, seconds: Double)] = []
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    init() {
        start = clock.now
    }

    mutating func measure<Result>(
        _ name: String, _ body: () throws -> Result
    ) rethrows -> Result {
        let begin = clock.now
        defer { add(name, Self.seconds(clock.now - begin)) }
        return try body()
    }

    mutating func add(_ name: String, _ seconds: Double) {
        if let index = phases.firstIndex(where: { $0.name == name }) {
            phases[index].seconds += seconds
        } else {
            phases.append((name, seconds))
        }
    }

    /// All phases and the whole step.
    var timings: [(name: String, seconds: Double)] {
        phases + [("step_time", Self.seconds(clock.now - start))]
    }

    static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
