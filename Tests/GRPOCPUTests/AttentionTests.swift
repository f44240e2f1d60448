import GRPOCPU
import GRPOTensors
import Testing

/// The heads of an attention.
struct AttentionShape: Sendable, CustomTestStringConvertible {
    let heads: Int
    let keyValueHeads: Int
    let headDim: Int

    var testDescription: String { "\(heads) heads of \(headDim) on \(keyValueHeads)" }

    static let all = [
        AttentionShape(heads: 1, keyValueHeads: 1, headDim: 16),
        AttentionShape(heads: 3, keyValueHeads: 1, headDim: 64),
        AttentionShape(heads: 4, keyValueHeads: 2, headDim: 32),
        AttentionShape(heads: 7, keyValueHeads: 1, headDim: 8),
        AttentionShape(heads: 4, keyValueHeads: 4, headDim: 24),
        AttentionShape(heads: 2, keyValueHeads: 2, headDim: 128),
    ]
}

/// Attention and its gradient against the reference.
@Suite struct AttentionTests {
    /// Ragged sequences, some of which continue the first or the sixth.
    static let packing: Packing = {
        var packing = Packing()
        packing.append(length: 70)
        packing.append(length: 1, prefix: 0)
        packing.append(length: 65, prefix: 0)
        packing.append(length: 3)
        packing.append(length: 129)
        packing.append(length: 64)
        packing.append(length: 2, prefix: 5)
        packing.append(length: 17, prefix: 0)
        return packing
    }()

    @Test(arguments: BackendCase.all, AttentionShape.all)
    func packedWithPrefixes(backendCase: BackendCase, shape: AttentionShape) throws {
        try check(backendCase, shape, Self.packing.layout, rows: Self.packing.tokenCount)
    }

    @Test(arguments: BackendCase.all, raggedRows)
    func oneSequence(backendCase: BackendCase, rows: Int) throws {
        let packing = Packing(lengths: rows == 0 ? [] : [rows])
        try check(
            backendCase, AttentionShape(heads: 6, keyValueHeads: 2, headDim: 16), packing.layout,
            rows: rows)
    }

    private func check(
        _ backendCase: BackendCase, _ shape: AttentionShape, _ layout: AttentionLayout, rows: Int
    ) throws {
        let both = try Both(backendCase)
        let (dim, heads) = (shape.headDim, shape.heads)
        let scale = 1 / Double(dim).squareRoot()
        let q = both.activation([rows, heads * dim], seed: 1)
        let k = both.activation([rows, shape.keyValueHeads * dim], seed: 2)
        let v = both.activation([rows, shape.keyValueHeads * dim], seed: 3)
        let y = both.empty([rows, heads * dim], both.cpu.activationType)
        let lse = both.empty([rows, heads])
        both.cpu.attention(
            q: q.cpu, k: k.cpu, v: v.cpu, layout: layout, headDim: dim, scale: scale, y: y.cpu,
            logSumExp: lse.cpu)
        both.reference.attention(
            q: q.reference, k: k.reference, v: v.reference, layout: layout, headDim: dim,
            scale: scale, y: y.reference, logSumExp: lse.reference)
        expectClose(y.cpu, y.reference, backendCase.tolerance, "y")
        expectClose(lse.cpu, lse.reference, 4e-6, "log-sum-exp")

        let dy = both.normal([rows, heads * dim], seed: 4)
        let (dq, dk, dv) = (
            both.normal(q.cpu.shape, seed: 5), both.normal(k.cpu.shape, seed: 6),
            both.normal(v.cpu.shape, seed: 7)
        )
        both.cpu.attentionBackward(
            dy.cpu, q: q.cpu, k: k.cpu, v: v.cpu, y: y.cpu, logSumExp: lse.cpu, layout: layout,
            headDim: dim, scale: scale, dq: dq.cpu, dk: dk.cpu, dv: dv.cpu)
        both.reference.attentionBackward(
            dy.reference, q: q.reference, k: k.reference, v: v.reference, y: y.reference,
            logSumExp: lse.reference, layout: layout, headDim: dim, scale: scale,
            dq: dq.reference, dk: dk.reference, dv: dv.reference)
        for (name, pair) in [("dq", dq), ("dk", dk), ("dv", dv)] {
            // A lone token's dq and dk are 0, so the scale is that of the operands.
            expectClose(pair.cpu, pair.reference, backendCase.tolerance, "\(name)", floor: 1)
        }
    }

    /// Keys and values in a cache of more rows than queries, prefix and own rows far apart.
    @Test(arguments: BackendCase.all, AttentionShape.all)
    func cache(backendCase: BackendCase, shape: AttentionShape) throws {
        let both = try Both(backendCase)
        let (dim, heads) = (shape.headDim, shape.heads)
        let spans = [
            AttentionSpan(
                queryStart: 0, queryCount: 1, prefixStart: 100, prefixCount: 63, ownStart: 5,
                ownCount: 2),
            AttentionSpan(queryStart: 1, queryCount: 1, ownStart: 180, ownCount: 20),
            AttentionSpan(
                queryStart: 2, queryCount: 4, prefixStart: 100, prefixCount: 63, ownStart: 20,
                ownCount: 70),
        ]
        let layout = AttentionLayout(spans: spans)
        let q = both.activation([6, heads * dim], seed: 1)
        let k = both.activation([200, shape.keyValueHeads * dim], seed: 2)
        let v = both.activation([200, shape.keyValueHeads * dim], seed: 3)
        let y = both.empty([6, heads * dim], both.cpu.activationType)
        let lse = both.empty([6, heads])
        both.cpu.attention(
            q: q.cpu, k: k.cpu, v: v.cpu, layout: layout, headDim: dim, scale: 0.3, y: y.cpu,
            logSumExp: lse.cpu)
        both.reference.attention(
            q: q.reference, k: k.reference, v: v.reference, layout: layout, headDim: dim,
            scale: 0.3, y: y.reference, logSumExp: lse.reference)
        expectClose(y.cpu, y.reference, backendCase.tolerance)
        expectClose(lse.cpu, lse.reference, 4e-6)
    }
}
