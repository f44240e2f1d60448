import CGRPOKernels
package import GRPOTensors

extension CPUBackend {
    /// Rows (queries times heads of a group) of a tile: what fits a core's second cache.
    private static let attentionRows = 192
    /// Multiply-adds of a task, some ten microseconds.
    private static let attentionWork = 1 << 20
    /// What bringing a key into the kernel's layout costs, counted in rows of queries multiplied by
    /// it. With one query it outweighs the products.
    private static let layoutRows = 32
    /// What a tile costs beside its keys, in multiply-adds.
    private static let tileOverhead = 1 << 14

    /// Families enough to share out without cutting their heads.
    private static let manyFamilies = 64

    /// Queries of one span, all heads that share a head of keys.
    private struct AttentionTile {
        var span: grpo_span
        var head: Int
        var queries: Range<Int>

        static let none = AttentionTile(span: grpo_span(), head: 0, queries: 0..<0)
    }

    package func attention(
        q: Tensor, k: Tensor, v: Tensor, layout: AttentionLayout, headDim: Int, scale: Double,
        y: Tensor, logSumExp: Tensor
    ) {
        guard layout.tokenCount > 0 else { return }
        var operands = attentionOperands(
            q: q, k: k, v: v, y: y, logSumExp: logSumExp, headDim: headDim, scale: scale)
        operands.cached = layout.keysAreCached && keyBlock > 1 ? 1 : 0
        let group = q.columns / k.columns
        var tiles: [AttentionTile] = []
        tiles.reserveCapacity(layout.spans.count * (k.columns / headDim))
        for span in layout.spans {
            appendTiles(of: span, heads: k.columns / headDim, group: group, to: &tiles)
        }
        let batches = batches(of: tiles, group: group, headDim: headDim)
        withUnsafePointer(to: operands) { operands in
            let size = scratchBytes(
                kernels.pointee.attention_scratch!(operands, longest(tiles)))
            workers.run(tasks: batches.count) { task, worker in
                let scratch = workers.scratch(worker, bytes: size).assumingMemoryBound(
                    to: Float.self)
                for index in batches[task] {
                    var tile = tiles[index]
                    let isLast = index + 1 == batches[task].upperBound
                    var next = isLast ? AttentionTile.none : tiles[index + 1]
                    kernels.pointee.attention!(
                        operands, &tile.span, Int64(tile.head), Int64(tile.queries.lowerBound),
                        Int64(tile.queries.count), &next.span, Int64(next.head), scratch)
                }
            }
        }
    }

    /// Keys of bfloat16 are arranged for the scores of one query. Those of float32 stay in rows:
    /// decoding waits for memory, and the lanes of a block that hold no key are read too.
    package var keyBlock: Int { activationType == .bfloat16 ? 16 : 1 }

    package func storeKeys(_ k: Tensor, _ rows: [Int32], headDim: Int, cache: Tensor) {
        guard keyBlock > 1 else { return scatterRows(k, rows, y: cache) }
        let (width, size, narrow) = (k.columns, k.dtype.byteCount, isNarrow(k))
        let (source, target) = (k.address, cache.address)
        rows.withUnsafeBufferPointer { rows in
            forEachBlock(of: rows.count, cost: width) { range, _ in
                let start = range.lowerBound
                kernels.pointee.store_keys!(
                    source + start * width * size, rows.baseAddress! + start, Int64(range.count),
                    Int64(width / headDim), Int64(headDim), target, narrow)
            }
        }
    }

