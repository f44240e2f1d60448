import GRPOCPU
import GRPOTensors
import Testing

/// What attention promises bit for bit, on every instruction set.
@Suite struct AttentionExactnessTests {
    private struct Operands {
        let q: Tensor
        let k: Tensor
        let v: Tensor
        let shape: AttentionShape

        init(_ backend: CPUBackend, rows: Int, _ shape: AttentionShape) {
            func make(_ heads: Int, _ seed: Int) -> Tensor {
                let width = heads * shape.headDim
                return backend.tensor(
                    normals(rows * width, seed: seed), [rows, width], backend.activationType)
            }
            q = make(shape.heads, 1)
            k = make(shape.keyValueHeads, 2)
            v = make(shape.keyValueHeads, 3)
            self.shape = shape
        }

        init(q: Tensor, k: Tensor, v: Tensor, shape: AttentionShape) {
            (self.q, self.k, self.v, self.shape) = (q, k, v, shape)
        }

        func forward(
            _ backend: CPUBackend, _ layout: AttentionLayout
        ) -> (y: Tensor, logSumExp: Tensor) {
            backend.attention(
                q: q, k: k, v: v, layout: layout, headDim: shape.headDim, scale: 0.17)
        }
    }

    @Test(arguments: BackendCase.all, AttentionShape.all)
    func decodeEqualsPrefill(backendCase: BackendCase, shape: AttentionShape) throws {
        let backend = try backendCase.backend()
        let rows = 203
        let all = Operands(backend, rows: rows, shape)
        let whole = all.forward(backend, Packing(lengths: [rows]).layout)
        for position in [0, 1, 15, 16, 62, 63, 64, 65, 127, 128, 202] {
            let one = Operands(
                q: all.q.rows(position..<position + 1), k: all.k, v: all.v, shape: shape)
            let span = AttentionSpan(
                queryStart: 0, queryCount: 1, ownStart: 0, ownCount: position + 1)
            let decoded = one.forward(backend, AttentionLayout(spans: [span]))
            let range = position..<position + 1
            #expect(decoded.y.bits == whole.y.rows(range).bits, "position \(position)")
            #expect(decoded.logSumExp.bits == whole.logSumExp.rows(range).bits)
        }
    }

    /// Where the rows of a sequence of 53 + 70 tokens lie in a cache of 192.
    struct CachePlace: Sendable, CustomTestStringConvertible {
        let prefixStart: Int
        let ownStart: Int

        var testDescription: String { "prefix from \(prefixStart), own from \(ownStart)" }

        static let all = [
            // Rows and logical positions equal modulo 16, then either and neither of them not.
            CachePlace(prefixStart: 16, ownStart: 85), CachePlace(prefixStart: 3, ownStart: 69),
            CachePlace(prefixStart: 128, ownStart: 9), CachePlace(prefixStart: 125, ownStart: 0),
        ]
    }

    /// Keys from a cache whose other rows are NaN, decoded one by one or in one pass, give the bits
    /// of keys beside the queries.
    @Test(arguments: BackendCase.all, AttentionShape.all)
    func aCacheGivesTheBitsOfRows(backendCase: BackendCase, shape: AttentionShape) throws {
        let backend = try backendCase.backend()
        let (prefix, own, rows) = (53, 70, 192)
        let all = Operands(backend, rows: prefix + own, shape)
        let whole = all.forward(backend, Packing(lengths: [prefix + own]).layout)
        for place in CachePlace.all {
            let cacheRows =
                (0..<prefix).map { Int32(place.prefixStart + $0) }
                + (0..<own).map { Int32(place.ownStart + $0) }
            let (keys, values) = (
                backend.empty([rows, all.k.columns], backend.activationType),
                backend.empty([rows, all.k.columns], backend.activationType)
            )
            for tensor in [keys, values] {
                tensor.fill(from: repeatElement(.nan, count: tensor.count))
            }
            backend.storeKeys(all.k, cacheRows, headDim: shape.headDim, into: keys)
            backend.scatterRows(all.v, cacheRows, into: values)
            func expect(queries: Int, seen: Int) {
                let range = prefix + seen - queries..<prefix + seen
                var layout = AttentionLayout(spans: [
                    AttentionSpan(
                        queryStart: 0, queryCount: queries, prefixStart: place.prefixStart,
                        prefixCount: prefix, ownStart: place.ownStart, ownCount: seen)
                ])
                layout.keysAreCached = true
                let found = Operands(
                    q: all.q.rows(range), k: keys, v: values, shape: shape
                ).forward(backend, layout)
                let place: Comment = "\(place), \(queries) queries that see \(seen)"
                #expect(found.y.bits == whole.y.rows(range).bits, place)
                #expect(found.logSumExp.bits == whole.logSumExp.rows(range).bits, place)
            }
            for seen in [1, 10, 11, 12, 43, 70] { expect(queries: 1, seen: seen) }
            expect(queries: 5, seen: 30)
            expect(queries: own, seen: own)
        }
    }

