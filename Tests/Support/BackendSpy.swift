package import GRPOTensors

/// A backend that does what another does and lets a test look at, or spoil, every result.
package final class BackendSpy: Backend {
    package let inner: any Backend
    /// Called after every operation with its name and the tensors it wrote.
    package var after: (_ operation: String, _ results: [Tensor]) -> Void = { _, _ in }
    /// Calls by operation.
    package private(set) var calls: [String: Int] = [:]

    /// The rows of hidden states of every call of `sample`.
    package private(set) var sampledRows: [Int] = []

    package init(_ inner: any Backend) {
        self.inner = inner
    }

    package var name: String { inner.name }
    package var parameterType: DType { inner.parameterType }
    package var activationType: DType { inner.activationType }
    package var pool: StoragePool { inner.pool }

    package func packedBytes(outputs: Int, inputs: Int, transposed: Bool) -> Int {
        inner.packedBytes(outputs: outputs, inputs: inputs, transposed: transposed)
    }

    package func headGradientBytes(rows: Int, vocabulary: Int) -> Int {
        inner.headGradientBytes(rows: rows, vocabulary: vocabulary)
    }

    package func samplingBytes(rows: Int, vocabulary: Int) -> Int {
        inner.samplingBytes(rows: rows, vocabulary: vocabulary)
    }

    private func note(_ operation: String, _ results: Tensor?...) {
        calls[operation, default: 0] += 1
        after(operation, results.compactMap { $0 })
    }

    package func embedding(_ table: Tensor, _ tokens: [Int32], y: Tensor) {
        inner.embedding(table, tokens, y: y)
        note("embedding", y)
    }

    package func embeddingBackward(_ dy: Tensor, _ tokens: [Int32], dTable: Tensor) {
        inner.embeddingBackward(dy, tokens, dTable: dTable)
        note("embeddingBackward", dTable)
    }

    package func linear(
        _ x: Tensor, _ weight: Weight, bias: Tensor?, residual: Tensor?, y: Tensor
    ) {
        inner.linear(x, weight, bias: bias, residual: residual, y: y)
        note("linear", y)
    }

    package func linearBackwardInput(_ dy: Tensor, _ weight: Weight, dx: Tensor) {
        inner.linearBackwardInput(dy, weight, dx: dx)
        note("linearBackwardInput", dx)
    }

    package func linearBackwardWeight(
        _ dy: Tensor, _ x: Tensor, dWeight: Tensor, dBias: Tensor?
    ) {
        inner.linearBackwardWeight(dy, x, dWeight: dWeight, dBias: dBias)
        note("linearBackwardWeight", dWeight, dBias)
    }

    package func rmsNorm(
        _ x: Tensor, weight: Tensor, epsilon: Double, y: Tensor, inverseRMS: Tensor
    ) {
        inner.rmsNorm(x, weight: weight, epsilon: epsilon, y: y, inverseRMS: inverseRMS)
        note("rmsNorm", y, inverseRMS)
    }

    package func rmsNormBackward(
        _ dy: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, dx: Tensor, dWeight: Tensor?
    ) {
        inner.rmsNormBackward(
            dy, x: x, weight: weight, inverseRMS: inverseRMS, dx: dx, dWeight: dWeight)
        note("rmsNormBackward", dx, dWeight)
    }

    package func rope(
        _ qkv: Tensor, positions: [Int32], table: Tensor, headDim: Int, q: Tensor, k: Tensor,
        v: Tensor
    ) {
        inner.rope(qkv, positions: positions, table: table, headDim: headDim, q: q, k: k, v: v)
        note("rope", q, k, v)
    }

    package func ropeBackward(
        dq: Tensor, dk: Tensor, dv: Tensor, positions: [Int32], table: Tensor, headDim: Int,
        dqkv: Tensor
    ) {
        inner.ropeBackward(
            dq: dq, dk: dk, dv: dv, positions: positions, table: table, headDim: headDim,
            dqkv: dqkv)
        note("ropeBackward", dqkv)
    }

    package func attention(
        q: Tensor, k: Tensor, v: Tensor, layout: AttentionLayout, headDim: Int, scale: Double,
        y: Tensor, logSumExp: Tensor
    ) {
        inner.attention(
            q: q, k: k, v: v, layout: layout, headDim: headDim, scale: scale, y: y,
            logSumExp: logSumExp)
        note("attention", y, logSumExp)
    }

    package func attentionBackward(
        _ dy: Tensor, q: Tensor, k: Tensor, v: Tensor, y: Tensor, logSumExp: Tensor,
        layout: AttentionLayout, headDim: Int, scale: Double, dq: Tensor, dk: Tensor, dv: Tensor
    ) {
        inner.attentionBackward(
            dy, q: q, k: k, v: v, y: y, logSumExp: logSumExp, layout: layout, headDim: headDim,
            scale: scale, dq: dq, dk: dk, dv: dv)
        note("attentionBackward", dq, dk, dv)
    }

    package func swiglu(_ gateUp: Tensor, y: Tensor) {
        inner.swiglu(gateUp, y: y)
        note("swiglu", y)
    }

    package func swigluBackward(_ dy: Tensor, gateUp: Tensor, dGateUp: Tensor) {
        inner.swigluBackward(dy, gateUp: gateUp, dGateUp: dGateUp)
        note("swigluBackward", dGateUp)
    }

    package func logits(_ hidden: Tensor, _ weight: Weight, logits: Tensor) {
        inner.logits(hidden, weight, logits: logits)
        note("logits", logits)
    }

    package func logProbabilities(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double
    ) -> TokenLogProbabilities {
        defer { note("logProbabilities") }
        return inner.logProbabilities(
            hidden, weight, targets: targets, temperature: temperature)
    }

    package func logProbabilitiesBackward(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double,
        forward: TokenLogProbabilities, dLogProbabilities: [Double], dEntropies: [Double]?,
        dHidden: Tensor, dWeight: Tensor?
    ) {
        inner.logProbabilitiesBackward(
            hidden, weight, targets: targets, temperature: temperature, forward: forward,
            dLogProbabilities: dLogProbabilities, dEntropies: dEntropies, dHidden: dHidden,
            dWeight: dWeight)
        note("logProbabilitiesBackward", dHidden, dWeight)
    }

    package func sample(
        _ hidden: Tensor, _ weight: Weight, rows: [Int32], sampling: Sampling, uniforms: [Double]
    ) -> [SampledToken] {
        defer { note("sample") }
        sampledRows.append(hidden.rows)
        return inner.sample(
            hidden, weight, rows: rows, sampling: sampling, uniforms: uniforms)
    }

    package func gatherRows(_ x: Tensor, _ rows: [Int32], y: Tensor) {
        inner.gatherRows(x, rows, y: y)
        note("gatherRows", y)
    }

    package func scatterRows(_ x: Tensor, _ rows: [Int32], y: Tensor) {
        inner.scatterRows(x, rows, y: y)
        note("scatterRows", y)
    }

    package var keyBlock: Int { inner.keyBlock }

    package func storeKeys(_ k: Tensor, _ rows: [Int32], headDim: Int, cache: Tensor) {
        inner.storeKeys(k, rows, headDim: headDim, cache: cache)
        note("storeKeys", cache)
    }

    package func cast(_ x: Tensor, y: Tensor) {
        inner.cast(x, y: y)
        note("cast", y)
    }

    package func add(_ x: Tensor, y: Tensor) {
        inner.add(x, y: y)
        note("add", y)
    }

    package func zero(_ x: Tensor) {
        inner.zero(x)
        note("zero", x)
    }

    package func squaredNorm(_ x: Tensor) -> Double { inner.squaredNorm(x) }

    package func firstNonFinite(_ x: Tensor) -> Int? { inner.firstNonFinite(x) }

    package func adamW(
        _ values: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
        step: AdamWStep
    ) {
        inner.adamW(
            values, gradient: gradient, firstMoment: firstMoment, secondMoment: secondMoment,
            step: step)
        note("adamW", values, firstMoment, secondMoment)
    }
}
