import GRPOTensors

/// The adapters of all products of a decoder: trained while its weights are frozen.
///
/// They stay beside the weights, in sampling as in training, and are merged on export only. Both
/// choices would keep the promise that the sampler's log-probabilities are the trainer's bit for
/// bit, because sampler and trainer are one decoder. Beside the weights they take no second copy
/// of them, the weights are packed once for policy and reference alike and never again, and in
/// bfloat16 a small change is not rounded away against the weight it is added to.
package final class AdapterSet {
    package let settings: LoRASettings
    package let layout: AdapterLayout
    /// A and B of every product, and the score head where there is one.
    package let store: ParameterStore
    private let adapters: [String: LowRankAdapter]

    /// Adapters that are all zero.
    init(
        _ configuration: DecoderConfiguration, _ settings: LoRASettings, backend: any Backend
    ) {
        precondition(settings.problems().isEmpty, "\(settings.problems())")
        let layout = AdapterLayout(configuration, settings)
        let store = ParameterStore(layout.specifications, backend: backend)
        var adapters: [String: LowRankAdapter] = [:]
        for layer in 0..<layout.layers {
            for product in layout.products {
                let name = product.name(layer: layer)
                adapters[name] = LowRankAdapter(
                    product, down: store[name + ".lora_a"], up: store[name + ".lora_b"],
                    rank: settings.r, scale: settings.scale, backend: backend)
            }
        }
        self.settings = settings
        self.layout = layout
        self.store = store
        self.adapters = adapters
    }

    /// The adapter of a joint product, by its parameter's name.
    func adapter(of product: String) -> LowRankAdapter? { adapters[product] }

    /// The score head that is trained beside the adapters of a reward model.
    var scoreHead: Parameter? { layout.scoreHead.map { store[$0.name] } }

    /// Takes the score head over from the weights.
    func takeScoreHead(from weights: ParameterStore) {
        guard let scoreHead else { return }
        scoreHead.values.fill(from: weights[scoreHead.name].values.doubles)
        store.didChange()
    }

    /// Adds what every adapter adds to the weights, and replaces their score head.
    func merge(into weights: ParameterStore) {
        for (name, adapter) in adapters { adapter.merge(into: weights[name].values) }
        if let scoreHead {
            weights[scoreHead.name].values.fill(from: scoreHead.values.doubles)
        }
        weights.didChange()
    }
}
