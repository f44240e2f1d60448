import Foundation
import GRPOCPU
import GRPOTensors
import Testing

/// The statistics of sampling, and its rules at the edges.
@Suite struct SamplingTests {
    /// A head whose logits are the given numbers, for any row of hidden states.
    private func head(_ logits: [Double], _ backend: CPUBackend) -> (Tensor, Weight) {
        let width = 16
        let weight = logits.flatMap { [$0] + [Double](repeating: 0, count: width - 1) }
        return (
            backend.tensor(
                [1] + [Double](repeating: 0, count: width - 1), [1, width],
                backend.activationType),
            Weight(backend.tensor(weight, [logits.count, width], .float32))
        )
    }

    private func draw(
        _ backend: CPUBackend, _ hidden: Tensor, _ weight: Weight, _ sampling: Sampling, count: Int
    ) -> [Int] {
        let stream = RandomStream(seed: 11, name: "sample")
        let rows = backend.gatherRows(hidden, [Int32](repeating: 0, count: count))
        return backend.sample(
            rows, weight, sampling: sampling,
            uniforms: (0..<count).map { stream.uniform(step: 1, slot: 0, sample: $0, position: 0) }
        ).map { Int($0.token) }
    }

    /// With 20,000 draws and 29 degrees of freedom, χ² exceeds 58.3 once in a thousand times.
    @Test(arguments: [1.0, 0.5])
    func frequenciesFollowTheProbabilities(temperature: Double) {
        let backend = CPUBackend(threads: 2, precision: .float32)
        let logits = (0..<30).map { 0.1 * Double($0 * 7 % 30) }
        let (hidden, weight) = head(logits, backend)
        var counts = [Double](repeating: 0, count: 30)
        for token in draw(
            backend, hidden, weight, Sampling(temperature: temperature), count: 20_000)
        {
            counts[token] += 1
        }
        let masses = logits.map { exp($0 / temperature) }
        let total = masses.reduce(0, +)
        let chiSquare = zip(counts, masses).reduce(0) {
            let expected = 20_000 * $1.1 / total
            return $0 + ($1.0 - expected) * ($1.0 - expected) / expected
        }
        #expect(chiSquare < 58.3)
    }

    /// Tokens share the logits of their row, so what is drawn must be what each draws alone.
    @Test(arguments: [Sampling(), Sampling(temperature: 0.7, topP: 0.9), Sampling(temperature: 0)])
    func tokensOfOneRowAreDrawnAsTheyWouldBeAlone(sampling: Sampling) {
        let backend = CPUBackend(threads: 2)
        let stream = RandomStream(seed: 5, name: "rows")
        func numbers(_ rows: Int, _ columns: Int, slot: Int) -> [Double] {
            stream.normals(count: rows * columns, step: 0, slot: slot)
        }
        let hidden = backend.tensor(numbers(4, 64, slot: 0), [4, 64], backend.activationType)
        let weight = Weight(
            backend.tensor(numbers(700, 64, slot: 1).map { $0 / 8 }, [700, 64], .float32))
        let rows = ([0, 0, 0, 2] + Array(repeating: 3, count: 90)) as [Int32]
        let uniforms = rows.indices.map {
            stream.uniform(step: 1, slot: 0, sample: $0, position: 0)
        }
        let together = backend.sample(
            hidden, weight, rows: rows, sampling: sampling, uniforms: uniforms)
        let alone = zip(rows, uniforms).flatMap { row, uniform in
            backend.sample(
                backend.gatherRows(hidden, [row]), weight, sampling: sampling,
                uniforms: [uniform])
        }
        #expect(together == alone)
        #expect(Set(together.map(\.token)).count > (sampling.temperature == 0 ? 1 : 20))
    }

    /// The uniform numbers 0 and almost 1 take the first and the last possible token.
    @Test func extremeUniformsStayInTheVocabulary() {
        let backend = CPUBackend(threads: 1, precision: .float32)
        let (hidden, weight) = head([-1e4, 0, 1, 2, -1e4], backend)
        let rows = backend.gatherRows(hidden, [0, 0])
        let drawn = backend.sample(
            rows, weight, sampling: Sampling(), uniforms: [0, 1 - 0x1p-53])
        #expect(drawn.map(\.token) == [1, 3])
    }

    /// FAILURES 1, row 9: temperature to 0 is the greedy rule, the first of equals.
    @Test func greedyTakesTheFirstOfEquals() {
        let backend = CPUBackend(threads: 1, precision: .float32)
        var logits = [Double](repeating: 0, count: 3001)
        for token in [1025, 1030, 2999] { logits[token] = 2 }
        let (hidden, weight) = head(logits, backend)
        let greedy = draw(backend, hidden, weight, Sampling(temperature: 0), count: 3)
        #expect(greedy == [1025, 1025, 1025])
        let cold = draw(backend, hidden, weight, Sampling(temperature: 1e-3), count: 200)
        #expect(Set(cold).isSubset(of: [1025, 1030, 2999]) && Set(cold).count == 3)
    }

    @Test func topKOfOneIsGreedy() {
        let backend = CPUBackend(threads: 1, precision: .float32)
        let (hidden, weight) = head([0, 3, 1, 3], backend)
        let drawn = draw(backend, hidden, weight, Sampling(topK: 1), count: 50)
        #expect(Set(drawn) == [1])
    }

    @Test func topPKeepsTheSmallestSetThatHoldsTheMass() {
        let backend = CPUBackend(threads: 1, precision: .float32)
        let (hidden, weight) = head([0.5, 0.3, 0.15, 0.05].map { log($0) }, backend)
        let two = draw(backend, hidden, weight, Sampling(topP: 0.75), count: 500)
        #expect(Set(two) == [0, 1])
        let three = draw(backend, hidden, weight, Sampling(topP: 0.85), count: 500)
        #expect(Set(three) == [0, 1, 2])
        let ratio = draw(backend, hidden, weight, Sampling(minP: 0.29), count: 500)
        #expect(Set(ratio) == [0, 1, 2])
    }
}
