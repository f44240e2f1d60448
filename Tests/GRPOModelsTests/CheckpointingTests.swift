import GRPOModels
import GRPOTensors
import GRPOTestSupport
import Testing

/// Activations computed again instead of kept: less memory, the same bits.
struct CheckpointingTests {
    /// One gradient of every target's log-probability; what the pool held at once beyond what it
    /// held before.
    private func step(
        _ decoder: Decoder, _ packing: Packing, checkpointing: Bool
    ) -> (gradient: [Double], highWater: Int) {
        let backend = decoder.backend
        let count = packing.tokenCount
        let pass = Pass(backend, packing)
        backend.pool.beginPhase()
        let before = backend.pool.bytesInUse
        var (x, saved) = decoder.forward(
            TinyDecoder.tokens(count), pass, checkpointing: checkpointing)
        let (_, head) = decoder.head.logProbabilities(
            x, rows: (0..<Int32(count)).map { $0 }, targets: TinyDecoder.tokens(count, seed: 2),
            temperature: 0.9, backend)
        x = decoder.head.backward(
            Array(repeating: -1, count: count), dEntropies: nil, head, tokenCount: count, backend)
        decoder.backward(x, &saved, pass)
        return (decoder.store.gradients!.doubles, backend.pool.highWaterMark - before)
    }

    private func decoder(_ kind: TestBackend, layers: Int, threads: Int = 1) -> Decoder {
        let backend = kind.make(threads: threads)
        let decoder = TinyDecoder.make(
            TinyDecoder.configuration(biases: true, layers: layers), on: backend)
        decoder.store.enableGradients(backend)
        return decoder
    }

    @Test(arguments: TestBackend.available, TestPacking.allCases)
    func theGradientIsTheSameBitForBit(kind: TestBackend, packing: TestPacking) {
        let kept = step(decoder(kind, layers: 3), packing.packing, checkpointing: false)
        let again = step(decoder(kind, layers: 3), packing.packing, checkpointing: true)
        #expect(kept.gradient.contains { $0 != 0 })
        #expect(again.gradient.map(\.bitPattern) == kept.gradient.map(\.bitPattern))
    }

    /// A layer more costs the width of the residual stream instead of all its activations.
    @Test(arguments: TestBackend.available)
    func aLayerCostsItsInputAlone(kind: TestBackend) {
        func perLayer(checkpointing: Bool) -> Int {
            let packing = Packing(lengths: [128, 128])
            let marks = [2, 10].map { layers in
                let decoder = decoder(kind, layers: layers)
                _ = step(decoder, packing, checkpointing: checkpointing)
                return step(decoder, packing, checkpointing: checkpointing).highWater
            }
            return (marks[1] - marks[0]) / 8
        }
        let input = 256 * 8 * decoder(kind, layers: 1).backend.parameterType.byteCount
        #expect(perLayer(checkpointing: true) == input)
        #expect(perLayer(checkpointing: false) > 4 * input)
    }
}
