import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import Testing

/// How much work a call does, and how it ends early.
struct RolloutWorkTests {
    private struct Stop: Error {}

    /// The rows of every forward pass, and the groups.
    private func passes(
        requests: [RolloutRequest], generations: Int, length: Int, concurrency: Int
    ) throws -> (rows: [Int], groups: [RolloutGroup]) {
        let spy = BackendSpy(TestBackend.reference.make())
        let policy = TinyPolicy.make(on: spy)
        var rows: [Int] = []
        spy.after = { operation, results in
            if operation == "embedding" { rows.append(results[0].rows) }
        }
        let groups = try TinyPolicy.engine(policy).run(
            requests,
            settings: RolloutSettings(
                numGenerations: generations, maxCompletionLength: length,
                concurrency: concurrency), step: 1)
        return (rows, groups)
    }

    /// A prompt is computed once for its group, and all but the last token of a completion once.
    @Test func nothingIsComputedTwice() throws {
        let requests = TinyPolicy.requests(6)
        let (rows, groups) = try passes(
            requests: requests, generations: 4, length: 20, concurrency: 5)
        let prompts = requests.reduce(0) { $0 + $1.promptIDs.count }
        let tokens = groups.flatMap(\.completions).reduce(0) { $0 + $1.tokenIDs.count - 1 }
        #expect(rows.reduce(0, +) == prompts + tokens)
    }

    /// A finished sequence's place is refilled before the next token: until nothing waits, every
    /// decoding pass is full.
    @Test(arguments: [1, 4, 7])
    func placesAreRefilledAtOnce(concurrency: Int) throws {
        let request = TinyPolicy.requests(1)
        let (rows, groups) = try passes(
            requests: request, generations: 40, length: 30, concurrency: concurrency)
        #expect(rows[0] == request[0].promptIDs.count)
        let decoding = rows.dropFirst()
        let full = decoding.prefix { $0 == concurrency }
        // From the first pass that is not full on, places only empty.
        let tail = decoding.dropFirst(full.count)
        #expect(zip(tail, tail.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(tail.count < 30)
        let tokens = groups[0].completions.reduce(0) { $0 + $1.tokenIDs.count - 1 }
        #expect(decoding.reduce(0, +) == tokens)
        #expect(Set(groups[0].completions.map(\.tokenIDs.count)).count > 5)
    }

    /// The same over many prompts: with as many places as one group needs, the next prompts enter
    /// while the stragglers of the last ones still run.
    @Test func promptsEnterWhileOthersFinish() throws {
        let (rows, groups) = try passes(
            requests: TinyPolicy.requests(24).map { request in
                var request = request
                request.promptIDs += Array(repeating: 3, count: 8)  // Longer than a full batch.
                return request
            }, generations: 2, length: 30, concurrency: 6)
        let decoding = rows.filter { $0 <= 6 }
        let tokens = groups.flatMap(\.completions).reduce(0) { $0 + $1.tokenIDs.count - 1 }
        #expect(decoding.reduce(0, +) == tokens)
        let full = decoding.prefix { $0 == 6 }
        #expect(full.count >= decoding.count - 30)
    }

    /// Completions a quarter as long as the longest cost a quarter: as many passes as their tokens
    /// fill, and one straggler's, where batches that wait for their longest would need thrice that.
    @Test func raggedLengthsCostTheirTokens() throws {
        let (slots, length) = (8, 80)
        let (rows, groups) = try passes(
            requests: TinyPolicy.requests(60), generations: 4, length: length, concurrency: slots)
        let lengths = groups.flatMap(\.completions).map(\.tokenIDs.count)
        let longest = try #require(lengths.max())
        let tokens = lengths.reduce(0) { $0 + $1 - 1 }
        try #require(4 * tokens < longest * lengths.count)
        // Prompts and places together: no pass is counted out.
        #expect(rows.count <= tokens / slots + longest + groups.count)
        let waiting = stride(from: 0, to: lengths.count, by: slots).reduce(0) {
            $0 + lengths[$1..<min(lengths.count, $1 + slots)].max()!
        }
        #expect(waiting > 2 * (tokens / slots + longest))
    }

