import Foundation
import GRPOCPU
import GRPOTensors
import Testing

/// Log-probabilities, their gradient and sampling against the reference.
@Suite struct HeadTests {
    @Test(arguments: BackendCase.all + BackendCase.engines, raggedRows)
    func logProbabilities(backendCase: BackendCase, rows: Int) throws {
        try check(backendCase, rows: rows, vocabulary: 71, width: 24, temperature: 1)
    }

    /// More than one panel and block of the vocabulary.
    @Test(arguments: BackendCase.engines, [0.6, 1.7])
    func logProbabilitiesOfALargeVocabulary(
        backendCase: BackendCase, temperature: Double
    ) throws {
        try check(
            backendCase, rows: 5, vocabulary: 5003, width: 32, temperature: temperature)
    }

    private func check(
        _ backendCase: BackendCase, rows: Int, vocabulary: Int, width: Int, temperature: Double
    ) throws {
        let both = try Both(backendCase)
        let hidden = both.activation([rows, width], seed: 1)
        let weight = both.weight([vocabulary, width], scale: 0.4, seed: 2)
        let targets = (0..<rows).map { Int32(($0 * 577 + vocabulary - 1) % vocabulary) }
        let found = both.cpu.logProbabilities(
            hidden.cpu, weight.cpu, targets: targets, temperature: temperature)
        let expected = both.reference.logProbabilities(
            hidden.reference, weight.reference, targets: targets, temperature: temperature)
        expectClose(found.logProbabilities, expected.logProbabilities, 4e-6)
        expectClose(found.entropies, expected.entropies, 4e-6)
        expectClose(found.logSumExps, expected.logSumExps, 4e-6)

        var d = normals(rows, seed: 3)
        for row in stride(from: 0, to: rows, by: 3) { d[row] = 0 }
        for dEntropies in [nil, normals(rows, seed: 4)] {
            let dHidden = both.normal([rows, width], seed: 5)
            let dWeight = both.normal([vocabulary, width], seed: 6)
            both.cpu.logProbabilitiesBackward(
                hidden.cpu, weight.cpu, targets: targets, temperature: temperature,
                forward: found, dLogProbabilities: d, dEntropies: dEntropies,
                dHidden: dHidden.cpu, dWeight: dWeight.cpu)
            both.reference.logProbabilitiesBackward(
                hidden.reference, weight.reference, targets: targets, temperature: temperature,
                forward: expected, dLogProbabilities: d, dEntropies: dEntropies,
                dHidden: dHidden.reference, dWeight: dWeight.reference)
            let tolerance = backendCase.precision == .float32 ? 2e-5 : 1.0 / 128
            expectClose(dHidden.cpu, dHidden.reference, tolerance, "dHidden")
            expectClose(dWeight.cpu, dWeight.reference, tolerance, "dWeight")
        }
    }

    @Test(arguments: BackendCase.all)
    func rowsWithoutGradientGetNone(backendCase: BackendCase) throws {
        let both = try Both(backendCase)
        let hidden = both.activation([4, 16], seed: 1).cpu
        let weight = both.weight([33, 16], seed: 2).cpu
        let targets: [Int32] = [1, 2, 3, 4]
        let forward = both.cpu.logProbabilities(hidden, weight, targets: targets, temperature: 1)
        let dHidden = both.normal([4, 16], seed: 3).cpu
        both.cpu.logProbabilitiesBackward(
            hidden, weight, targets: targets, temperature: 1, forward: forward,
            dLogProbabilities: [0, 1, 0, 0], dEntropies: [0, 0, 0, 1], dHidden: dHidden,
            dWeight: nil)
        for (row, isZero) in [true, false, true, false].enumerated() {
            #expect(dHidden.rows(row..<row + 1).doubles.allSatisfy { $0 == 0 } == isZero)
        }
    }

    /// The same tokens as the reference draws, whatever is filtered; log-probabilities are those of
    /// the whole distribution.
    @Test(
        arguments: BackendCase.engines,
        [
            Sampling(), Sampling(temperature: 0), Sampling(temperature: 0.7),
            Sampling(topK: 1), Sampling(temperature: 1.3, topK: 20), Sampling(topP: 0.6),
            Sampling(minP: 0.2), Sampling(temperature: 2, topK: 700, topP: 0.99, minP: 0.001),
        ])
    func sampling(backendCase: BackendCase, sampling: Sampling) throws {
        let both = try Both(backendCase)
        let hidden = both.activation([70, 32], seed: 1)
        let weight = both.weight([1500, 32], scale: 0.3, seed: 2)
        let stream = RandomStream(seed: 5, name: "sample")
        let uniforms = (0..<70).map { stream.uniform(step: 1, slot: 0, sample: $0, position: 0) }
        let found = both.cpu.sample(
            hidden.cpu, weight.cpu, sampling: sampling, uniforms: uniforms)
        let expected = both.reference.sample(
            hidden.reference, weight.reference, sampling: sampling, uniforms: uniforms)
        #expect(found.map(\.token) == expected.map(\.token))
        expectClose(found.map(\.logProbability), expected.map(\.logProbability), 4e-6)
    }
}

extension Sampling: CustomTestStringConvertible {
    /// For the list of arguments.
    package var testDescription: String {
        "temperature \(temperature), k \(topK), p \(topP), min-p \(minP)"
    }
}
