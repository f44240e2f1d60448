/// What one repetition of a piece of work took.
struct BenchmarkSample {
    /// Those that count as the work's output: sampled or trained.
    var tokens: Int
    /// Floating-point operations of the products that the work cannot do without.
    var operations: Double
    var seconds: Double
    /// Of a GRPO step's groups, those that tell completions apart; the others need no update.
    var groupsWithSignal: Double?

    var tokensPerSecond: Double { Double(tokens) / seconds }
    var operationsPerSecond: Double { operations / seconds }
}

/// A line of the benchmark: medians over the repetitions.
struct BenchmarkResult: Encodable {
    var name: String
    var tokensPerSecond: Double
    /// The operations the work cannot do without, over those the matrix library could have done
    /// in the same time on the model's shapes.
    var shareOfMatrixRate: Double
    /// The largest resident memory of the process during the work.
    var peakMemoryBytes: Int
    /// Tokens and seconds of one repetition: a step, a batch decoded.
    var tokens: Int
    var seconds: Double
    /// Of GRPO steps, the share of groups with a signal.
    var groupsWithSignal: Double?
    var repetitions: Int

    /// - Parameter matrixRate: operations a second of the library.
    init(
        _ name: BenchmarkName, _ samples: [BenchmarkSample], matrixRate: Double,
        peakMemoryBytes: Int
    ) {
        precondition(!samples.isEmpty, "\(name.rawValue): no repetition")
        self.name = name.rawValue
        tokensPerSecond = Self.median(samples.map(\.tokensPerSecond))
        shareOfMatrixRate = Self.median(samples.map(\.operationsPerSecond)) / matrixRate
        self.peakMemoryBytes = peakMemoryBytes
        tokens = Int(Self.median(samples.map { Double($0.tokens) }))
        seconds = Self.median(samples.map(\.seconds))
        let signals = samples.compactMap(\.groupsWithSignal)
        groupsWithSignal = signals.isEmpty ? nil : signals.reduce(0, +) / Double(signals.count)
        repetitions = samples.count
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case tokensPerSecond = "tokens_per_s"
        case shareOfMatrixRate = "share_of_matrix_rate"
        case peakMemoryBytes = "peak_memory_bytes"
        case tokens
        case seconds = "s"
        case groupsWithSignal = "groups_with_signal"
        case repetitions
    }
}
