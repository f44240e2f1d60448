import CGRPOKernels
package import GRPOTensors

/// How a row of logits is cut: panels as the engine packed them, each into blocks.
///
/// The cut depends on the shape of the weight alone, so every pass over a row, training or
/// sampling, sums the same numbers in the same order.
struct VocabularyBlocks {
    static let width = 1024

    let weight: PackedWeight
    let perPanel: Int

    init(_ weight: PackedWeight) {
        self.weight = weight
        perPanel = (weight.panelWidth + Self.width - 1) / Self.width
    }

    /// Blocks of a row.
    var count: Int { perPanel * weight.panelCount }

    /// The tokens of a block of a panel.
    func tokens(panel: Int, block: Int) -> Range<Int> {
        let tokens = weight.panel(panel)
        let start = min(tokens.upperBound, tokens.lowerBound + block * Self.width)
        return start..<min(tokens.upperBound, start + Self.width)
    }
}

/// max z, log Σ exp(z - max) and the entropy of a row, from its blocks in order, in Double.
struct RowStatistics {
    let max: Double
    /// Σ exp(z - max).
    let sum: Double
    let entropy: Double

    init(_ start: UnsafePointer<grpo_head_block>, count: Int) {
        let blocks = UnsafeBufferPointer(start: start, count: count)
        var top = -Double.infinity
        for block in blocks where Double(block.max) > top { top = Double(block.max) }
        var sum = 0.0
        var weighted = 0.0
        for block in blocks where !(block.sum == 0) {
            let distance = Double(block.max) - top
            let factor = Scalar.exp(distance)
            sum += factor * Double(block.sum)
            weighted += factor * (Double(block.weighted) + distance * Double(block.sum))
        }
        self.max = top
        self.sum = sum
        // With p = exp(z - max) / sum: -Σ p log p = log sum - Σ p (z - max).
        entropy = Scalar.log(sum) - weighted / sum
    }

    /// log p of a scaled logit.
    func logProbability(_ z: Float) -> Double { Double(z) - max - Scalar.log(sum) }

    var logSumExp: Double { max + Scalar.log(sum) }
}

extension CPUBackend {
    /// Rows of hidden states that meet a panel in one task.
    static let headRows = 256

    package func logProbabilities(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double
    ) -> TokenLogProbabilities {
        precondition(
            targets.count == hidden.rows, "\(targets.count) targets of \(hidden.rows) rows")
        precondition(temperature > 0, "a temperature of \(temperature), expected above 0")
        let rows = targets.count
        let packed = packed(weight)
        let blocks = VocabularyBlocks(packed)
        let chunks = (rows + Self.headRows - 1) / Self.headRows
        let inverse = Float(1 / temperature)
        let storage = pool.storage(
            byteCount: rows * blocks.count * MemoryLayout<grpo_head_block>.stride)
        defer { withExtendedLifetime(storage) {} }
        let statistics = storage.bytes.assumingMemoryBound(to: grpo_head_block.self)
        let tileBytes = Self.headRows * packed.panelWidth * MemoryLayout<Float>.size
        let (source, rowBytes) = (hidden.address, hidden.columns * hidden.dtype.byteCount)

        let zeros = [Double](repeating: 0, count: rows)
        var result = TokenLogProbabilities(
            logProbabilities: zeros, entropies: zeros, logSumExps: zeros)
        var chosen = [Float](repeating: .nan, count: rows)
        chosen.withUnsafeMutableBufferPointer { chosen in
            workers.run(tasks: packed.panelCount * chunks) { task, worker in
                let (panel, chunk) = (task / chunks, task % chunks)
                let start = chunk * Self.headRows
                let range = start..<min(rows, start + Self.headRows)
                let tile = workers.scratch(worker, bytes: tileBytes).assumingMemoryBound(
                    to: Float.self)
                products.multiplyTile(
                    source + start * rowBytes, rows: range.count, packed, panel: panel, y: tile,
                    worker: worker)
                reduce(
                    tile, rows: range.count, blocks, panel: panel, inverse: inverse,
                    into: statistics + start * blocks.count)
                let tokens = packed.panel(panel)
                for row in range where tokens.contains(Int(targets[row])) {
                    let column = Int(targets[row]) - tokens.lowerBound
                    chosen[row] = tile[(row - start) * tokens.count + column] * inverse
                }
            }
        }
        for row in 0..<rows {
            let reduced = RowStatistics(statistics + row * blocks.count, count: blocks.count)
            result.logProbabilities[row] = reduced.logProbability(chosen[row])
            result.entropies[row] = reduced.entropy
            result.logSumExps[row] = reduced.logSumExp
        }
        return result
    }

    /// Reduces the blocks of one panel for consecutive rows.
    ///
    /// - Parameters:
    ///   - tile: `[rows, width of the panel]`.
    ///   - statistics: `[rows, blocks.count]`.
    func reduce(
        _ tile: UnsafePointer<Float>, rows: Int, _ blocks: VocabularyBlocks, panel: Int,
        inverse: Float, into statistics: UnsafeMutablePointer<grpo_head_block>
    ) {
        let tokens = blocks.weight.panel(panel)
        for row in 0..<rows {
            for block in 0..<blocks.perPanel {
                let range = blocks.tokens(panel: panel, block: block)
                let start = tile + row * tokens.count + range.lowerBound - tokens.lowerBound
                statistics[row * blocks.count + panel * blocks.perPanel + block] =
                    kernels.pointee.head_block!(start, Int64(range.count), inverse)
            }
        }
    }
}
