/// The kernels a device provides, each beside its backward.
///
/// These entries compute into tensors they are given; shapes are checked and results allocated by
/// the wrappers of the same name in `Operations/`, which is what layers call. `R` in the comments is
/// `parameterType`, `A` is `activationType`. A gradient written *into* a tensor is added to it.
///
/// A result never depends on the number of threads, and a row of a forward result never depends on
/// the other rows of the call.
package protocol Backend: AnyObject {
    /// For people: device, engine, precision.
    var name: String { get }
    /// Of master weights, gradients, moments, the residual stream and the results of products.
    var parameterType: DType { get }
    /// Of the inputs of products: norm output, q, k, v, attention output, SwiGLU output, dy.
    var activationType: DType { get }
    /// Where the tensors of this backend live.
    var pool: StoragePool { get }

    // MARK: Memory

    /// Rows of a cache whose keys lie together, at most 16. A cache has a multiple of them; a
    /// sequence is read fastest where its rows and its logical positions are equal modulo their
    /// number.
    var keyBlock: Int { get }

    /// Bytes of the copy that products keep of a weight [outputs, inputs]: the one for `linear` or,
    /// transposed, the one for `linearBackwardInput`; 0 where they read the weight itself.
    func packedBytes(outputs: Int, inputs: Int, transposed: Bool) -> Int
    /// Bytes of logits' gradients that `logProbabilitiesBackward` holds at once.
    func headGradientBytes(rows: Int, vocabulary: Int) -> Int
    /// Bytes of logits that `sample` holds at once.
    func samplingBytes(rows: Int, vocabulary: Int) -> Int

    // MARK: Embedding

    /// y[t] = table[tokens[t]]; table R [vocabulary, width], y R [tokens, width].
    func embedding(_ table: Tensor, _ tokens: [Int32], y: Tensor)
    /// dTable[tokens[t]] += dy[t], in the order of t.
    func embeddingBackward(_ dy: Tensor, _ tokens: [Int32], dTable: Tensor)

    // MARK: Linear

    /// y = x Wᵀ + bias + residual; x A [tokens, inputs], W [outputs, inputs], bias R [outputs],
    /// residual R [tokens, outputs], which may be y itself, y R [tokens, outputs].
    func linear(_ x: Tensor, _ weight: Weight, bias: Tensor?, residual: Tensor?, y: Tensor)
    /// dx = dy W; dy A [tokens, outputs], dx R [tokens, inputs].
    func linearBackwardInput(_ dy: Tensor, _ weight: Weight, dx: Tensor)
    /// dWeight += dyᵀ x; dBias += column sums of dy. dy A [tokens, outputs], x A [tokens, inputs],
    /// dWeight R [outputs, inputs], dBias R [outputs].
    func linearBackwardWeight(_ dy: Tensor, _ x: Tensor, dWeight: Tensor, dBias: Tensor?)

    // MARK: RMSNorm

    /// y = x · inverseRMS · weight; x R [tokens, width], weight R [width], y A or R, inverseRMS R
    /// [tokens].
    func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Double, y: Tensor, inverseRMS: Tensor)
    /// dx += the gradient through the norm; dWeight += its own. dy R [tokens, width].
    func rmsNormBackward(
        _ dy: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, dx: Tensor, dWeight: Tensor?)

    // MARK: Rotary embedding

    /// Splits qkv R [tokens, (heads + 2 keyValueHeads) · headDim] into q A [tokens, heads · headDim]
    /// and k, v A [tokens, keyValueHeads · headDim], rotating q and k by half-split pairs
    /// (i, i + headDim / 2). table R [positions, headDim] holds cosines, then sines.
    func rope(
        _ qkv: Tensor, positions: [Int32], table: Tensor, headDim: Int, q: Tensor, k: Tensor,
        v: Tensor)
    /// The inverse rotation: dq, dk, dv R into dqkv A or R.
    func ropeBackward(
        dq: Tensor, dk: Tensor, dv: Tensor, positions: [Int32], table: Tensor, headDim: Int,
        dqkv: Tensor)

    // MARK: Attention

    /// Causal grouped-query attention: y A [tokens, heads · headDim], logSumExp R [tokens, heads] of
    /// the scaled scores. k, v A [rows, keyValueHeads · headDim], k as `storeKeys` left it where the
    /// layout says so. Blocks of keys are anchored at the logical position, so a row of y depends on
    /// its own sequence alone.
    func attention(
        q: Tensor, k: Tensor, v: Tensor, layout: AttentionLayout, headDim: Int, scale: Double,
        y: Tensor, logSumExp: Tensor)
    /// dy R; dq, dk, dv R are written whole (rows of keys no query saw become 0).
    func attentionBackward(
        _ dy: Tensor, q: Tensor, k: Tensor, v: Tensor, y: Tensor, logSumExp: Tensor,
        layout: AttentionLayout, headDim: Int, scale: Double, dq: Tensor, dk: Tensor, dv: Tensor)

    // MARK: SwiGLU

    /// y = silu(gate) · up; gateUp R [tokens, 2 · width], gate first; y A [tokens, width].
    func swiglu(_ gateUp: Tensor, y: Tensor)
    /// dy R [tokens, width], dGateUp A [tokens, 2 · width].
    func swigluBackward(_ dy: Tensor, gateUp: Tensor, dGateUp: Tensor)

    // MARK: Head

    /// Logits of every row: hidden A [tokens, width], weight [vocabulary, width], logits R.
    func logits(_ hidden: Tensor, _ weight: Weight, logits: Tensor)
    /// Log-probabilities of `targets` under softmax(logits / temperature), chunk by chunk.
    func logProbabilities(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double
    ) -> TokenLogProbabilities
    /// dHidden R [tokens, width] is written, dWeight R (nil = frozen) added to. `forward` is what
    /// `logProbabilities` returned for the same arguments.
    func logProbabilitiesBackward(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double,
        forward: TokenLogProbabilities, dLogProbabilities: [Double], dEntropies: [Double]?,
        dHidden: Tensor, dWeight: Tensor?)
    /// Token i by inverse CDF of `uniforms[i]` from the logits of hidden row `rows[i]`, which are
    /// computed once; rows ascend and may repeat. The log-probability is that of
    /// `logProbabilities` bit for bit.
    func sample(
        _ hidden: Tensor, _ weight: Weight, rows: [Int32], sampling: Sampling, uniforms: [Double]
    ) -> [SampledToken]

    // MARK: Rows and elements

    /// y[i] = x[rows[i]]; any type.
    func gatherRows(_ x: Tensor, _ rows: [Int32], y: Tensor)
    /// y[rows[i]] = x[i], rows distinct; any type. Serves the cache.
    func scatterRows(_ x: Tensor, _ rows: [Int32], y: Tensor)
    /// Makes k[i] row rows[i] of a cache of keys, rows distinct, arranged as suits `attention`.
    /// k A [tokens, keyValueHeads · headDim], cache A [rows, keyValueHeads · headDim], of whole
    /// blocks of rows.
    func storeKeys(_ k: Tensor, _ rows: [Int32], headDim: Int, cache: Tensor)
    /// Copies with rounding to y's type.
    func cast(_ x: Tensor, y: Tensor)
    /// y += x, of one type.
    func add(_ x: Tensor, y: Tensor)
    func zero(_ x: Tensor)

    // MARK: Optimizer

    /// The sum of squares in Double, in a fixed order.
    func squaredNorm(_ x: Tensor) -> Double
    /// The index of the first element that is not finite.
    func firstNonFinite(_ x: Tensor) -> Int?
    /// One step of AdamW on flat stores: values, moments updated in place.
    func adamW(
        _ values: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
        step: AdamWStep)
}

extension Backend {
    /// The least number of rows in whole blocks of keys that is no less than `rows`.
    package func wholeKeyBlocks(_ rows: Int) -> Int {
        (rows + keyBlock - 1) / keyBlock * keyBlock
    }

    /// A tensor with undefined contents.
    package func empty(_ shape: [Int], _ dtype: DType) -> Tensor {
        Tensor(
            storage: pool.storage(byteCount: shape.reduce(1, *) * dtype.byteCount), shape: shape,
            dtype: dtype)
    }

    /// A tensor of zeros.
    package func zeros(_ shape: [Int], _ dtype: DType) -> Tensor {
        let tensor = empty(shape, dtype)
        zero(tensor)
        return tensor
    }

    /// A tensor with the given elements, rounded to `dtype`.
    package func tensor(
        _ values: some Collection<Double>, _ shape: [Int], _ dtype: DType
    ) -> Tensor {
        let tensor = empty(shape, dtype)
        tensor.fill(from: values)
        return tensor
    }
}
