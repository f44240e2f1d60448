import GRPOCPU
import GRPOTensors

/// Runs pieces of work and measures them, each on the model it needs.
final class BenchmarkSuite {
    let backend: CPUBackend
    /// Measured repetitions; one more comes first and is not counted.
    let repetitions: Int
    private let model: String?
    private let tossesRewards: Bool
    private var current: (isCharacters: Bool, subject: BenchmarkSubject)?

    /// - Parameters:
    ///   - model: a file; nil: drawn weights.
    ///   - tossesRewards: whether the GRPO steps of a file's model are rewarded by chance.
    init(backend: CPUBackend, model: String?, tossesRewards: Bool, repetitions: Int) {
        self.backend = backend
        self.model = model
        self.tossesRewards = tossesRewards
        self.repetitions = repetitions
    }

    /// The model of a piece of work. Only the last is kept, so that the memory of one is not
    /// counted as another's.
    func subject(_ name: BenchmarkName) throws -> BenchmarkSubject {
        let isCharacters = name == .characterPretrain || name == .characterGRPOStep
        if let current, current.isCharacters == isCharacters { return current.subject }
        current = nil
        let subject =
            if isCharacters {
                BenchmarkSubject.characters(backend)
            } else if let model {
                try BenchmarkSubject.load(model, tossesRewards: tossesRewards, backend)
            } else {
                BenchmarkSubject.seeded(backend)
            }
        current = (isCharacters, subject)
        return subject
    }

    func measure(_ name: BenchmarkName) async throws -> BenchmarkResult {
        let subject = try subject(name)
        _ = subject.matrixRate
        let memory = PeakMemory.start(backend.pool)
        let samples = try await samples(name, subject)
        return BenchmarkResult(
            name, samples, matrixRate: subject.matrixRate.operationsPerSecond,
            peakMemoryBytes: memory.bytes)
    }

    private func samples(
        _ name: BenchmarkName, _ subject: BenchmarkSubject
    ) async throws -> [BenchmarkSample] {
        switch name {
        case .matmul:
            let rate = MatrixRate(subject.configuration, backend.products, backend: backend)
            return [
                BenchmarkSample(
                    tokens: MatrixRate.rows, operations: rate.operations, seconds: rate.seconds)
            ]
        case .decode1: return try subject.decode(sequences: 1, repetitions)
        case .decode16: return try subject.decode(sequences: 16, repetitions)
        case .decode64: return try subject.decode(sequences: 64, repetitions)
        case .prefill: return try subject.prefill(repetitions)
        case .train: return try subject.train(repetitions)
        case .grpoStep4x8x128:
            return try await subject.stepGRPO(
                prompts: 4, generations: 8, maxCompletionLength: 128, repetitions)
        case .grpoStep8x8x24:
            return try await subject.stepGRPO(
                prompts: 8, generations: 8, maxCompletionLength: 24, repetitions)
        case .characterPretrain: return try subject.pretrain(repetitions)
        case .characterGRPOStep:
            return try await subject.stepGRPO(
                prompts: 16, generations: 16, maxCompletionLength: 58, repetitions)
        }
    }
}
