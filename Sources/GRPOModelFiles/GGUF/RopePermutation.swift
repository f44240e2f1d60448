/// The row order of query and key projections in GGUF files of the `llama` architecture.
///
/// This package and Hugging Face rotate channel i of a head with channel i + size/2 (half-split);
/// llama.cpp rotates 2i with 2i + 1 (interleaved), and its converter reorders the rows of `attn_q`
/// and `attn_k` (weights and biases) to suit: `w.reshape(heads, 2, size/2, columns).swapaxes(1,
/// 2)`. Other architectures, such as `qwen2`, are stored as they are.
package enum RopePermutation {
    /// From GGUF's order to the half-split order, in place.
    ///
    /// - Parameters:
    ///   - values: `[heads * headSize, columns]`; a bias has one column.
    ///   - heads: the number of heads: key-value heads for a key projection.
    ///   - columns: the inputs of the projection.
    package static func unpermute(
        _ values: UnsafeMutableBufferPointer<Float>, heads: Int, columns: Int
    ) {
        permute(values, heads: heads, columns: columns) { row, half in
            row < half ? 2 * row : 2 * (row - half) + 1
        }
    }

    /// From GGUF's order to the half-split order.
    package static func unpermuted(_ values: [Float], heads: Int, columns: Int) -> [Float] {
        var result = values
        result.withUnsafeMutableBufferPointer { unpermute($0, heads: heads, columns: columns) }
        return result
    }

    /// From the half-split order to GGUF's order, in place: the inverse of `unpermute`.
    package static func permute(
        _ values: UnsafeMutableBufferPointer<Float>, heads: Int, columns: Int
    ) {
        permute(values, heads: heads, columns: columns) { row, half in
            row / 2 + (row % 2) * half
        }
    }

    /// Reorders the rows of every head: row r becomes what row `source(r, headSize / 2)` was.
    private static func permute(
        _ values: UnsafeMutableBufferPointer<Float>, heads: Int, columns: Int,
        source: (_ row: Int, _ half: Int) -> Int
    ) {
        precondition(
            heads > 0 && columns > 0 && values.count.isMultiple(of: 2 * heads * columns),
            "found \(values.count) values, expected a multiple of 2 x \(heads) x \(columns)")
        let size = values.count / heads / columns
        guard let base = values.baseAddress else { return }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size * columns) { scratch in
            guard let copy = scratch.baseAddress else { return }
            for head in 0..<heads {
                let rows = base + head * size * columns
                copy.update(from: rows, count: size * columns)
                for row in 0..<size {
                    (rows + row * columns)
                        .update(from: copy + source(row, size / 2) * columns, count: columns)
                }
            }
        }
    }
}
