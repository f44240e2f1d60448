// What forward and backward of attention share: blocks of KEY_BLOCK keys anchored at logical
// position 0, widened to float32 once and used by all queries of a tile and all heads of a group.
//
// Rows of a tile are (query, head of the group), the head varying faster.

#define KEY_BLOCK 64
#define CACHE_LINE 64

INLINE int64_t padded(int64_t head_dim) { return (head_dim + LANES - 1) / LANES * LANES; }

INLINE int64_t key_row(const grpo_span *span, int64_t position) {
    return position < span->prefix_count
        ? span->prefix_start + position
        : span->own_start + position - span->prefix_count;
}

INLINE int64_t first_position(const grpo_span *span) {
    return span->prefix_count + span->own_count - span->query_count;
}

/// Rows begin..<begin + count of keys (or values) of one head as float32 [KEY_BLOCK, padded].
INLINE void load_keys(
    const void *x, const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t begin,
    int64_t count, float *out, const int bf16
) {
    const int64_t dim = a->head_dim, stride = padded(dim);
    for (int64_t j = 0; j < count; j++) {
        int64_t at = (key_row(span, begin + j) * a->kv_heads + kv_head) * dim;
        EACH_VECTOR(d, 0, dim, {
            store16(out + j * stride + d, load_up_to(x, at + d, left, bf16));
        })
    }
}

/// The same rows as columns, [padded, KEY_BLOCK]; missing keys of the last 16 repeat the last one.
INLINE void load_keys_transposed(
    const void *x, const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t begin,
    int64_t count, float *out, const int bf16
) {
    const int64_t dim = a->head_dim;
    for (int64_t j = 0; j < count; j += LANES) {
        int64_t at[LANES];
        for (int64_t i = 0; i < LANES; i++) {
            int64_t position = begin + (j + i < count ? j + i : count - 1);
            at[i] = (key_row(span, position) * a->kv_heads + kv_head) * dim;
        }
        int64_t whole = 0;
        // Pairs of bfloat16 are transposed as one lane, then widened: half the exchanges.
        for (; bf16 && whole + 2 * LANES <= dim; whole += 2 * LANES) {
            v16 rows[LANES];
            UNROLL for (int i = 0; i < LANES; i++) {
                rows[i] = load16((const float *)((const uint16_t *)x + at[i] + whole));
            }
            transpose16(rows);
            UNROLL for (int i = 0; i < LANES; i++) {
                float *to = out + (whole + 2 * i) * KEY_BLOCK + j;
                store16(to, (v16)((u16)rows[i] << 16));
                store16(to + KEY_BLOCK, (v16)((u16)rows[i] & 0xFFFF0000u));
            }
        }
        EACH_VECTOR(d, whole, dim, {
            v16 rows[LANES];
            UNROLL for (int i = 0; i < LANES; i++) {
                rows[i] = load_up_to(x, at[i] + d, left, bf16);
            }
            transpose16(rows);
            UNROLL for (int i = 0; i < LANES; i++) {
                store16(out + (d + i) * KEY_BLOCK + j, rows[i]);
            }
        })
    }
}

/// Rows of one group of heads of q, y or dy, times `scale`, as float32 [queries * group, padded].
INLINE void load_queries(
    const void *x, const grpo_attention *a, int64_t token, int64_t queries, int64_t kv_head,
    float scale, float *out, const int bf16
) {
    const int64_t dim = a->head_dim, stride = padded(dim), group = a->heads / a->kv_heads;
    for (int64_t query = 0; query < queries; query++) {
        for (int64_t g = 0; g < group; g++) {
            int64_t at = ((token + query) * a->heads + kv_head * group + g) * dim;
            EACH_VECTOR(d, 0, dim, {
                v16 value = load_up_to(x, at + d, left, bf16) * splat16(scale);
                store16(out + (query * group + g) * stride + d, value);
            })
        }
    }
}

/// Scores [rows, KEY_BLOCK] of the rows from `row` on against the keys of a block. Of each run of
/// rows only the vectors are computed in which its last row sees a key.
INLINE void block_scores(
    const float *queries, const float *keys, const grpo_attention *a, int64_t row, int64_t rows,
    int64_t group, int64_t offset, int64_t count, float *scores
) {
    const int64_t stride = padded(a->head_dim), run = 2 * TILE_ROWS;
    for (; row < rows; row += run) {
        int64_t height = rows - row < run ? rows - row : run;
        int64_t seen = (row + height - 1) / group - offset + 1;
        if (seen > count) seen = count;
        product(
            queries + row * stride, stride, height, keys, KEY_BLOCK, (seen + LANES - 1) / LANES,
            a->head_dim, scores + row * KEY_BLOCK, KEY_BLOCK);
    }
}