    @Test(arguments: BackendCase.all, AttentionShape.all)
    func sharedPrefixEqualsRepeatedPrompt(
        backendCase: BackendCase, shape: AttentionShape
    ) throws {
        let backend = try backendCase.backend()
        let (prompt, lengths) = (75, [1, 40, 90])
        var shared = Packing()
        shared.append(length: prompt)
        for length in lengths { shared.append(length: length, prefix: 0) }
        let packed = Operands(backend, rows: shared.tokenCount, shape)
        let results = packed.forward(backend, shared.layout)
        for sequence in shared.sequences.dropFirst() {
            let rows = (Array(0..<prompt) + sequence.rows).map { Int32($0) }
            let alone = Operands(
                q: backend.gatherRows(packed.q, rows), k: backend.gatherRows(packed.k, rows),
                v: backend.gatherRows(packed.v, rows), shape: shape)
            let repeated = alone.forward(backend, Packing(lengths: [rows.count]).layout)
            #expect(
                repeated.y.rows(prompt..<rows.count).bits == results.y.rows(sequence.rows).bits)
            #expect(
                repeated.logSumExp.rows(prompt..<rows.count).bits
                    == results.logSumExp.rows(sequence.rows).bits)
        }
    }

    @Test(arguments: BackendCase.all)
    func packedEqualsAlone(backendCase: BackendCase) throws {
        let backend = try backendCase.backend()
        let packing = Packing(lengths: [5, 130, 1, 66])
        for shape in AttentionShape.all {
            let all = Operands(backend, rows: packing.tokenCount, shape)
            let together = all.forward(backend, packing.layout)
            for sequence in packing.sequences {
                let alone = Operands(
                    q: all.q.rows(sequence.rows), k: all.k.rows(sequence.rows),
                    v: all.v.rows(sequence.rows), shape: shape
                ).forward(backend, Packing(lengths: [sequence.rows.count]).layout)
                #expect(alone.y.bits == together.y.rows(sequence.rows).bits)
            }
        }
    }

    @Test(arguments: BackendCase.all)
    func aNaNStaysInTheRowsThatSeeIt(backendCase: BackendCase) throws {
        let backend = try backendCase.backend()
        let shape = AttentionShape(heads: 3, keyValueHeads: 1, headDim: 16)
        let packing = Packing(lengths: [40, 100, 30])
        let all = Operands(backend, rows: packing.tokenCount, shape)
        let clean = all.forward(backend, packing.layout)
        let poisoned = 40 + 70
        for tensor in [all.q, all.k, all.v] {
            var values = tensor.doubles
            values[poisoned * tensor.columns] = .nan
            tensor.fill(from: values)
        }
        let dirty = all.forward(backend, packing.layout)
        for rows in [0..<poisoned, 140..<170] {
            #expect(dirty.y.rows(rows).bits == clean.y.rows(rows).bits)
        }
        #expect(dirty.y.rows(poisoned..<140).doubles.contains { $0.isNaN })
    }

    @Test(arguments: BackendCase.all)
    func backwardIsTheSameOnOneThreadAndTwo(backendCase: BackendCase) throws {
        let shape = AttentionShape(heads: 6, keyValueHeads: 2, headDim: 32)
        let packing = AttentionTests.packing
        let results = try [1, 2].map { threads -> [[UInt8]] in
            let backend = try backendCase.backend(threads: threads)
            let all = Operands(backend, rows: packing.tokenCount, shape)
            let (y, lse) = all.forward(backend, packing.layout)
            let dy = backend.tensor(normals(y.count, seed: 9), y.shape, .float32)
            let (dq, dk, dv) = backend.attentionBackward(
                dy, q: all.q, k: all.k, v: all.v, y: y, logSumExp: lse, layout: packing.layout,
                headDim: 32, scale: 0.17)
            return [y, lse, dq, dk, dv].map(\.bits)
        }
        #expect(results[0] == results[1])
    }
}
