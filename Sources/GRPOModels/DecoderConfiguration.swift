/// The shape of a decoder-only transformer with pre-norm blocks, rotary embedding and SwiGLU.
package struct DecoderConfiguration: Sendable, Equatable, Codable {
    package var family: String
    package var vocabularySize: Int
    package var hiddenSize: Int
    package var intermediateSize: Int
    package var layers: Int
    package var heads: Int
    package var keyValueHeads: Int
    package var headDim: Int
    /// The largest number of positions the rotary table holds.
    package var maxPositions: Int
    package var ropeTheta: Double
    package var ropeScaling: RopeScaling
    package var normEpsilon: Double
    /// Whether the head multiplies by the embedding table.
    package var tiedHead: Bool
    /// Whether q, k and v have biases.
    package var queryKeyValueBias: Bool
    /// Whether the attention's output projection has a bias.
    package var outputBias: Bool
    /// Whether the feed-forward projections have biases.
    package var feedForwardBias: Bool
    /// Whether every head of q and of k is normalised before it is rotated.
    package var queryKeyNorm: Bool
    /// Whether the head gives a sequence one score, as in a reward model, in place of a
    /// distribution over the vocabulary.
    package var scoreHead: Bool

    package init(
        family: String = "llama", vocabularySize: Int, hiddenSize: Int, intermediateSize: Int,
        layers: Int, heads: Int, keyValueHeads: Int? = nil, headDim: Int? = nil,
        maxPositions: Int = 2048, ropeTheta: Double = 10_000, ropeScaling: RopeScaling = .none,
        normEpsilon: Double = 1e-5, tiedHead: Bool = true, queryKeyValueBias: Bool = false,
        outputBias: Bool = false, feedForwardBias: Bool = false, queryKeyNorm: Bool = false,
        scoreHead: Bool = false
    ) {
        self.family = family
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.intermediateSize = intermediateSize
        self.layers = layers
        self.heads = heads
        self.keyValueHeads = keyValueHeads ?? heads
        self.headDim = headDim ?? hiddenSize / heads
        self.maxPositions = maxPositions
        self.ropeTheta = ropeTheta
        self.ropeScaling = ropeScaling
        self.normEpsilon = normEpsilon
        self.tiedHead = tiedHead
        self.queryKeyValueBias = queryKeyValueBias
        self.outputBias = outputBias
        self.feedForwardBias = feedForwardBias
        self.queryKeyNorm = queryKeyNorm
        self.scoreHead = scoreHead
    }

    /// The outputs of the joint product of q, k and v.
    package var queryKeyValueWidth: Int { (heads + 2 * keyValueHeads) * headDim }

    /// What backward keeps of one token in all layers, in bytes.
    ///
    /// - Parameters:
    ///   - parameter: bytes of an element of the residual stream.
    ///   - activation: bytes of an element of q, k, v and the attention's output.
    package func activationBytes(parameter: Int, activation: Int) -> Int {
        // x of both norms, gate and up, the attention's log-sum-exp.
        var wide = 2 * hiddenSize + 2 * intermediateSize + heads
        // q and k before their norm, and what each head was divided by.
        if queryKeyNorm { wide += (heads + keyValueHeads) * (headDim + 1) }
        return layers * (wide * parameter + (queryKeyValueWidth + heads * headDim) * activation)
    }

    /// What no size exceeds; no model comes near, and products of two stay far from overflow.
    package static let largestSize = 1 << 24
    package static let largestHead = 1024
    package static let mostLayers = 4096
    /// The largest rotary table that can be made.
    package static let mostPositions = 1 << 20
    /// The positions that are kept of a model's own: more than a CPU gets through.
    package static let servedPositions = 131_072
    /// A trillion numbers, which no machine that this is written for holds.
    private static let mostParameters = 1 << 40

    /// What cannot be built, in words; empty where all is well.
    package var problems: [String] {
        var problems: [String] = []
        for (name, value, most) in [
            ("vocabulary", vocabularySize, Self.largestSize),
            ("hidden size", hiddenSize, Self.largestSize),
            ("intermediate size", intermediateSize, Self.largestSize),
            ("layers", layers, Self.mostLayers), ("heads", heads, Self.largestSize),
            ("key-value heads", keyValueHeads, Self.largestSize),
            ("head size", headDim, Self.largestHead),
            ("positions", maxPositions, Self.mostPositions),
        ] where !(1...most).contains(value) {
            problems.append("\(name) is \(value), expected 1 to \(most)")
        }
        for (name, value) in [("epsilon of the norms", normEpsilon), ("rotary base", ropeTheta)]
        where !(value > 0 && value.isFinite) {
            problems.append("\(name) is \(value), expected a positive number")
        }
        problems += ropeScaling.problems
        guard problems.isEmpty else { return problems }
        if heads % keyValueHeads != 0 {
            problems.append("\(heads) heads do not divide among \(keyValueHeads) key-value heads")
        }
        if headDim % 2 != 0 {
            problems.append("a head of size \(headDim) has no halves for the rotary embedding")
        }
        guard problems.isEmpty else { return problems }
        if heads * headDim > Self.largestSize {
            problems.append(
                "\(heads) heads of size \(headDim), expected at most \(Self.largestSize) in all")
        } else if matrixCount > Self.mostParameters {
            problems.append(
                "\(matrixCount) parameters, expected at most \(Self.mostParameters)")
        }
        return problems
    }

    /// The numbers in all matrices. Within the bounds above a layer has at most 7 · 2^48 and all
    /// layers 7 · 2^60, so nothing overflows.
    private var matrixCount: Int {
        let layer = queryKeyValueWidth + heads * headDim + 3 * intermediateSize
        let tables = tiedHead || scoreHead ? 1 : 2
        return hiddenSize * (layers * layer + tables * vocabularySize)
    }

    /// The parameters in the order of the flat store.
    package var parameters: [ParameterSpecification] {
        // Projections back into the residual stream start smaller by √(2 · layers), so that its
        // variance does not grow with depth (Radford et al. 2019, section 2.3).
        let deviation = 0.02
        let inward = ParameterSpecification.Initialization.normal(deviation: deviation)
        let outward = ParameterSpecification.Initialization.normal(
            deviation: deviation / Double(2 * layers).squareRoot())
        var list = [ParameterSpecification("embedding", [vocabularySize, hiddenSize], inward)]
        for layer in 0..<layers {
            let attention = "layers.\(layer).attention"
            let feedForward = "layers.\(layer).feed_forward"
            list.append(.init("\(attention).norm", [hiddenSize], .ones))
            list.append(.init("\(attention).qkv", [queryKeyValueWidth, hiddenSize], inward))
            if queryKeyValueBias {
                list.append(.init("\(attention).qkv.bias", [queryKeyValueWidth], .zeros))
            }
            if queryKeyNorm {
                list.append(.init("\(attention).query_norm", [headDim], .ones))
                list.append(.init("\(attention).key_norm", [headDim], .ones))
            }
            list.append(.init("\(attention).output", [hiddenSize, heads * headDim], outward))
            if outputBias {
                list.append(.init("\(attention).output.bias", [hiddenSize], .zeros))
            }
            list.append(.init("\(feedForward).norm", [hiddenSize], .ones))
            list.append(
                .init("\(feedForward).gate_up", [2 * intermediateSize, hiddenSize], inward))
            if feedForwardBias {
                list.append(.init("\(feedForward).gate_up.bias", [2 * intermediateSize], .zeros))
            }
            list.append(.init("\(feedForward).down", [hiddenSize, intermediateSize], outward))
            if feedForwardBias {
                list.append(.init("\(feedForward).down.bias", [hiddenSize], .zeros))
            }
        }
        list.append(.init("norm", [hiddenSize], .ones))
        if scoreHead {
            list.append(.init("score", [1, hiddenSize], inward))
        } else if !tiedHead {
            list.append(.init("head", [vocabularySize, hiddenSize], inward))
        }
        return list
    }
}

