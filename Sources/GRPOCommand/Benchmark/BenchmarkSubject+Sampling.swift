import GRPOCPU
import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTokenizers
import GRPOTraining

extension BenchmarkSubject {
    /// New tokens a second of `sequences` different prompts, 64 + 64 tokens, endings ignored.
    ///
    /// The clock starts when the engine first reports, after the prefill and the first token of
    /// decoding: 62 of the 64 new tokens are counted with their time.
    func decode(sequences: Int, _ repetitions: Int) throws -> [BenchmarkSample] {
        let settings = RolloutSettings(
            numGenerations: 1, maxCompletionLength: 64, ignoresEnding: true)
        let clock = ContinuousClock()
        return try (0...repetitions).map { repetition in
            var first: (time: ContinuousClock.Instant, tokens: Int)?
            var total = 0
            let requests = try requests(sequences, tokens: 64, then: 64, repetition)
            _ = try RolloutEngine(policy, random: random("sample")).run(
                requests, settings: settings, step: repetition
            ) { _, _, tokens in
                total = tokens
                if first == nil { first = (clock.now, tokens) }
            }
            guard let first else { preconditionFailure("\(sequences) sequences, no token") }
            let tokens = total - first.tokens
            return BenchmarkSample(
                tokens: tokens, operations: 2 * parameters * Double(tokens),
                seconds: BenchmarkClock.seconds(clock.now - first.time))
        }.suffix(repetitions)
    }

    /// Prompt tokens a second of 16 x 256 tokens, the last of each followed by one drawn token.
    func prefill(_ repetitions: Int) throws -> [BenchmarkSample] {
        let settings = RolloutSettings(
            numGenerations: 1, maxCompletionLength: 1, ignoresEnding: true)
        return try (0...repetitions).map { repetition in
            let requests = try requests(16, tokens: 256, then: 1, repetition)
            let engine = RolloutEngine(policy, random: random("sample"))
            let seconds = try BenchmarkClock.seconds {
                _ = try engine.run(requests, settings: settings, step: repetition)
            }
            let head = configuration.productParameters - configuration.blockParameters
            return BenchmarkSample(
                tokens: 16 * 256,
                operations: 2 * Double(16 * 256 * configuration.blockParameters + 16 * head),
                seconds: seconds)
        }.suffix(repetitions)
    }

    func random(_ purpose: String) -> RandomStream {
        RandomStream(seed: 0, name: "benchmark/\(purpose)")
    }

    /// Sequences of drawn ids, different in every repetition.
    func texts(_ count: Int, tokens: Int, _ repetition: Int) -> [[Int32]] {
        let vocabulary = UInt64(policy.tokenizer.vocabularySize)
        return (0..<count).map { slot in
            var generator = random("texts").generator(step: repetition, slot: slot)
            return (0..<tokens).map { _ in Int32(generator.next() % vocabulary) }
        }
    }

    private func requests(
        _ count: Int, tokens: Int, then completion: Int, _ repetition: Int
    ) throws -> [RolloutRequest] {
        try requirePositions(tokens + completion)
        return texts(count, tokens: tokens, repetition).enumerated().map { slot, ids in
            RolloutRequest(
                problem: Problem(id: "\(slot)", prompt: "", answer: ""), promptIDs: ids, slot: slot)
        }
    }

    /// - Throws: `InputError` for a model with too few positions for the work.
    func requirePositions(_ positions: Int) throws {
        let found = configuration.maxPositions
        guard found >= positions else {
            throw InputError(
                "\(name): the benchmark needs \(positions) positions, found \(found); "
                    + "leave --model out, or choose a part with --only")
        }
    }
}
