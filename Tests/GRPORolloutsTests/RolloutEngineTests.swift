import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import Testing

/// What is drawn does not depend on how it is drawn.
struct RolloutEngineTests {
    private func run(
        _ policy: Policy, _ requests: [RolloutRequest], generations: Int = 3, length: Int = 24,
        temperature: Double = 1, concurrency: Int = 64, step: Int = 1, seed: UInt64 = 7,
        ignoresEnding: Bool = false
    ) throws -> [RolloutGroup] {
        try TinyPolicy.engine(policy, seed: seed).run(
            requests,
            settings: RolloutSettings(
                numGenerations: generations, maxCompletionLength: length,
                sampling: Sampling(temperature: temperature), concurrency: concurrency,
                ignoresEnding: ignoresEnding), step: step)
    }

    @Test(arguments: TestBackend.exact)
    func concurrencyDoesNotMatter(kind: TestBackend) throws {
        let policy = TinyPolicy.make(on: kind.make())
        let requests = TinyPolicy.requests(7)
        let expected = try run(policy, requests, concurrency: 64).map(Drawn.init)
        for concurrency in [1, 3, 8] {
            let found = try run(policy, requests, concurrency: concurrency).map(Drawn.init)
            #expect(found == expected, "concurrency \(concurrency)")
        }
        #expect(Set(expected.flatMap { $0.ids.map(\.count) }).count > 4)
    }

    @Test(arguments: TestBackend.exact)
    func otherRequestsAndTheirOrderDoNotMatter(kind: TestBackend) throws {
        let policy = TinyPolicy.make(on: kind.make())
        let requests = TinyPolicy.requests(5)
        let expected = try run(policy, requests).map(Drawn.init)
        let reversed = try run(policy, requests.reversed(), concurrency: 4).map(Drawn.init)
        #expect(Array(reversed.reversed()) == expected)
        for (request, group) in zip(requests, expected) {
            #expect(try run(policy, [request]).map(Drawn.init) == [group])
        }
    }

    @Test(arguments: TestBackend.cpu)
    func threadsDoNotMatter(kind: TestBackend) throws {
        let requests = TinyPolicy.requests(4)
        let one = try run(TinyPolicy.make(on: kind.make(threads: 1)), requests).map(Drawn.init)
        let four = try run(TinyPolicy.make(on: kind.make(threads: 4)), requests).map(Drawn.init)
        #expect(one == four)
    }

    /// A group of another size draws the same first completions.
    @Test func completionsOfAGroupAreNumbered() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        let requests = TinyPolicy.requests(3)
        let few = try run(policy, requests, generations: 2).map(Drawn.init)
        let many = try run(policy, requests, generations: 6).map(Drawn.init)
        for (few, many) in zip(few, many) { #expect(Array(many.ids.prefix(2)) == few.ids) }
        #expect(Set(many[0].ids).count > 1)
    }

