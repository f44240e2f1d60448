import GRPOCPU
import GRPOModels
import GRPOTensors

// The kernels between the products.
extension KernelSuite {
    /// Norm, sums, casts and the embedding: T x hidden.
    func rows() -> [KernelResult] {
        let (count, width) = (Self.tokens, configuration.hiddenSize)
        let vocabulary = configuration.vocabularySize
        let elements = count * width
        let x = seeded([count, width])
        let weight = seeded([width])
        let y = backend.empty([count, width], activation)
        let inverse = backend.empty([count], .float32)
        let dy = seeded([count, width])
        let dx = seeded([count, width])
        let dWeight = seeded([width])
        let table = seeded([vocabulary, width])
        let tokens = (0..<count).map { Int32($0 &* 7919 % vocabulary) }
        let narrow = activation.byteCount
        return [
            moves("rms_norm", elements * (4 + narrow)) {
                backend.rmsNorm(x, weight: weight, epsilon: 1e-5, y: y, inverseRMS: inverse)
            },
            moves("rms_norm_backward", elements * 16) {
                backend.rmsNormBackward(
                    dy, x: x, weight: weight, inverseRMS: inverse, dx: dx, dWeight: dWeight)
            },
            moves("add", elements * 12) { backend.add(x, y: dx) },
            moves("cast", elements * (4 + narrow)) { backend.cast(x, y: y) },
            moves("embedding", elements * 8) { backend.embedding(table, tokens, y: dx) },
            moves("embedding_backward", elements * 12) {
                backend.embeddingBackward(dy, tokens, dTable: table)
            },
        ]
    }

    func feedForward() -> [KernelResult] {
        let (count, width) = (Self.tokens, configuration.intermediateSize)
        let gateUp = seeded([count, 2 * width])
        let y = backend.empty([count, width], activation)
        let dy = seeded([count, width])
        let dGateUp = backend.empty([count, 2 * width], activation)
        let narrow = activation.byteCount
        return [
            moves("swiglu", count * width * (8 + narrow)) { backend.swiglu(gateUp, y: y) },
            moves("swiglu_backward", count * width * (12 + 2 * narrow)) {
                backend.swigluBackward(dy, gateUp: gateUp, dGateUp: dGateUp)
            },
        ]
    }

    func rope() -> [KernelResult] {
        let (count, size) = (Self.tokens, configuration.headDim)
        let queries = configuration.heads * size
        let keys = configuration.keyValueHeads * size
        let width = configuration.queryKeyValueWidth
        let joint = seeded([count, width])
        let table = seeded([Self.textLength, size])
        let positions = (0..<count).map { Int32($0 % Self.textLength) }
        let q = backend.empty([count, queries], activation)
        let k = backend.empty([count, keys], activation)
        let v = backend.empty([count, keys], activation)
        let dq = seeded([count, queries])
        let dk = seeded([count, keys])
        let dv = seeded([count, keys])
        let dJoint = backend.empty([count, width], activation)
        let bytes = count * width * (4 + activation.byteCount)
        return [
            moves("rope", bytes) {
                backend.rope(
                    joint, positions: positions, table: table, headDim: size, q: q, k: k, v: v)
            },
            moves("rope_backward", bytes) {
                backend.ropeBackward(
                    dq: dq, dk: dk, dv: dv, positions: positions, table: table, headDim: size,
                    dqkv: dJoint)
            },
        ]
    }

    /// Causal over texts of 256 tokens, then one query for each of 64 sequences of 64 + 60, their
    /// keys in a cache.
    func attention() -> [KernelResult] {
        let (count, size) = (Self.tokens, configuration.headDim)
        let heads = configuration.heads
        let scale = 0.125
        let q = seeded([count, heads * size], activation)
        let k = seeded([count, configuration.keyValueHeads * size], activation)
        let v = seeded([count, configuration.keyValueHeads * size], activation)
        let y = backend.empty([count, heads * size], activation)
        let sums = backend.empty([count, heads], .float32)
        let dy = seeded([count, heads * size])
        let dq = backend.empty([count, heads * size], .float32)
        let dk = backend.empty(k.shape, .float32)
        let dv = backend.empty(v.shape, .float32)
        let layout = Packing(
            lengths: Array(repeating: Self.textLength, count: count / Self.textLength)
        ).layout
        // Multiplications of one product of queries and keys under the causal mask.
        let pairs = Double(count * heads * size) * Double(Self.textLength + 1) / 2

        let sequences = 64
        var decoding = AttentionLayout(
            spans: (0..<sequences).map {
                AttentionSpan(
                    queryStart: $0, queryCount: 1, prefixStart: 0, prefixCount: 64,
                    ownStart: 64 + $0 * 64, ownCount: 60)
            })
        decoding.keysAreCached = true
        let stored = seeded([64 + sequences * 64, k.columns], activation)
        let values = seeded(stored.shape, activation)
        let keys = backend.empty(stored.shape, activation)
        backend.storeKeys(
            stored, (0..<Int32(stored.rows)).map { $0 }, headDim: size, into: keys)
        let rows = 0..<sequences
        let cached = Double(sequences * 124 * heads * size)
        return [
            computes("attention", 4 * pairs) {
                backend.attention(
                    q: q, k: k, v: v, layout: layout, headDim: size, scale: scale, y: y,
                    logSumExp: sums)
            },
            computes("attention_backward", 10 * pairs) {
                backend.attentionBackward(
                    dy, q: q, k: k, v: v, y: y, logSumExp: sums, layout: layout, headDim: size,
                    scale: scale, dq: dq, dk: dk, dv: dv)
            },
            computes("attention_decode_64x124", 4 * cached) {
                backend.attention(
                    q: q.rows(rows), k: keys, v: values, layout: decoding, headDim: size,
                    scale: scale,
                    y: y.rows(rows), logSumExp: sums.rows(rows))
            },
        ]
    }
}
