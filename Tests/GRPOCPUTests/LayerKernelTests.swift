import GRPOCPU
import GRPOTensors
import Testing

/// Kernels of rows against the reference, at ragged numbers of rows and channels.
@Suite struct LayerKernelTests {
    @Test(arguments: BackendCase.all, raggedRows)
    func embedding(backendCase: BackendCase, rows: Int) throws {
        let both = try Both(backendCase)
        let (width, vocabulary) = (37, 11)
        let table = both.normal([vocabulary, width], seed: 1)
        let tokens = (0..<rows).map { Int32($0 * 7 % 5) }
        let y = both.empty([rows, width])
        both.cpu.embedding(table.cpu, tokens, y: y.cpu)
        both.reference.embedding(table.reference, tokens, y: y.reference)
        expectClose(y.cpu, y.reference, 0)

        let dy = both.normal([rows, width], seed: 2)
        let dTable = both.normal([vocabulary, width], seed: 3)
        both.cpu.embeddingBackward(dy.cpu, tokens, dTable: dTable.cpu)
        both.reference.embeddingBackward(dy.reference, tokens, dTable: dTable.reference)
        expectClose(dTable.cpu, dTable.reference, 4e-6)
    }

    @Test(arguments: BackendCase.all, raggedRows)
    func rmsNorm(backendCase: BackendCase, rows: Int) throws {
        let both = try Both(backendCase)
        for width in [5, 64, 149] {
            let x = both.normal([rows, width], seed: 1)
            let weight = both.normal([width], seed: 2)
            let y = both.empty([rows, width], both.cpu.activationType)
            let inverse = both.empty([rows])
            both.cpu.rmsNorm(
                x.cpu, weight: weight.cpu, epsilon: 1e-5, y: y.cpu, inverseRMS: inverse.cpu)
            both.reference.rmsNorm(
                x.reference, weight: weight.reference, epsilon: 1e-5, y: y.reference,
                inverseRMS: inverse.reference)
            expectClose(y.cpu, y.reference, backendCase.tolerance)
            expectClose(inverse.cpu, inverse.reference, 4e-6)

            let dy = both.normal([rows, width], seed: 3)
            let dx = both.normal([rows, width], seed: 4)
            let dWeight = both.normal([width], seed: 5)
            both.cpu.rmsNormBackward(
                dy.cpu, x: x.cpu, weight: weight.cpu, inverseRMS: inverse.cpu, dx: dx.cpu,
                dWeight: dWeight.cpu)
            both.reference.rmsNormBackward(
                dy.reference, x: x.reference, weight: weight.reference,
                inverseRMS: inverse.reference, dx: dx.reference, dWeight: dWeight.reference)
            expectClose(dx.cpu, dx.reference, 4e-6)
            expectClose(dWeight.cpu, dWeight.reference, 4e-6)
        }
    }

    @Test(arguments: BackendCase.all, raggedRows)
    func rope(backendCase: BackendCase, rows: Int) throws {
        let both = try Both(backendCase)
        for headDim in [8, 32, 64] {
            let (heads, keyValueHeads) = (4, 2)
            let width = (heads + 2 * keyValueHeads) * headDim
            let table = both.normal([300, headDim], seed: 1)
            let positions = (0..<rows).map { Int32($0 * 3 % 300) }
            let activation = both.cpu.activationType
            let qkv = both.normal([rows, width], seed: 2)
            let q = both.empty([rows, heads * headDim], activation)
            let k = both.empty([rows, keyValueHeads * headDim], activation)
            let v = both.empty([rows, keyValueHeads * headDim], activation)
            both.cpu.rope(
                qkv.cpu, positions: positions, table: table.cpu, headDim: headDim, q: q.cpu,
                k: k.cpu, v: v.cpu)
            both.reference.rope(
                qkv.reference, positions: positions, table: table.reference, headDim: headDim,
                q: q.reference, k: k.reference, v: v.reference)
            for pair in [q, k, v] {
                expectClose(pair.cpu, pair.reference, backendCase.tolerance)
            }

            let dq = both.normal(q.cpu.shape, seed: 3)
            let dk = both.normal(k.cpu.shape, seed: 4)
            let dv = both.normal(v.cpu.shape, seed: 5)
            let dqkv = both.empty([rows, width], activation)
            both.cpu.ropeBackward(
                dq: dq.cpu, dk: dk.cpu, dv: dv.cpu, positions: positions, table: table.cpu,
                headDim: headDim, dqkv: dqkv.cpu)
            both.reference.ropeBackward(
                dq: dq.reference, dk: dk.reference, dv: dv.reference, positions: positions,
                table: table.reference, headDim: headDim, dqkv: dqkv.reference)
            expectClose(dqkv.cpu, dqkv.reference, backendCase.tolerance)
        }
    }

    @Test(arguments: BackendCase.all, raggedRows)
    func swiglu(backendCase: BackendCase, rows: Int) throws {
        let both = try Both(backendCase)
        for width in [7, 48, 83] {
            let gateUp = both.pair(
                normals(rows * 2 * width, seed: 1).map { 5 * $0 }, [rows, 2 * width])
            let y = both.empty([rows, width], both.cpu.activationType)
            both.cpu.swiglu(gateUp.cpu, y: y.cpu)
            both.reference.swiglu(gateUp.reference, y: y.reference)
            expectClose(y.cpu, y.reference, backendCase.tolerance)

            let dy = both.normal([rows, width], seed: 2)
            let dGateUp = both.empty([rows, 2 * width], both.cpu.activationType)
            both.cpu.swigluBackward(dy.cpu, gateUp: gateUp.cpu, dGateUp: dGateUp.cpu)
            both.reference.swigluBackward(
                dy.reference, gateUp: gateUp.reference, dGateUp: dGateUp.reference)
            expectClose(dGateUp.cpu, dGateUp.reference, backendCase.tolerance)
        }
    }

    @Test(arguments: BackendCase.all)
    func swigluOfLargeGatesIsFinite(backendCase: BackendCase) throws {
        let both = try Both(backendCase)
        let gateUp = both.pair([-1000, -90, 90, 1000, 1, 1, 1, 1], [1, 8])
        let y = both.empty([1, 4], both.cpu.activationType)
        both.cpu.swiglu(gateUp.cpu, y: y.cpu)
        expectClose(y.cpu.doubles, [0, 0, 90, 1000], backendCase.tolerance)
    }
}
