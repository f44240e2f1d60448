import CGRPOKernels
import Foundation
package import GRPOTensors

extension CPUBackend {
    /// Rows whose logits exist at once: more where the vocabulary is small.
    private static func samplingRows(vocabulary: Int) -> Int {
        max(LogitRows.rowsOfTask, (1 << 20) / vocabulary)
    }

    package func samplingBytes(rows: Int, vocabulary: Int) -> Int {
        min(rows, Self.samplingRows(vocabulary: vocabulary)) * vocabulary * MemoryLayout<Float>.size
    }

    package func sample(
        _ hidden: Tensor, _ weight: Weight, rows: [Int32], sampling: Sampling, uniforms: [Double]
    ) -> [SampledToken] {
        precondition(
            rows.count == uniforms.count, "\(uniforms.count) uniforms for \(rows.count) tokens")
        precondition(
            zip(rows, rows.dropFirst()).allSatisfy { $0 <= $1 }, "rows must ascend, found \(rows)")
        let packed = packed(weight)
        let starts = Self.starts(of: rows, count: hidden.rows)
        var drawn = [SampledToken](
            repeating: SampledToken(token: 0, logProbability: .nan), count: uniforms.count)
        let rowsAtOnce = Self.samplingRows(vocabulary: packed.outputs)
        for start in stride(from: 0, to: hidden.rows, by: rowsAtOnce) {
            let range = start..<min(hidden.rows, start + rowsAtOnce)
            let logits = LogitRows(
                hidden.rows(range), packed, backend: self,
                temperature: sampling.temperature == 0 ? 1 : sampling.temperature)
            drawn.withUnsafeMutableBufferPointer { drawn in
                // A row reads some blocks of logits; with a filter it reads and sorts all.
                let cost = sampling.keepsAll ? 4096 : packed.outputs
                forEachBlock(of: range.count, cost: cost) { block, _ in
                    for row in block {
                        let statistics = logits.statistics(row)
                        for index in starts[start + row]..<starts[start + row + 1] {
                            drawn[index] = logits.draw(
                                row, statistics, sampling, uniform: uniforms[index])
                        }
                    }
                }
            }
        }
        return drawn
    }

    /// Where the tokens of each row begin, and their number: `count` + 1 indices into `rows`.
    private static func starts(of rows: [Int32], count: Int) -> [Int] {
        var starts = [Int](repeating: 0, count: count + 1)
        for row in rows { starts[Int(row) + 1] += 1 }
        for row in 0..<count { starts[row + 1] += starts[row] }
        return starts
    }
}

/// The logits of a few rows, panel by panel, each `[rows, width of the panel]`, and their
/// statistics.
private struct LogitRows {
    /// Rows that meet a panel in one task.
    static let rowsOfTask = 64

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
        let (source, rowBytes) = (hidden.address, hidden.columns * hidden.dtype.byteCount)
        let chunks = (rows + Self.rowsOfTask - 1) / Self.rowsOfTask
        backend.workers.run(tasks: weight.panelCount * chunks) { task, worker in
            let (panel, first) = (task / chunks, task % chunks * Self.rowsOfTask)
            let count = min(Self.rowsOfTask, rows - first)
            let outputs = weight.panel(panel)
            let tile = logits + rows * outputs.lowerBound + first * outputs.count
            backend.products.multiplyTile(
                source + first * rowBytes, rows: count, weight, panel: panel, y: tile,
                worker: worker)
            backend.reduce(
                tile, rows: count, blocks, panel: panel, inverse: inverse,
                into: statistics + first * blocks.count)
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

    func statistics(_ row: Int) -> RowStatistics {
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

    func draw(
        _ row: Int, _ statistics: RowStatistics, _ sampling: Sampling, uniform: Double
    ) -> SampledToken {
        let token =
            if sampling.temperature == 0 {
                firstLargest(row, statistics)
            } else if sampling.keepsAll {
                inverseCDF(row, statistics, uniform: uniform)
            } else {
                TokenFilter(sampling).draw(scaled(row), statistics, uniform: uniform)
            }
        return SampledToken(
            token: Int32(token),
            logProbability: statistics.logProbability(logit(row, token) * inverse))
    }

    /// The first token at which the cumulative mass, block after block, exceeds `uniform`.
    private func inverseCDF(
        _ row: Int, _ statistics: RowStatistics, uniform: Double
    ) -> Int {
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

    private func firstLargest(_ row: Int, _ statistics: RowStatistics) -> Int {
        let blockStatistics = blockStatistics(row)
        let largest = statistics.max
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
        [Float](unsafeUninitializedCapacity: blocks.weight.outputs) { scores, count in
            for panel in 0..<blocks.weight.panelCount {
                let tokens = blocks.weight.panel(panel)
                let start = logits + rows * tokens.lowerBound + row * tokens.count
                for index in 0..<tokens.count {
                    scores[tokens.lowerBound + index] = start[index] * inverse
                }
            }
            count = blocks.weight.outputs
        }
    }
}
