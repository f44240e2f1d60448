/// Seconds that a piece of work takes.
enum BenchmarkClock {
    static func seconds(_ work: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try work()
        return seconds(clock.now - start)
    }

    static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// The least time of one call: what the machine can do when nothing disturbs it. Short calls
    /// are timed in bursts of at least two milliseconds.
    static func best(of rounds: Int = 5, _ work: () -> Void) -> Double {
        let first = max(1e-9, seconds(work))
        let calls = max(1, Int((2e-3 / first).rounded(.up)))
        var best = Double.infinity
        for _ in 0..<rounds {
            best = min(best, seconds { for _ in 0..<calls { work() } } / Double(calls))
        }
        return best
    }
}