    @Test func stepSlotAndSeedNameTheNumbers() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        let requests = TinyPolicy.requests(2)
        let first = try run(policy, requests).map(Drawn.init)
        #expect(try run(policy, requests, step: 2).map(Drawn.init) != first)
        #expect(try run(policy, requests, seed: 8).map(Drawn.init) != first)
        var moved = requests
        moved[0].slot = 9
        let other = try run(policy, moved).map(Drawn.init)
        #expect(other[0].ids != first[0].ids)
        #expect(other[1] == first[1])
    }

    /// FAILURES 9 and 10: what is recorded is what training computes, at the sampling temperature.
    @Test(arguments: TestBackend.available, [1.0, 0.6])
    func recordedLogProbabilitiesAreTheTrainers(kind: TestBackend, temperature: Double) throws {
        let policy = TinyPolicy.make(on: kind.make())
        let decoder = policy.decoder
        var largest = 0.0
        for group in try run(
            policy, TinyPolicy.requests(4), temperature: temperature, concurrency: 5)
        {
            var packing = Packing()
            let prompt = packing.append(length: group.promptIDs.count)
            var tokens = group.promptIDs
            var rows: [Int32] = []
            for completion in group.completions {
                rows.append(Int32(group.promptIDs.count - 1))
                rows += completion.tokenIDs.indices.dropLast().map { Int32(tokens.count + $0) }
                packing.append(length: completion.tokenIDs.count, prefix: prompt)
                tokens += completion.tokenIDs
            }
            let x = decoder.infer(tokens, Pass(decoder.backend, packing))
            let scores = decoder.head.logProbabilities(
                x, rows: rows, targets: group.completions.flatMap(\.tokenIDs),
                temperature: temperature, decoder.backend
            ).result.logProbabilities
            let recorded = group.completions.flatMap(\.logProbabilities)
            largest = max(largest, Distance.largest(recorded, scores))
        }
        switch kind {
        case .reference: #expect(largest < 1e-12)
        case .oneDNNFloat32, .oneDNNBFloat16: #expect(largest == 0)
        case .openBLASFloat32: #expect(largest < 1e-5)
        case .openBLASBFloat16: #expect(largest < 0.1)
        }
    }

    @Test func theEndingIsAnIDAndNoText() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        let completions = try run(policy, TinyPolicy.requests(8), length: 12)
            .flatMap(\.completions)
        for sampled in completions {
            let ids = sampled.tokenIDs
            let ended = ids.last == TinyPolicy.end
            #expect(!ids.dropLast().contains(TinyPolicy.end))
            #expect(sampled.completion.finishReason == (ended ? .stop : .length))
            if !ended { #expect(ids.count == 12) }
            #expect(sampled.completion.tokenCount == ids.count)
            #expect(sampled.logProbabilities.count == ids.count)
            let text = policy.tokenizer.decode(
                ended ? Array(ids.dropLast()) : ids, skipSpecial: false)
            #expect(sampled.completion.text == text)
        }
        let reasons = Set(completions.map(\.completion.finishReason))
        #expect(reasons == [.stop, .length])
    }

    @Test func oneTokenIsACompletion() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        let groups = try run(policy, TinyPolicy.requests(6), length: 1, concurrency: 2)
        let longer = try run(policy, TinyPolicy.requests(6), length: 5)
        for (short, long) in zip(groups, longer) {
            #expect(
                short.completions.map(\.tokenIDs)
                    == long.completions.map { Array($0.tokenIDs.prefix(1)) })
        }
    }

    /// Completions that end with their first token never enter a decoding pass.
    @Test func everyFirstTokenEnds() throws {
        let tokenizer = try TinyPolicy.tokenizer(endings: Array(0...16))
        let spy = BackendSpy(TestBackend.reference.make())
        let policy = TinyPolicy.make(on: spy, tokenizer: tokenizer)
        let groups = try run(policy, TinyPolicy.requests(6), concurrency: 4)
        let completions = groups.flatMap(\.completions)
        #expect(completions.count == 18)
        #expect(completions.allSatisfy { $0.tokenIDs.count == 1 })
        #expect(completions.allSatisfy { $0.completion.finishReason == .stop })
        #expect(spy.calls["embedding"]! <= 6)
    }

    @Test func someFirstTokensEnd() throws {
        let tokenizer = try TinyPolicy.tokenizer(endings: Array(0...8))
        let policy = TinyPolicy.make(on: TestBackend.reference.make(), tokenizer: tokenizer)
        let expected = try run(policy, TinyPolicy.requests(9), concurrency: 64).map(Drawn.init)
        let lengths = expected.flatMap { $0.ids.map(\.count) }
        #expect(lengths.contains(1) && lengths.contains { $0 > 3 })
        #expect(
            try run(policy, TinyPolicy.requests(9), concurrency: 3).map(Drawn.init) == expected)
    }

    /// FAILURES 14 and 15: nothing is inferred from the id of the padding.
    @Test func paddingThatIsTheEndingChangesNothing() throws {
        let backend = TestBackend.reference.make()
        let plain = try run(TinyPolicy.make(on: backend), TinyPolicy.requests(5))
        let padded = try run(
            TinyPolicy.make(
                on: backend,
                tokenizer: TinyPolicy.tokenizer(endings: [TinyPolicy.end], pad: TinyPolicy.end)),
            TinyPolicy.requests(5))
        #expect(padded.map(Drawn.init) == plain.map(Drawn.init))
        let ended = padded.flatMap(\.completions).filter { $0.completion.finishReason == .stop }
        #expect(!ended.isEmpty)
        #expect(ended.allSatisfy { $0.tokenIDs.last == TinyPolicy.end })
    }

    /// FAILURES 17: ids outside the tokenizer's vocabulary have no text, and stay ids.
    @Test func idsAreNeverDerivedFromText() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make(), vocabulary: 24)
        let completions = try run(policy, TinyPolicy.requests(6)).flatMap(\.completions)
        let unspeakable = completions.filter { $0.tokenIDs.contains { $0 > TinyPolicy.end } }
        #expect(!unspeakable.isEmpty)
        for sampled in unspeakable {
            let again = try policy.tokenizer.encode(sampled.completion.text, allowSpecial: false)
            #expect(again.count < sampled.tokenIDs.count)
        }
    }

    @Test func ignoredEndingsGiveFullLength() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        let completions = try run(
            policy, TinyPolicy.requests(5), length: 40, ignoresEnding: true
        ).flatMap(\.completions)
        #expect(completions.allSatisfy { $0.tokenIDs.count == 40 })
        #expect(completions.contains { $0.tokenIDs.dropLast().contains(TinyPolicy.end) })
    }

    /// Greedy continuations are transformers'.
    @Test(arguments: LlamaFixture.names, TestBackend.precise)
    func greedyContinuations(name: String, kind: TestBackend) throws {
        let fixture = try LlamaFixture(name)
        let scalars = (0..<60).map { Unicode.Scalar(0x41 + $0)! }
        let policy = Policy(
            decoder: fixture.decoder(on: kind.make()),
            tokenizer: CharacterTokenizer(
                alphabet: String(String.UnicodeScalarView(scalars))))
        let requests = fixture.pairs.enumerated().map { slot, pair in
            RolloutRequest(
                problem: Problem(id: "\(slot)", prompt: "", answer: ""), promptIDs: pair.prompt,
                slot: slot)
        }
        let groups = try run(
            policy, requests, generations: 2, length: 8, temperature: 0, ignoresEnding: true)
        for (group, expected) in zip(groups, fixture.document.greedy) {
            #expect(group.completions.map(\.tokenIDs) == [expected, expected])
        }
    }

    /// First tokens appear as often as the policy says: five standard errors.
    @Test func frequenciesAreTheProbabilities() throws {
        let policy = TinyPolicy.make(on: TestBackend.reference.make())
        let request = TinyPolicy.requests(1)[0]
        let count = 4000
        let group = try run(
            policy, [request], generations: count, length: 1, temperature: 0.7,
            concurrency: 1000)[0]
        let decoder = policy.decoder
        let x = decoder.infer(
            request.promptIDs,
            Pass(decoder.backend, Packing(lengths: [request.promptIDs.count])))
        let logits = decoder.head.logits(
            x, rows: [Int32(request.promptIDs.count - 1)], decoder.backend
        ).doubles.map { Scalar.exp($0 / 0.7) }
        let total = logits.reduce(0, +)
        for token in 0..<17 {
            let p = logits[token] / total
            let found = group.completions.count { $0.tokenIDs[0] == Int32(token) }
            let deviation = (Double(count) * p * (1 - p)).squareRoot()
            #expect(abs(Double(found) - Double(count) * p) <= 5 * deviation + 1, "token \(token)")
        }
    }
}
