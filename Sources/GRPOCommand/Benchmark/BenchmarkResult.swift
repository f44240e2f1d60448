/// What one repetition of a piece of work took.
struct BenchmarkSample {
    /// Those that count as the work's output: sampled or trained.
    var tokens: Int
    /// Floating-point operations of the products that the work cannot do without.
    var operations: Double
    var seconds: Double

    var tokensPerSecond: Double { Double(tokens) / seconds }
    var operationsPerSecond: Double { operations / seconds }
}

/// A line of the benchmark: the median repetition.
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
    var repetitions: Int

    /// - Parameter matrixRate: operations a second of the library.
    init(
        _ name: BenchmarkName, _ samples: [BenchmarkSample], matrixRate: Double,
        peakMemoryBytes: Int
    ) {
        let sorted = samples.sorted { $0.tokensPerSecond < $1.tokensPerSecond }
        precondition(!sorted.isEmpty, "\(name.rawValue): no repetition")
        let median = sorted[sorted.count / 2]
        self.name = name.rawValue
        tokensPerSecond = median.tokensPerSecond
        shareOfMatrixRate = median.operationsPerSecond / matrixRate
        self.peakMemoryBytes = peakMemoryBytes
        tokens = median.tokens
        seconds = median.seconds
        repetitions = samples.count
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case tokensPerSecond = "tokens_per_s"
        case shareOfMatrixRate = "share_of_matrix_rate"
        case peakMemoryBytes = "peak_memory_bytes"
        case tokens
        case seconds = "s"
        case repetitions
    }
}
