import GRPOModels
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

struct AdamWTests {
    private func decoder(_ kind: TestBackend, biases: Bool = true) -> Decoder {
        let decoder = TinyDecoder.make(
            TinyDecoder.configuration(tied: false, biases: biases), on: kind.make())
        decoder.store.enableGradients(decoder.backend)
        return decoder
    }

    /// Gradients drawn per step; the gaps between parameters stay zero.
    private func setGradients(_ decoder: Decoder, step: Int, scale: Double = 1) {
        let random = RandomStream(seed: 4, name: "gradients")
        for (slot, parameter) in decoder.store.parameters.enumerated() {
            let values = random.normals(count: parameter.values.count, step: step, slot: slot)
            parameter.gradient!.fill(from: values.map { scale * $0 })
        }
    }

    /// Three steps by hand in Double: clipping, bias correction, decay on matrices alone.
    @Test(arguments: TestBackend.precise)
    func threeStepsByHand(kind: TestBackend) {
        let decoder = decoder(kind)
        let store = decoder.store
        let settings = OptimizerSettings(
            adamBeta1: 0.8, adamBeta2: 0.95, adamEpsilon: 1e-6, weightDecay: 0.1, maxGradNorm: 2)
        let optimizer = AdamW(settings, store: store, backend: decoder.backend)
        var p = store.values.doubles
        var m = p.map { _ in 0.0 }
        var v = m
        let decays = store.parameters.reduce(into: Set<Int>()) { set, parameter in
            if parameter.shape.count == 2 { set.formUnion(parameter.range) }
        }
        #expect(store.parameters.allSatisfy { $0.decays == ($0.shape.count == 2) })
        for step in 1...3 {
            setGradients(decoder, step: step, scale: step == 2 ? 1e-3 : 1)
            let g = store.gradients!.doubles
            let norm = g.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect((norm > 2) == (step != 2))
            let scale = min(1, 2 / (norm + 1e-6))
            let rate = 0.01 * Double(step)
            for i in p.indices {
                m[i] = 0.8 * m[i] + 0.2 * g[i] * scale
                v[i] = 0.95 * v[i] + 0.05 * g[i] * scale * g[i] * scale
                if decays.contains(i) { p[i] -= rate * 0.1 * p[i] }
                let mean = m[i] / (1 - Scalar.pow(0.8, Double(step)))
                let square = v[i] / (1 - Scalar.pow(0.95, Double(step)))
                p[i] -= rate * mean / (square.squareRoot() + 1e-6)
            }
            guard case .updated(let found) = optimizer.update(learningRate: rate) else {
                Issue.record("skipped")
                return
            }
            #expect(abs(found - norm) < 1e-5 * norm)
            #expect(store.gradients!.doubles.allSatisfy { $0 == 0 })
        }
        #expect(optimizer.updates == 3)
        let bound = kind == .reference ? 1e-12 : 2e-6
        #expect(Distance.relative(store.values.doubles, p) < bound)
        #expect(Distance.relative(optimizer.firstMoment.doubles, m) < bound)
        #expect(Distance.relative(optimizer.secondMoment.doubles, v) < bound)
    }

    @Test func withoutALimitNothingIsClipped() {
        let a = decoder(.reference)
        let b = decoder(.reference)
        for (decoder, limit) in [(a, 0.0), (b, 1e9)] {
            setGradients(decoder, step: 1, scale: 100)
            _ = AdamW(
                OptimizerSettings(maxGradNorm: limit), store: decoder.store,
                backend: decoder.backend
            ).update(learningRate: 0.1)
        }
        #expect(a.store.values.doubles == b.store.values.doubles)
    }

    /// A gradient that is not finite, in whichever parameter, changes nothing and is named.
    @Test(arguments: TestBackend.available, [Double.nan, .infinity])
    func aGradientThatIsNotFiniteIsSkipped(kind: TestBackend, bad: Double) {
        let decoder = decoder(kind)
        let store = decoder.store
        let optimizer = AdamW(
            OptimizerSettings(weightDecay: 0.1), store: store, backend: decoder.backend)
        setGradients(decoder, step: 1)
        _ = optimizer.update(learningRate: 0.1)
        let weights = store.values.doubles
        let moments = (optimizer.firstMoment.doubles, optimizer.secondMoment.doubles)
        let versions = store.parameters.map(\.weight.version)
        for (index, parameter) in store.parameters.enumerated() {
            setGradients(decoder, step: 2 + index)
            var values = parameter.gradient!.doubles
            values[values.count - 1] = bad
            parameter.gradient!.fill(from: values)
            #expect(
                optimizer.update(learningRate: 0.1) == .skipped(parameter: parameter.name))
            #expect(store.gradients!.doubles.allSatisfy { $0 == 0 })
        }
        #expect(store.values.doubles == weights)
        #expect(optimizer.firstMoment.doubles == moments.0)
        #expect(optimizer.secondMoment.doubles == moments.1)
        #expect(optimizer.updates == 1)
        #expect(store.parameters.map(\.weight.version) == versions)
        setGradients(decoder, step: 99)
        guard case .updated = optimizer.update(learningRate: 0.1) else {
            Issue.record("a sound gradient was skipped")
            return
        }
    }

    /// FAILURES 27: an update makes every derived copy of the weights out of date.
    @Test func anUpdateCountsAsAChange() {
        let decoder = decoder(.reference)
        let before = decoder.store.parameters.map(\.weight.version)
        setGradients(decoder, step: 1)
        _ = AdamW(OptimizerSettings(), store: decoder.store, backend: decoder.backend)
            .update(learningRate: 0.1)
        #expect(
            zip(before, decoder.store.parameters.map(\.weight.version)).allSatisfy { $0 < $1 })
    }

    @Test func settingsOutOfRangeAreNamed() {
        #expect(OptimizerSettings().problems().isEmpty)
        let bad = OptimizerSettings(
            learningRate: 0, warmupRatio: 2, minLrRate: -1, adamBeta1: 1, adamBeta2: -0.1,
            adamEpsilon: 0, weightDecay: -1, maxGradNorm: -1)
        #expect(
            bad.problems().map(\.key) == [
                "learning_rate", "warmup_ratio", "min_lr_rate", "adam_beta1", "adam_beta2",
                "adam_epsilon", "weight_decay", "max_grad_norm",
            ])
        #expect(OptimizerSettings(learningRate: .nan).problems().count == 1)
    }
}