    /// The first tokens of all groups that enter together are drawn with one reading of the head.
    @Test func firstTokensAreDrawnTogether() throws {
        let spy = BackendSpy(TestBackend.reference.make())
        let policy = TinyPolicy.make(on: spy)
        _ = try TinyPolicy.engine(policy).run(
            TinyPolicy.requests(5),
            settings: RolloutSettings(
                numGenerations: 3, maxCompletionLength: 4, ignoresEnding: true), step: 1)
        // The prompts' pass, then three of decoding.
        #expect(spy.calls["embedding"] == 4)
        #expect(spy.calls["sample"] == 4)
        // First tokens come from one row for each group.
        #expect(spy.sampledRows == [5, 15, 15, 15])
    }

    @Test func progressCountsCompletionsAndTokens() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        var seen: [(Int, Int, Int)] = []
        let groups = try TinyPolicy.engine(policy).run(
            TinyPolicy.requests(3),
            settings: RolloutSettings(
                numGenerations: 4, maxCompletionLength: 16, concurrency: 5), step: 1
        ) { seen.append(($0, $1, $2)) }
        #expect(seen.allSatisfy { $0.1 == 12 })
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.0 <= $1.0 && $0.2 < $1.2 })
        let tokens = groups.flatMap(\.completions).reduce(0) { $0 + $1.tokenIDs.count }
        #expect(seen.last!.2 <= tokens && seen.last!.2 >= tokens - 5)
    }

    /// Stopping half-way throws what progress threw, gives all memory back and leaves the policy
    /// able to sample the same again.
    @Test(arguments: TestBackend.available)
    func cancellationLeavesNothingBehind(kind: TestBackend) throws {
        let backend = kind.make()
        let policy = TinyPolicy.make(on: backend)
        let settings = RolloutSettings(
            numGenerations: 4, maxCompletionLength: 16, concurrency: 5)
        let requests = TinyPolicy.requests(3)
        let expected = try TinyPolicy.engine(policy).run(requests, settings: settings, step: 1)
        let before = backend.pool.bytesInUse
        #expect(throws: Stop.self) {
            try TinyPolicy.engine(policy).run(requests, settings: settings, step: 1) {
                _, _, tokens in
                if tokens > 20 { throw Stop() }
            }
        }
        #expect(backend.pool.bytesInUse == before)
        let again = try TinyPolicy.engine(policy).run(requests, settings: settings, step: 1)
        #expect(again.map(Drawn.init) == expected.map(Drawn.init))
    }

    @Test func aPromptWithoutTokensIsRefused() {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        var requests = TinyPolicy.requests(2)
        requests[1].promptIDs = []
        #expect(throws: RolloutError.emptyPrompt(problem: "p1")) {
            try TinyPolicy.engine(policy).run(
                requests, settings: RolloutSettings(numGenerations: 1, maxCompletionLength: 4),
                step: 1)
        }
    }

    @Test func whatDoesNotFitThePositionsIsRefused() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make(), positions: 10)
        let request = TinyPolicy.requests(1)  // Two tokens.
        func run(_ length: Int) throws {
            _ = try TinyPolicy.engine(policy).run(
                request, settings: RolloutSettings(numGenerations: 1, maxCompletionLength: length),
                step: 1)
        }
        try run(8)
        let error = RolloutError.tooLong(
            problem: "p0", promptTokens: 2, completionTokens: 9, positions: 10)
        #expect(throws: error) { try run(9) }
        for part in ["p0", "2", "9", "11", "10", "max_completion_length"] {
            #expect(error.description.contains(part))
        }
    }

    @Test func noRequestsGiveNoGroups() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        let groups = try TinyPolicy.engine(policy).run(
            [], settings: RolloutSettings(numGenerations: 4, maxCompletionLength: 4), step: 1)
        #expect(groups.isEmpty)
    }
}
