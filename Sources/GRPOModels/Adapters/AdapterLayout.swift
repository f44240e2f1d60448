/// The joint matrix products of a block: those a backend computes at once.
enum BlockProduct: String, CaseIterable, Sendable {
    case queryKeyValue = "attention.qkv"
    case output = "attention.output"
    case gateUp = "feed_forward.gate_up"
    case down = "feed_forward.down"

    /// The projections whose outputs stand in the product's rows, in their order.
    var projections: [LoRATarget] {
        switch self {
        case .queryKeyValue: [.query, .key, .value]
        case .output: [.output]
        case .gateUp: [.gate, .up]
        case .down: [.down]
        }
    }

    func inputs(_ configuration: DecoderConfiguration) -> Int {
        switch self {
        case .queryKeyValue, .gateUp: configuration.hiddenSize
        case .output: configuration.heads * configuration.headDim
        case .down: configuration.intermediateSize
        }
    }
}

extension LoRATarget {
    func outputs(_ configuration: DecoderConfiguration) -> Int {
        switch self {
        case .query: configuration.heads * configuration.headDim
        case .key, .value: configuration.keyValueHeads * configuration.headDim
        case .gate, .up: configuration.intermediateSize
        case .output, .down: configuration.hiddenSize
        }
    }
}

/// Where the matrices of a decoder's adapters lie.
///
/// The adapted projections of one joint product share two parameters: `NAME.lora_a` [parts · r,
/// inputs], their A one below the other, and `NAME.lora_b` [outputs of the parts, r], their B.
package struct AdapterLayout: Sendable {
    /// An adapted projection of a joint product.
    package struct Part: Sendable {
        package let target: LoRATarget
        /// The projection's rows in the joint product.
        package let outputs: Range<Int>
        /// Those of its A in `lora_a`.
        package let downRows: Range<Int>
        /// Those of its B in `lora_b`.
        package let upRows: Range<Int>
    }

    /// A joint product with adapters, alike in all layers.
    struct Product: Sendable {
        let kind: BlockProduct
        let inputs: Int
        /// All outputs of the joint product, adapted or not.
        let outputs: Int
        let parts: [Part]

        func name(layer: Int) -> String { "layers.\(layer).\(kind.rawValue)" }
    }

    let layers: Int
    let rank: Int
    let products: [Product]
    /// The score head, which is trained whole beside the adapters of a reward model; nil for a
    /// policy. It begins as it was drawn beside the weights.
    let scoreHead: ParameterSpecification?

    package init(_ configuration: DecoderConfiguration, _ settings: LoRASettings) {
        let targets = settings.targetModules.targets
        let rank = settings.r
        layers = configuration.layers
        self.rank = rank
        scoreHead =
            configuration.scoreHead
            ? ParameterSpecification("score", [1, configuration.hiddenSize], .zeros) : nil
        products = BlockProduct.allCases.compactMap { kind in
            var parts: [Part] = []
            var (first, up) = (0, 0)
            for projection in kind.projections {
                let count = projection.outputs(configuration)
                if targets.contains(projection) {
                    parts.append(
                        Part(
                            target: projection, outputs: first..<first + count,
                            downRows: parts.count * rank..<(parts.count + 1) * rank,
                            upRows: up..<up + count))
                    up += count
                }
                first += count
            }
            guard !parts.isEmpty else { return nil }
            return Product(
                kind: kind, inputs: kind.inputs(configuration), outputs: first, parts: parts)
        }
    }

    /// The parameters in the order of their flat store. A is drawn as PEFT draws it (Kaiming's
    /// uniform bound with a = √5 is 1 / √inputs), B is 0: at first nothing is added.
    package var specifications: [ParameterSpecification] {
        let matrices = (0..<layers).flatMap { layer in
            products.flatMap { product in
                let name = product.name(layer: layer)
                let bound = 1 / Double(product.inputs).squareRoot()
                let outputs = product.parts.reduce(0) { $0 + $1.outputs.count }
                return [
                    ParameterSpecification(
                        name + ".lora_a", [product.parts.count * rank, product.inputs],
                        .uniform(bound: bound)),
                    ParameterSpecification(name + ".lora_b", [outputs, rank], .zeros),
                ]
            }
        }
        return matrices + (scoreHead.map { [$0] } ?? [])
    }

    /// The shapes of all A.
    package var downMatrices: [[Int]] {
        alike { [$0.parts.count * rank, $0.inputs] }
    }

    /// The shapes of all B as they multiply, spread over the outputs of their joint product
    /// (`LowRankAdapter`).
    package var spreadMatrices: [[Int]] {
        alike { [$0.outputs, $0.parts.count * rank] }
    }

    private func alike(_ shape: (Product) -> [Int]) -> [[Int]] {
        (0..<layers).flatMap { _ in products.map(shape) }
    }

    /// The place of each matrix under the name PEFT gives it.
    package var peftBindings: [TensorBinding] {
        let matrices = (0..<layers).flatMap { layer in
            products.flatMap { product in
                product.parts.flatMap { part in
                    let isAttention = [.queryKeyValue, .output].contains(product.kind)
                    let module =
                        "base_model.model.model.layers.\(layer)."
                        + (isAttention ? "self_attn." : "mlp.") + part.target.rawValue
                    let name = product.name(layer: layer)
                    return [
                        TensorBinding(
                            tensorName: module + ".lora_A.weight", parameter: name + ".lora_a",
                            rows: part.downRows, shape: [rank, product.inputs]),
                        TensorBinding(
                            tensorName: module + ".lora_B.weight", parameter: name + ".lora_b",
                            rows: part.upRows, shape: [part.outputs.count, rank]),
                    ]
                }
            }
        }
        guard let scoreHead else { return matrices }
        return matrices + [
            TensorBinding(
                tensorName: "base_model.model.score.weight", parameter: scoreHead.name,
                rows: 0..<1, shape: scoreHead.shape)
        ]
    }
}
