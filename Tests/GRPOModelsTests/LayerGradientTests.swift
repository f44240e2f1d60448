import GRPOModels
import GRPOReference
import GRPOTensors
import GRPOTestSupport
import Testing

/// What a pass may be packed of.
enum TestPacking: String, CaseIterable, Sendable {
    case one
    case ragged
    case sharedPrefix

    var packing: Packing {
        switch self {
        case .one: return Packing(lengths: [5])
        case .ragged: return Packing(lengths: [3, 1, 6, 2])
        case .sharedPrefix:
            var packing = Packing()
            let first = packing.append(length: 3)
            packing.append(length: 2, prefix: first)
            packing.append(length: 4, prefix: first)
            let second = packing.append(length: 2)
            packing.append(length: 1, prefix: second)
            return packing
        }
    }
}

/// Every layer against central differences in Double: its input and every parameter.
struct LayerGradientTests {
    private let backend = ReferenceBackend()
    private let bound = 1e-6

    private func decoder(on backend: any Backend, headNorms: Bool = false) -> Decoder {
        let decoder = TinyDecoder.make(
            TinyDecoder.configuration(biases: true, layers: 1, headNorms: headNorms), on: backend)
        decoder.store.enableGradients(backend)
        return decoder
    }

    private func random(_ shape: [Int], _ name: String) -> Tensor {
        let count = shape.reduce(1, *)
        return backend.tensor(
            RandomStream(seed: 5, name: name).normals(count: count, step: 0, slot: 0), shape,
            .float64)
    }