extension DecoderConfiguration {
    /// Settings younger than the first checkpoints count as off where they are absent.
    package init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            family: try values.decode(String.self, forKey: .family),
            vocabularySize: try values.decode(Int.self, forKey: .vocabularySize),
            hiddenSize: try values.decode(Int.self, forKey: .hiddenSize),
            intermediateSize: try values.decode(Int.self, forKey: .intermediateSize),
            layers: try values.decode(Int.self, forKey: .layers),
            heads: try values.decode(Int.self, forKey: .heads),
            keyValueHeads: try values.decode(Int.self, forKey: .keyValueHeads),
            headDim: try values.decode(Int.self, forKey: .headDim),
            maxPositions: try values.decode(Int.self, forKey: .maxPositions),
            ropeTheta: try values.decode(Double.self, forKey: .ropeTheta),
            ropeScaling: try values.decode(RopeScaling.self, forKey: .ropeScaling),
            normEpsilon: try values.decode(Double.self, forKey: .normEpsilon),
            tiedHead: try values.decode(Bool.self, forKey: .tiedHead),
            queryKeyValueBias: try values.decode(Bool.self, forKey: .queryKeyValueBias),
            outputBias: try values.decode(Bool.self, forKey: .outputBias),
            feedForwardBias: try values.decode(Bool.self, forKey: .feedForwardBias),
            queryKeyNorm: try values.decodeIfPresent(Bool.self, forKey: .queryKeyNorm) ?? false,
            scoreHead: try values.decodeIfPresent(Bool.self, forKey: .scoreHead) ?? false)
    }
}
