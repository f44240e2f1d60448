package import GRPOTensors

extension ReferenceBackend {
    package func logProbabilities(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double
    ) -> TokenLogProbabilities {
        var result = TokenLogProbabilities(logProbabilities: [], entropies: [], logSumExps: [])
        for (row, target) in targets.enumerated() {
            let scores = scores(hidden, weight, row: row, temperature: temperature)
            let total = logSumExp(scores)
            result.logProbabilities.append(scores[Int(target)] - total)
            result.logSumExps.append(total)
            result.entropies.append(
                scores.reduce(0) { $0 - Scalar.exp($1 - total) * ($1 - total) })
        }
        return result
    }

    // With p = softmax(z / T): d log p[y] / dz = (onehot - p) / T, dH / dz = -p (log p + H) / T.
    package func logProbabilitiesBackward(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double,
        forward: TokenLogProbabilities, dLogProbabilities: [Double], dEntropies: [Double]?,
        dHidden: Tensor, dWeight: Tensor?
    ) {
        zero(dHidden)
        let width = hidden.columns
        for (row, target) in targets.enumerated() {
            let scores = scores(hidden, weight, row: row, temperature: temperature)
            for token in 0..<weight.outputs {
                let logP = scores[token] - forward.logSumExps[row]
                let p = Scalar.exp(logP)
                var d = dLogProbabilities[row] * ((token == Int(target) ? 1 : 0) - p)
                if let dEntropies {
                    d -= dEntropies[row] * p * (logP + forward.entropies[row])
                }
                d /= temperature
                for c in 0..<width {
                    dHidden.f64[row * width + c] += d * weight.values.f64[token * width + c]
                    if let dWeight {
                        dWeight.f64[token * width + c] += d * hidden.f64[row * width + c]
                    }
                }
            }
        }
    }

    package func sample(
        _ hidden: Tensor, _ weight: Weight, rows: [Int32], sampling: Sampling, uniforms: [Double]
    ) -> [SampledToken] {
        zip(rows, uniforms).map { row, uniform in
            let greedy = sampling.temperature == 0
            let scores = scores(
                hidden, weight, row: Int(row), temperature: greedy ? 1 : sampling.temperature)
            let total = logSumExp(scores)
            let logs = scores.map { $0 - total }
            let token = greedy ? firstLargest(logs) : draw(logs, sampling, uniform)
            return SampledToken(token: Int32(token), logProbability: logs[token])
        }
    }

    /// The first token at which the cumulative mass of the kept tokens, in the order of their ids,
    /// exceeds `uniform`.
    private func draw(_ logs: [Double], _ sampling: Sampling, _ uniform: Double) -> Int {
        let ranked = logs.indices.sorted { (logs[$0], -$0) > (logs[$1], -$1) }
        let largest = Scalar.exp(logs[ranked[0]])
        var kept = Set<Int>()
        var mass = 0.0
        for (rank, token) in ranked.enumerated() {
            let p = Scalar.exp(logs[token])
            if sampling.topK > 0 && rank >= sampling.topK { break }
            if rank > 0 && (mass >= sampling.topP || p < sampling.minP * largest) { break }
            kept.insert(token)
            mass += p
        }
        var sum = 0.0
        for token in logs.indices where kept.contains(token) {
            sum += Scalar.exp(logs[token])
            if sum > uniform * mass { return token }
        }
        return kept.max()!
    }

    private func firstLargest(_ values: [Double]) -> Int {
        let largest = values.max()!
        return values.firstIndex(of: largest)!
    }

    /// The logits of a row over the temperature.
    private func scores(
        _ hidden: Tensor, _ weight: Weight, row: Int, temperature: Double
    ) -> [Double] {
        let width = hidden.columns
        return (0..<weight.outputs).map { token in
            var sum = 0.0
            for c in 0..<width {
                sum += hidden.f64[row * width + c] * weight.values.f64[token * width + c]
            }
            return sum / temperature
        }
    }

    private func logSumExp(_ scores: [Double]) -> Double {
        let largest = scores.max()!
        return largest + Scalar.log(scores.reduce(0) { $0 + Scalar.exp($1 - largest) })
    }
}