    private func dot(_ a: Tensor, _ b: Tensor) -> Double {
        zip(a.doubles, b.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private func copy(_ x: Tensor) -> Tensor {
        backend.tensor(x.doubles, x.shape, x.dtype)
    }

    /// The errors of one layer whose loss is the dot product of its output with fixed numbers.
    private func errors(
        of layer: some Layer, named prefix: String, _ decoder: Decoder, _ packing: Packing,
        on backend: any Backend
    ) -> [String: Double] {
        let x = random([packing.tokenCount, 8], "x")
        let dy = random(x.shape, "dy")
        let pass = Pass(backend, packing)
        decoder.store.zeroGradients(backend)
        let (_, saved) = layer.forward(x, pass)
        let dx = layer.backward(copy(dy), saved, pass)
        let parameters = decoder.store.parameters.filter { $0.name.hasPrefix(prefix) }
        return GradientCheck.errors(
            GradientCheck.variables(input: x, dx: dx, parameters),
            changed: decoder.store.didChange
        ) {
            dot(layer.forward(x, pass).y, dy)
        }
    }

    /// A branch as a layer without a residual stream: y = branch(x).
    private struct Alone<Inner: Branch>: Layer {
        let inner: Inner

        func forward(
            _ x: Tensor, _ pass: Pass
        ) -> (y: Tensor, saved: (x: Tensor, inner: Inner.Saved)) {
            let residual = pass.backend.zeros(x.shape, pass.backend.parameterType)
            let (y, saved) = inner.forward(x, adding: residual, pass)
            return (y, (x, saved))
        }

        func backward(
            _ dy: Tensor, _ saved: (x: Tensor, inner: Inner.Saved), _ pass: Pass
        ) -> Tensor {
            inner.backward(dy, saved.x, saved.inner, pass)
        }
    }

    /// Every tensor of a branch's saved activations, by the name of its field.
    private func activations(_ saved: Any) -> [String: [UInt64]] {
        var found: [String: [UInt64]] = [:]
        for child in Mirror(reflecting: saved).children {
            guard let name = child.label, let tensor = child.value as? Tensor else { continue }
            found[name] = tensor.doubles.map(\.bitPattern)
        }
        return found
    }

    /// What checkpointing computes again is what forward had, bit for bit, in every layer.
    @Test(arguments: TestBackend.available, TestPacking.allCases)
    func saveIsWhatForwardSaves(kind: TestBackend, packing: TestPacking) {
        let backend = kind.make()
        let decoder = TinyDecoder.make(TinyDecoder.configuration(biases: true), on: backend)
        let pass = Pass(backend, packing.packing)
        let count = packing.packing.tokenCount
        func check(_ branch: some Branch, _ name: String, _ fields: Set<String>) {
            let normals = RandomStream(seed: 5, name: name).normals(
                count: count * 8, step: 0, slot: 0)
            let x = backend.tensor(normals, [count, 8], backend.activationType)
            let residual = backend.tensor(normals, [count, 8], backend.parameterType)
            let kept = activations(branch.forward(x, adding: residual, pass).saved)
            let again = activations(branch.save(x, pass))
            #expect(Set(kept.keys) == fields, "\(name)")
            #expect(again == kept, "\(name)")
        }
        for (index, block) in decoder.blocks.enumerated() {
            check(
                block.attention.inner, "attention \(index)", ["q", "k", "v", "y", "logSumExp"])
            check(block.feedForward.inner, "feed-forward \(index)", ["gateUp"])
        }
    }

    private func expectSmall(
        _ errors: [String: Double], count: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(errors.count == count, "\(errors.keys.sorted())", sourceLocation: sourceLocation)
        for (name, error) in errors where !(error < bound) {
            Issue.record("\(name): relative error \(error)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: TestPacking.allCases)
    func attention(packing: TestPacking) {
        let decoder = decoder(on: backend)
        let layer = Alone(inner: decoder.blocks[0].attention.inner)
        expectSmall(
            errors(
                of: layer, named: "layers.0.attention.qkv", decoder, packing.packing, on: backend
            ), count: 3)
    }

    @Test(arguments: TestPacking.allCases)
    func attentionBehindItsNorm(packing: TestPacking) {
        let decoder = decoder(on: backend)
        expectSmall(
            errors(
                of: decoder.blocks[0].attention, named: "layers.0.attention", decoder,
                packing.packing, on: backend), count: 6)
    }

    /// Of the input, both norms, and what stands before and behind them.
    @Test(arguments: TestPacking.allCases)
    func attentionWithNormsOfQueriesAndKeys(packing: TestPacking) {
        let decoder = decoder(on: backend, headNorms: true)
        expectSmall(
            errors(
                of: decoder.blocks[0].attention, named: "layers.0.attention", decoder,
                packing.packing, on: backend), count: 8)
    }

    @Test func feedForward() {
        let decoder = decoder(on: backend)
        let layer = Alone(inner: decoder.blocks[0].feedForward.inner)
        let packing = Packing(lengths: [4])
        expectSmall(
            errors(
                of: layer, named: "layers.0.feed_forward.gate_up", decoder, packing, on: backend),
            count: 3)
        expectSmall(
            errors(of: layer, named: "layers.0.feed_forward.down", decoder, packing, on: backend),
            count: 3)
    }

    @Test func feedForwardBehindItsNorm() {
        let decoder = decoder(on: backend)
        expectSmall(
            errors(
                of: decoder.blocks[0].feedForward, named: "layers.0.feed_forward", decoder,
                Packing(lengths: [4]), on: backend), count: 6)
    }

    @Test(arguments: TestPacking.allCases)
    func block(packing: TestPacking) {
        let decoder = decoder(on: backend)
        expectSmall(
            errors(
                of: decoder.blocks[0], named: "layers.0", decoder, packing.packing, on: backend),
            count: 11)
    }

    /// Log-probabilities and entropies, rows that repeat, temperatures, both heads.
    @Test(arguments: [1.0, 0.6, 2.5], [true, false])
    func tokenHead(temperature: Double, tied: Bool) {
        let decoder = TinyDecoder.make(
            TinyDecoder.configuration(tied: tied, layers: 1), on: backend)
        decoder.store.enableGradients(backend)
        let x = random([5, 8], "x")
        // Row 2 serves three targets, as a prompt's last row serves its group; row 0 none.
        let rows: [Int32] = [2, 4, 2, 1, 2]
        let targets: [Int32] = [3, 10, 0, 3, 7]
        let dLogs = random([5], "dlogs").doubles
        let dEntropies = random([5], "dentropies").doubles
        let (_, saved) = decoder.head.logProbabilities(
            x, rows: rows, targets: targets, temperature: temperature, backend)
        let dx = decoder.head.backward(
            dLogs, dEntropies: dEntropies, saved, tokenCount: 5, backend)
        #expect(dx.rows(0..<1).doubles.allSatisfy { $0 == 0 })
        #expect(dx.rows(3..<4).doubles.allSatisfy { $0 == 0 })
        let names = ["norm", tied ? "embedding" : "head"]
        let errors = GradientCheck.errors(
            GradientCheck.variables(
                input: x, dx: dx, names.map { decoder.store[$0] }),
            changed: decoder.store.didChange
        ) {
            let result = decoder.head.logProbabilities(
                x, rows: rows, targets: targets, temperature: temperature, backend
            ).result
            return zip(result.logProbabilities, dLogs).reduce(0) { $0 + $1.0 * $1.1 }
                + zip(result.entropies, dEntropies).reduce(0) { $0 + $1.0 * $1.1 }
        }
        expectSmall(errors, count: 3)
    }

    /// The checker itself: a gradient that is 1% too large anywhere does not pass.
    @Test(arguments: [
        "linearBackwardInput", "linearBackwardWeight", "rmsNormBackward", "ropeBackward",
        "attentionBackward", "swigluBackward",
    ])
    func aWrongBackwardIsCaught(operation: String) {
        let spy = BackendSpy(backend)
        let decoder = decoder(on: spy)
        spy.after = { name, results in
            guard name == operation else { return }
            results[0].fill(from: results[0].doubles.map { $0 * 1.01 })
        }
        let errors = errors(
            of: decoder.blocks[0], named: "layers.0", decoder, Packing(lengths: [4, 3]), on: spy)
        #expect(errors.values.max()! > 1e-3)
    }

    @Test func aSwappedSignIsCaught() {
        let spy = BackendSpy(backend)
        let decoder = decoder(on: spy)
        spy.after = { name, results in
            guard name == "attentionBackward" else { return }
            results[1].fill(from: results[1].doubles.map { -$0 })
        }
        let errors = errors(
            of: decoder.blocks[0], named: "layers.0", decoder, Packing(lengths: [4]), on: spy)
        #expect(errors["layers.0.attention.qkv"]! > 0.1)
    }
}
