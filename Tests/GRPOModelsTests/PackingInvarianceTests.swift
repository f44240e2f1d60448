import GRPOModels
import GRPOTensors
import GRPOTestSupport
import Testing

/// A token's numbers depend on what stands before it in its own sequence, and on nothing else.
struct PackingInvarianceTests {
    private let prompt = TinyDecoder.tokens(9, seed: 11)
    private let completions = [
        TinyDecoder.tokens(5, seed: 12), TinyDecoder.tokens(1, seed: 13),
        TinyDecoder.tokens(17, seed: 14),
    ]

    /// Decoders that compute a row in different ways.
    enum Shape: CaseIterable {
        case plain
        case headNorms
        case adapters
    }

    private func decoder(
        _ kind: TestBackend, threads: Int = 1, _ shape: Shape = .plain
    ) -> Decoder {
        let decoder = TinyDecoder.make(
            TinyDecoder.configuration(tied: false, biases: true, headNorms: shape == .headNorms),
            on: kind.make(threads: threads))
        return shape == .adapters ? TinyDecoder.adapted(decoder, TinyDecoder.lora()) : decoder
    }

    /// The log-probability of each token's successor in a fixed list, at every row.
    private func scores(_ decoder: Decoder, _ tokens: [Int32], _ packing: Packing) -> [Double] {
        let x = decoder.infer(tokens, Pass(decoder.backend, packing))
        let rows = (0..<Int32(tokens.count)).map { $0 }
        return decoder.head.logProbabilities(
            x, rows: rows, targets: tokens.map { ($0 + 3) % 11 }, temperature: 0.8,
            decoder.backend
        ).result.logProbabilities
    }

    private func expectEqual(_ found: [Double], _ expected: [Double], _ kind: TestBackend) {
        if TestBackend.exact.contains(kind) {
            #expect(found == expected)
        } else {
            // Other numbers of rows are summed in another order: measured, and bounded.
            #expect(Distance.largest(found, expected) < (kind.isBFloat16 ? 5e-2 : 1e-5))
        }
    }

    /// FAILURES 12 and 13: no pads exist, and positions are those of the sequence alone.
    @Test(arguments: TestBackend.available, Shape.allCases)
    func packedEqualsAlone(kind: TestBackend, shape: Shape) {
        let decoder = decoder(kind, shape)
        let sequences = [prompt] + completions
        let packed = scores(
            decoder, sequences.flatMap { $0 }, Packing(lengths: sequences.map(\.count)))
        let alone = sequences.flatMap {
            scores(decoder, $0, Packing(lengths: [$0.count]))
        }
        expectEqual(packed, alone, kind)
    }

    @Test(arguments: TestBackend.available, Shape.allCases)
    func aSharedPrefixEqualsARepeatedPrompt(kind: TestBackend, shape: Shape) {
        let decoder = decoder(kind, shape)
        var packing = Packing()
        let prefix = packing.append(length: prompt.count)
        for ids in completions { packing.append(length: ids.count, prefix: prefix) }
        let shared = scores(decoder, prompt + completions.flatMap { $0 }, packing)
        var repeated: [Double] = []
        for ids in completions {
            let whole = scores(
                decoder, prompt + ids, Packing(lengths: [prompt.count + ids.count]))
            if repeated.isEmpty { repeated += whole[..<prompt.count] }
            repeated += whole[prompt.count...]
        }
        expectEqual(shared, repeated, kind)
    }

    /// Token by token through the key-value cache, over a prefix, equals one pass.
    @Test(arguments: TestBackend.available, Shape.allCases)
    func decodingEqualsPrefill(kind: TestBackend, shape: Shape) {
        let decoder = decoder(kind, shape)
        let ids = completions[2]
        let whole = scores(decoder, prompt + ids, Packing(lengths: [prompt.count + ids.count]))
        let cache = KeyValueCache(decoder.configuration, rows: 64, backend: decoder.backend)
        // Scattered on purpose: the prompt in rows 20..<29, the completion from row 3.
        func step(_ tokens: [Int32], _ span: AttentionSpan, _ rows: [Int32]) -> [Double] {
            let x = decoder.infer(
                tokens,
                Pass(decoder.backend, AttentionLayout(spans: [span]), cache: cache, rows: rows))
            return decoder.head.logProbabilities(
                x, rows: (0..<Int32(tokens.count)).map { $0 },
                targets: tokens.map { ($0 + 3) % 11 }, temperature: 0.8, decoder.backend
            ).result.logProbabilities
        }
        var found = step(
            prompt, AttentionSpan(queryStart: 0, queryCount: 9, ownStart: 20, ownCount: 9),
            (20..<29).map(Int32.init))
        for (index, token) in ids.enumerated() {
            found += step(
                [token],
                AttentionSpan(
                    queryStart: 0, queryCount: 1, prefixStart: 20, prefixCount: 9, ownStart: 3,
                    ownCount: index + 1), [Int32(3 + index)])
        }
        expectEqual(found, whole, kind)
    }