    /// Families share no keys, and neither do heads: a task has the gradients of its keys to itself
    /// and adds to them in the order of queries. Where families are many a task takes all heads of
    /// one, whose rows lie side by side.
    package func attentionBackward(
        _ dy: Tensor, q: Tensor, k: Tensor, v: Tensor, y: Tensor, logSumExp: Tensor,
        layout: AttentionLayout, headDim: Int, scale: Double, dq: Tensor, dk: Tensor, dv: Tensor
    ) {
        precondition(!layout.keysAreCached, "backward of attention over a cache")
        zero(dk)
        zero(dv)
        guard layout.tokenCount > 0 else { return }
        var operands = attentionOperands(
            q: q, k: k, v: v, y: y, logSumExp: logSumExp, headDim: headDim, scale: scale)
        (operands.dy, operands.dq) = (UnsafePointer(dy.f32), dq.f32)
        (operands.dk, operands.dv) = (dk.f32, dv.f32)
        let heads = k.columns / headDim
        let group = q.columns / k.columns
        let families = layout.families.map { family -> [AttentionTile] in
            var tiles: [AttentionTile] = []
            for index in layout.familyOrder[family] {
                appendTiles(of: layout.spans[index], heads: 1, group: group, to: &tiles)
            }
            return tiles
        }
        withUnsafePointer(to: operands) { operands in
            let size = scratchBytes(
                kernels.pointee.attention_backward_scratch!(
                    operands, families.map(longest).max() ?? 0))
            let headsOfTask = families.count < Self.manyFamilies ? 1 : heads
            let tasksOfFamily = heads / headsOfTask
            workers.run(tasks: families.count * tasksOfFamily) { task, worker in
                let scratch = workers.scratch(worker, bytes: size).assumingMemoryBound(
                    to: Float.self)
                let first = task % tasksOfFamily * headsOfTask
                for head in first..<first + headsOfTask {
                    for var tile in families[task / tasksOfFamily] {
                        kernels.pointee.attention_backward!(
                            operands, &tile.span, Int64(head), Int64(tile.queries.lowerBound),
                            Int64(tile.queries.count), scratch)
                    }
                }
            }
        }
    }

    private func attentionOperands(
        q: Tensor, k: Tensor, v: Tensor, y: Tensor, logSumExp: Tensor, headDim: Int, scale: Double
    ) -> grpo_attention {
        var operands = grpo_attention()
        operands.q = UnsafeRawPointer(q.address)
        operands.k = UnsafeRawPointer(k.address)
        operands.v = UnsafeRawPointer(v.address)
        operands.y = y.address
        operands.lse = logSumExp.f32
        operands.heads = Int64(q.columns / headDim)
        operands.kv_heads = Int64(k.columns / headDim)
        operands.head_dim = Int64(headDim)
        operands.scale = Float(scale)
        operands.bf16 = isNarrow(q)
        return operands
    }

    private func appendTiles(
        of span: AttentionSpan, heads: Int, group: Int, to tiles: inout [AttentionTile]
    ) {
        let size = max(16, Self.attentionRows / group)
        let raw = grpo_span(
            query_start: Int64(span.queryStart), query_count: Int64(span.queryCount),
            prefix_start: Int64(span.prefixStart), prefix_count: Int64(span.prefixCount),
            own_start: Int64(span.ownStart), own_count: Int64(span.ownCount))
        for head in 0..<heads {
            for start in stride(from: 0, to: span.queryCount, by: size) {
                tiles.append(
                    AttentionTile(
                        span: raw, head: head,
                        queries: start..<min(span.queryCount, start + size)))
            }
        }
    }

    /// Consecutive tiles that make up enough work for a task.
    private func batches(of tiles: [AttentionTile], group: Int, headDim: Int) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var (start, work) = (0, 0)
        for (index, tile) in tiles.enumerated() {
            let keys = Int(tile.span.prefix_count + tile.span.own_count)
            work +=
                (tile.queries.count * group + Self.layoutRows) * keys * headDim + Self.tileOverhead
            if work >= Self.attentionWork || index == tiles.count - 1 {
                batches.append(start..<index + 1)
                (start, work) = (index + 1, 0)
            }
        }
        return batches
    }

    private func longest(_ tiles: [AttentionTile]) -> Int64 {
        Int64(tiles.reduce(0) { max($0, $1.queries.count) })
    }

    private func scratchBytes(_ floats: Int64) -> Int {
        Int(floats) * MemoryLayout<Float>.size
    }
}
