import GRPOModels
import GRPOReference
import GRPOTensors
import GRPOTestSupport
import Testing

/// The whole decoder against central differences in Double, every parameter.
struct DecoderGradientTests {
    struct Variant: Sendable, CustomStringConvertible {
        let description: String
        let configuration: DecoderConfiguration
        let packing: TestPacking

        static let all = [
            Variant(
                description: "tied", configuration: TinyDecoder.configuration(),
                packing: .ragged),
            Variant(
                description: "untied, biases, prefix",
                configuration: TinyDecoder.configuration(tied: false, biases: true),
                packing: .sharedPrefix),
            Variant(
                description: "linear scaling, prefix",
                configuration: TinyDecoder.configuration(scaling: .linear(factor: 2)),
                packing: .sharedPrefix),
            Variant(
                description: "llama3 scaling",
                configuration: TinyDecoder.configuration(
                    scaling: .llama3(
                        factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4,
                        originalMaxPositions: 8), theta: 10),
                packing: .ragged),
            Variant(
                description: "norms of q and k, prefix",
                configuration: TinyDecoder.configuration(biases: true, headNorms: true),
                packing: .sharedPrefix),
        ]
    }

    @Test(arguments: Variant.all)
    func everyParameter(variant: Variant) {
        let backend = ReferenceBackend()
        let decoder = TinyDecoder.make(variant.configuration, on: backend)
        decoder.store.enableGradients(backend)
        let packing = variant.packing.packing
        let tokens = TinyDecoder.tokens(packing.tokenCount)
        let rows = (0..<Int32(packing.tokenCount)).map { $0 }
        let targets = TinyDecoder.tokens(packing.tokenCount, seed: 2)
        let weights = RandomStream(seed: 3, name: "dlogs")
            .normals(count: packing.tokenCount, step: 0, slot: 0)
        let pass = Pass(backend, packing)

        var (x, saved) = decoder.forward(tokens, pass)
        let (_, headSaved) = decoder.head.logProbabilities(
            x, rows: rows, targets: targets, temperature: 0.9, backend)
        x = decoder.head.backward(
            weights, dEntropies: nil, headSaved, tokenCount: packing.tokenCount, backend)
        decoder.backward(x, &saved, pass)

        let errors = GradientCheck.errors(
            decoder.store.parameters.map {
                GradientCheck.Variable($0.name, $0.values, gradient: $0.gradient!.doubles)
            }, changed: decoder.store.didChange
        ) {
            let result = decoder.head.logProbabilities(
                decoder.infer(tokens, pass), rows: rows, targets: targets, temperature: 0.9,
                backend
            ).result
            return zip(result.logProbabilities, weights).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(errors.count == variant.configuration.parameters.count)
        for (name, error) in errors where !(error < 1e-6) {
            Issue.record("\(name): relative error \(error)")
        }
    }

    /// A tied head is one parameter: counted once, its gradient the sum of both uses.
    @Test func aTiedEmbeddingIsCountedOnce() {
        let backend = ReferenceBackend()
        let tied = TinyDecoder.make(TinyDecoder.configuration(), on: backend)
        let untied = TinyDecoder.make(TinyDecoder.configuration(tied: false), on: backend)
        for parameter in tied.store.parameters {
            untied.store[parameter.name].values.fill(from: parameter.values.doubles)
        }
        untied.store["head"].values.fill(from: tied.store["embedding"].values.doubles)
        untied.store.didChange()
        #expect(untied.store.count - tied.store.count == 11 * 8)
        #expect(tied.store.count == 11 * 8 + 2 * (2 * 8 + 32 * 8 + 8 * 16 + 24 * 8 + 8 * 12) + 8)

        for decoder in [tied, untied] {
            decoder.store.enableGradients(backend)
            let tokens = TinyDecoder.tokens(6)
            let pass = Pass(backend, Packing(lengths: [6]))
            var (x, saved) = decoder.forward(tokens, pass)
            let (_, head) = decoder.head.logProbabilities(
                x, rows: [0, 1, 2, 3, 4, 5], targets: TinyDecoder.tokens(6, seed: 2),
                temperature: 1, backend)
            x = decoder.head.backward(
                [1, -1, 2, 0.5, 1, 1], dEntropies: nil, head, tokenCount: 6, backend)
            decoder.backward(x, &saved, pass)
        }
        let sum = zip(
            untied.store["embedding"].gradient!.doubles, untied.store["head"].gradient!.doubles
        ).map { $0 + $1 }
        #expect(Distance.relative(tied.store["embedding"].gradient!.doubles, sum) < 1e-13)
    }

    /// Saved activations are popped from the end: what is in use falls block by block.
    @Test(arguments: TestBackend.available)
    func memoryFallsDuringBackward(kind: TestBackend) {
        let spy = BackendSpy(kind.make())
        let configuration = TinyDecoder.configuration(layers: 6)
        let decoder = TinyDecoder.make(configuration, on: spy)
        decoder.store.enableGradients(spy)
        let packing = Packing(lengths: [64, 64, 64, 64])
        let pass = Pass(spy, packing)
        let rows = (0..<256).map(Int32.init)
        func backward() {
            var (x, saved) = decoder.forward(TinyDecoder.tokens(256), pass)
            let (_, head) = decoder.head.logProbabilities(
                x, rows: rows, targets: TinyDecoder.tokens(256, seed: 2), temperature: 1, spy)
            x = decoder.head.backward(
                Array(repeating: 1, count: 256), dEntropies: nil, head, tokenCount: 256, spy)
            decoder.backward(x, &saved, pass)
        }
        backward()  // Packed copies of the weights exist from here on.
        let before = spy.pool.bytesInUse
        var inUse: [Int] = []
        spy.after = { operation, _ in
            // The last operation of each block: the gradient through its attention's norm.
            if operation == "rmsNormBackward" { inUse.append(spy.pool.bytesInUse) }
        }
        backward()
        let atBlocks = inUse.dropFirst().enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        #expect(atBlocks.count == 6)
        for (later, earlier) in zip(atBlocks.dropFirst(), atBlocks) { #expect(later < earlier) }
        #expect(spy.pool.bytesInUse == before)
    }

    /// Inference keeps nothing: its high-water mark does not grow with the number of layers.
    @Test(arguments: TestBackend.available)
    func inferenceDropsActivationsAtOnce(kind: TestBackend) {
        func peak(layers: Int) -> Int {
            let backend = kind.make()
            let decoder = TinyDecoder.make(
                TinyDecoder.configuration(layers: layers), on: backend)
            let pass = Pass(backend, Packing(lengths: [256]))
            _ = { decoder.infer(TinyDecoder.tokens(256), $0) }(pass)
            let before = backend.pool.bytesInUse
            backend.pool.beginPhase()
            _ = decoder.infer(TinyDecoder.tokens(256), pass)
            return backend.pool.highWaterMark - before
        }
        #expect(peak(layers: 5) == peak(layers: 2))
    }

    @Test func aFrozenDecoderHasNoGradients() {
        let backend = ReferenceBackend()
        let decoder = TinyDecoder.make(TinyDecoder.configuration(), on: backend)
        decoder.store.enableGradients(backend)
        let copy = decoder.frozenCopy()
        #expect(copy.store.gradients == nil)
        #expect(copy.store.parameters.allSatisfy { $0.gradient == nil })
        #expect(copy.store.values.doubles == decoder.store.values.doubles)
        decoder.store.values.buffer(of: Double.self)[0] += 1
        #expect(copy.store.values.doubles[0] != decoder.store.values.doubles[0])
    }
}