    /// Sequences of unequal length decode together over a cache whose unwritten rows are NaN, which
    /// would reach whatever reads them.
    @Test(arguments: TestBackend.available, [1, 3])
    func unwrittenCacheRowsAreNotRead(kind: TestBackend, threads: Int) {
        let decoder = decoder(kind, threads: threads)
        let expected = completions.map { ids in
            Array(
                scores(
                    decoder, prompt + ids, Packing(lengths: [prompt.count + ids.count])
                )[prompt.count...])
        }
        let cache = KeyValueCache(decoder.configuration, rows: 64, backend: decoder.backend)
        for (k, v) in cache.layers {
            for tensor in [k, v] {
                tensor.fill(from: repeatElement(.nan, count: tensor.count))
            }
        }
        func step(_ tokens: [Int32], _ spans: [AttentionSpan], _ rows: [Int32]) -> [Double] {
            let x = decoder.infer(
                tokens,
                Pass(decoder.backend, AttentionLayout(spans: spans), cache: cache, rows: rows))
            return decoder.head.logProbabilities(
                x, rows: tokens.indices.map(Int32.init), targets: tokens.map { ($0 + 3) % 11 },
                temperature: 0.8, decoder.backend
            ).result.logProbabilities
        }
        // The prompt in rows 1..<10; sequence s from row 10 + 18 s.
        _ = step(
            prompt, [AttentionSpan(queryStart: 0, queryCount: 9, ownStart: 1, ownCount: 9)],
            (1..<10).map(Int32.init))
        var found: [[Double]] = [[], [], []]
        for index in 0..<(completions.map(\.count).max() ?? 0) {
            let live = completions.indices.filter { index < completions[$0].count }
            let spans = live.enumerated().map { query, sequence in
                AttentionSpan(
                    queryStart: query, queryCount: 1, prefixStart: 1, prefixCount: 9,
                    ownStart: 10 + 18 * sequence, ownCount: index + 1)
            }
            let scores = step(
                live.map { completions[$0][index] }, spans,
                live.map { Int32(10 + 18 * $0 + index) })
            for (query, sequence) in live.enumerated() { found[sequence].append(scores[query]) }
        }
        for (found, expected) in zip(found, expected) { expectEqual(found, expected, kind) }
    }

    /// FAILURES 16: changing token t changes the numbers at t and after it, in its own sequence.
    @Test(arguments: TestBackend.available, [true, false])
    func causalityProbe(kind: TestBackend, isPacked: Bool) {
        let decoder = decoder(kind)
        let others = isPacked ? [completions[0], completions[2]] : []
        let packing = Packing(lengths: [prompt.count] + others.map(\.count))
        func hidden(_ ids: [Int32]) -> [[Double]] {
            let x = decoder.infer(
                ids + others.flatMap { $0 }, Pass(decoder.backend, packing))
            return (0..<x.rows).map { x.rows($0..<$0 + 1).doubles }
        }
        let before = hidden(prompt)
        for t in prompt.indices {
            var changed = prompt
            changed[t] = (changed[t] + 1) % 11
            let after = hidden(changed)
            let moved = before.indices.filter { before[$0] != after[$0] }
            #expect(moved == Array(t..<prompt.count))
        }
    }

    /// Perturbing a completion leaves its siblings on the same prompt untouched.
    @Test(arguments: TestBackend.available)
    func siblingsDoNotSeeEachOther(kind: TestBackend) {
        let decoder = decoder(kind)
        var packing = Packing()
        let prefix = packing.append(length: prompt.count)
        for ids in completions { packing.append(length: ids.count, prefix: prefix) }
        let before = scores(decoder, prompt + completions.flatMap { $0 }, packing)
        var changed = completions
        changed[0][0] = (changed[0][0] + 1) % 11
        let after = scores(decoder, prompt + changed.flatMap { $0 }, packing)
        let touched = packing.sequences[1].rows
        #expect(before.indices.filter { before[$0] != after[$0] } == Array(touched))
    }

    @Test(arguments: TestBackend.cpu, Shape.allCases)
    func oneThreadEqualsFour(kind: TestBackend, shape: Shape) {
        let tokens = [prompt] + completions
        let packing = Packing(lengths: tokens.map(\.count))
        let ids = tokens.flatMap { $0 }
        func results(_ threads: Int) -> ([Double], [Double]) {
            let decoder = decoder(kind, threads: threads, shape)
            let backend = decoder.backend
            decoder.trained.enableGradients(backend)
            let pass = Pass(backend, packing)
            var (x, saved) = decoder.forward(ids, pass)
            let (result, head) = decoder.head.logProbabilities(
                x, rows: ids.indices.map(Int32.init), targets: ids, temperature: 1, backend)
            x = decoder.head.backward(
                ids.indices.map { Double($0 % 5) - 2 }, dEntropies: nil, head,
                tokenCount: ids.count, backend)
            decoder.backward(x, &saved, pass)
            return (result.logProbabilities, decoder.trained.gradients!.doubles)
        }
        let one = results(1)
        let four = results(4)
        #expect(one.0 == four.0)
        #expect(one.1 == four.1)
    }

    /// FAILURES 26 and 27: what was derived from the weights before an update is not used after.
    @Test(arguments: TestBackend.available)
    func changedWeightsAreSeenAtOnce(kind: TestBackend) {
        let decoder = decoder(kind)
        let packing = Packing(lengths: [prompt.count])
        let before = scores(decoder, prompt, packing)
        for name in ["layers.0.attention.qkv", "layers.1.feed_forward.down", "head"] {
            let values = decoder.store[name].values
            values.fill(from: values.doubles.map { $0 * 1.5 })
            decoder.store.didChange()
            let fresh = Decoder(decoder.configuration, backend: decoder.backend)
            fresh.store.copyValues(from: decoder.store)
            let after = scores(decoder, prompt, packing)
            #expect(after != before)
            #expect(after == scores(fresh, prompt, packing))
        }
    }
}
