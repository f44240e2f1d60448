import CGRPOKernels
package import GRPOTensors

extension CPUBackend {
    /// Rows whose logits exist at once.
    private static let samplingRows = 64

    package func sample(
        _ hidden: Tensor, _ weight: Weight, sampling: Sampling, uniforms: [Double]
    ) -> [SampledToken] {
        precondition(
            uniforms.count == hidden.rows, "\(uniforms.count) uniforms of \(hidden.rows) rows")
        let packed = packed(weight)
        var drawn = [SampledToken](
            repeating: SampledToken(token: 0, logProbability: .nan), count: hidden.rows)
        for start in stride(from: 0, to: hidden.rows, by: Self.samplingRows) {
            let range = start..<min(hidden.rows, start + Self.samplingRows)
            let rows = LogitRows(
                hidden.rows(range), packed, backend: self,
                temperature: sampling.temperature == 0 ? 1 : sampling.temperature)
            drawn.withUnsafeMutableBufferPointer { drawn in
                // A row reads some blocks of logits; with a filter it reads and sorts all.
                let cost = sampling.keepsAll ? 4096 : packed.outputs
                forEachBlock(of: range.count, cost: cost) { block, _ in
                    for row in block {
                        let token = rows.draw(row, sampling, uniform: uniforms[start + row])
                        drawn[start + row] = SampledToken(
                            token: Int32(token), logProbability: rows.logProbability(row, token))
                    }
                }
            }
        }
        return drawn
    }
}

/// The logits of a few rows, panel by panel, each `[rows, width of the panel]`, and their
/// statistics.
private struct LogitRows {
    let rows: Int
    let blocks: VocabularyBlocks
    let inverse: Float
    let kernels: UnsafePointer<grpo_kernels>
    private let storage: Storage
    private let statisticsStorage: Storage

    init(_ hidden: Tensor, _ weight: PackedWeight, backend: CPUBackend, temperature: Double) {
        let rows = hidden.rows
        let blocks = VocabularyBlocks(weight)
        let inverse = Float(1 / temperature)
        storage = backend.pool.storage(
            byteCount: rows * weight.outputs * MemoryLayout<Float>.size)
        statisticsStorage = backend.pool.storage(
            byteCount: rows * blocks.count * MemoryLayout<grpo_head_block>.stride)
        let logits = storage.bytes.assumingMemoryBound(to: Float.self)
        let statistics = statisticsStorage.bytes.assumingMemoryBound(to: grpo_head_block.self)
        let source = hidden.address
        backend.workers.run(tasks: weight.panelCount) { panel, worker in
            let tile = logits + rows * weight.panel(panel).lowerBound
            backend.products.multiplyTile(
                source, rows: rows, weight, panel: panel, y: tile, worker: worker)
            backend.reduce(
                tile, rows: rows, blocks, panel: panel, inverse: inverse, into: statistics)
        }
        self.rows = rows
        self.blocks = blocks
        self.inverse = inverse
        kernels = backend.kernels
    }

    private var logits: UnsafePointer<Float> {
        UnsafePointer(storage.bytes.assumingMemoryBound(to: Float.self))
    }

    private func blockStatistics(_ row: Int) -> UnsafePointer<grpo_head_block> {
        UnsafePointer(statisticsStorage.bytes.assumingMemoryBound(to: grpo_head_block.self))
            + row * blocks.count
    }

    private func statistics(_ row: Int) -> RowStatistics {
        RowStatistics(blockStatistics(row), count: blocks.count)
    }

    /// The logits of a block of a row, and the tokens they belong to.
    private func logits(
        _ row: Int, block: Int
    ) -> (start: UnsafePointer<Float>, tokens: Range<Int>) {
        let panel = block / blocks.perPanel
        let tokens = blocks.tokens(panel: panel, block: block % blocks.perPanel)
        let all = blocks.weight.panel(panel)
        let start = logits + rows * all.lowerBound + row * all.count
        return (start + tokens.lowerBound - all.lowerBound, tokens)
    }

    private func logit(_ row: Int, _ token: Int) -> Float {
        let panel = token / blocks.weight.panelWidth
        let all = blocks.weight.panel(panel)
        return logits[rows * all.lowerBound + row * all.count + token - all.lowerBound]
    }

    func logProbability(_ row: Int, _ token: Int) -> Double {
        statistics(row).logProbability(logit(row, token) * inverse)
    }

    func draw(_ row: Int, _ sampling: Sampling, uniform: Double) -> Int {
        if sampling.temperature == 0 { return firstLargest(row) }
        guard sampling.keepsAll else {
            return TokenFilter(sampling).draw(scaled(row), uniform: uniform)
        }
        return inverseCDF(row, uniform: uniform)
    }

    /// The first token at which the cumulative mass, block after block, exceeds `uniform`.
    private func inverseCDF(_ row: Int, uniform: Double) -> Int {
        let statistics = statistics(row)
        let blockStatistics = blockStatistics(row)
        let threshold = uniform * statistics.sum
        var sum = 0.0
        var last = 0
        for block in 0..<blocks.count where blockStatistics[block].sum > 0 {
            let scale = Scalar.exp(Double(blockStatistics[block].max) - statistics.max)
            let mass = scale * Double(blockStatistics[block].sum)
            last = block
            if sum + mass > threshold {
                var reached = sum
                let (start, tokens) = logits(row, block: block)
                let index = kernels.pointee.head_walk!(
                    start, Int64(tokens.count), inverse, blockStatistics[block].max, scale,
                    threshold, &reached)
                if index >= 0 { return tokens.lowerBound + Int(index) }
                break
            }
            sum += mass
        }
        // The block's own sum and the walk differ by rounding: the threshold lies at its end.
        return lastPossible(row, block: last)
    }

    private func lastPossible(_ row: Int, block: Int) -> Int {
        let (start, tokens) = logits(row, block: block)
        let top = blockStatistics(row)[block].max
        // exp of less underflows.
        let index = (0..<tokens.count).last { start[$0] * inverse - top > -100 }
        return tokens.lowerBound + (index ?? 0)
    }

    private func firstLargest(_ row: Int) -> Int {
        let blockStatistics = blockStatistics(row)
        let largest = statistics(row).max
        for block in 0..<blocks.count where Double(blockStatistics[block].max) == largest {
            let (start, tokens) = logits(row, block: block)
            for index in 0..<tokens.count where Double(start[index] * inverse) == largest {
                return tokens.lowerBound + index
            }
        }
        return 0
    }

    /// The logits of a row over the temperature, in the order of tokens.
    private func scaled(_ row: Int) -> [Float] {
        (0..<blocks.weight.outputs).map { logit(row, $0) * inverse }
    }
}
