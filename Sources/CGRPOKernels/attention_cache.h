// Keys of a cache, arranged once, when they are written, as the scores of one query want them:
// blocks of LANES rows, of each head [channels][LANES] words of one float32, or [pairs of
// channels][LANES] words of two bfloat16. A row whose number and logical position are equal modulo
// LANES has the lane in which its score is summed, and its block is read where it lies; any other
// is brought into its lane first.

INLINE int64_t key_words(const grpo_attention *a, const int bf16) {
    return bf16 ? a->head_dim / 2 : a->head_dim;
}

// The first and the second of two bfloat16 in a word.
INLINE v16 low_half(v16 pairs) { return (v16)((u16)pairs << 16); }
INLINE v16 high_half(v16 pairs) { return (v16)((u16)pairs & 0xFFFF0000u); }

INLINE float *cached_block(
    const void *cache, int64_t row, int64_t kv_heads, int64_t kv_head, int64_t words
) {
    return (float *)cache + (row / LANES * kv_heads + kv_head) * words * LANES;
}

static void store_keys(
    const void *k, const int32_t *rows, int64_t tokens, int64_t kv_heads, int64_t head_dim,
    void *cache, int32_t bf16
) {
    const int64_t words = bf16 ? head_dim / 2 : head_dim;
    const uint32_t *from = k;
    for (int64_t t = 0; t < tokens; t++) {
        for (int64_t head = 0; head < kv_heads; head++, from += words) {
            float *block = cached_block(cache, rows[t], kv_heads, head, words);
            uint32_t *to = (uint32_t *)block + rows[t] % LANES;
            for (int64_t w = 0; w < words; w++) to[w * LANES] = from[w];
        }
    }
}

/// The block of the `count` keys from `position` on, a multiple of LANES; `spare` is room for one
/// that has to be put together. Lanes from `count` on are undefined.
INLINE const float *cached_keys(
    const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t position,
    int64_t count, float *spare, const int bf16
) {
    // Lane 0 is row `shared` of the prefix, or, were it not for the prefix, row `own`.
    const int64_t words = key_words(a, bf16), prefix = span->prefix_count - position;
    const int64_t shared = span->prefix_start + position, own = span->own_start - prefix;
    const int in_place = (prefix <= 0 || shared % LANES == 0)
        && (prefix >= count || (own & (LANES - 1)) == 0);
    if (in_place && prefix >= count) return cached_block(a->k, shared, a->kv_heads, kv_head, words);
    if (in_place && prefix <= 0) return cached_block(a->k, own, a->kv_heads, kv_head, words);
    if (in_place) {
        const float *first = cached_block(a->k, shared, a->kv_heads, kv_head, words);
        const float *second = cached_block(a->k, own, a->kv_heads, kv_head, words);
        const i16 before = lane_index() < splat16i((int32_t)prefix);
        for (int64_t at = 0; at < words * LANES; at += LANES) {
            store16(spare + at, select16(before, load16(first + at), load16(second + at)));
        }
        return spare;
    }
    for (int64_t i = 0; i < count; i++) {
        const int64_t row = key_row(span, position + i);
        const float *block = cached_block(a->k, row, a->kv_heads, kv_head, words);
        const uint32_t *from = (const uint32_t *)block + row % LANES;
        for (int64_t w = 0; w < words; w++) ((uint32_t *)spare)[w * LANES + i] = from[w * LANES];
    }
    return spare;
}

/// The keys at begin..<begin + count as `load_keys_transposed` leaves them.
INLINE void load_keys_cached(
    const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t begin, int64_t count,
    float *out, float *spare, const int bf16
) {
    const int64_t words = key_words(a, bf16);
    for (int64_t j = 0; j < count; j += LANES) {
        const int64_t part = count - j < LANES ? count - j : LANES;
        const float *keys = cached_keys(a, span, kv_head, begin + j, part, spare, bf16);
        for (int64_t w = 0; w < words; w++) {
            v16 word = load16(keys + w * LANES);
            if (bf16) {
                store16(out + 2 * w * KEY_BLOCK + j, low_half(word));
                store16(out + (2 * w + 1) * KEY_BLOCK + j, high_half(word));
            } else {
                store16(out + w * KEY_BLOCK + j, word);
            }
        }
    }
}

/// Up to LANES keys and values of the sequence that comes next, to be fetched a line of each at a
/// time: sequences that decode read theirs once, for one query, and hundreds of requests at once
/// would keep the loop's own waiting.
typedef struct {
    const char *keys;          // of a block
    const char *shared, *own;  // values of lane 0, in the prefix or were it not for the prefix
    int64_t prefix, last;      // the first lane behind the prefix, the last of all
    int64_t step;              // bytes from row to row
} keys_ahead;

INLINE keys_ahead keys_to_fetch(
    const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t position,
    const int bf16
) {
    const int64_t count = span->prefix_count + span->own_count;
    const int64_t bytes = a->head_dim * (bf16 ? sizeof(uint16_t) : sizeof(float));
    // Behind its end the last are asked for again, which costs nothing.
    if (position >= count) position = count > 0 ? (count - 1) / LANES * LANES : 0;
    const int64_t prefix = span->prefix_count - position;
    const int64_t shared = span->prefix_start + position, own = span->own_start - prefix;
    // A block that the prefix begins is shared, and near: its other rows are those to ask for.
    const int64_t block = prefix >= LANES || prefix >= count - position ? shared
        : prefix > 0                                                    ? span->own_start
                                                                        : own;
    const char *values = (const char *)a->v + kv_head * bytes;
    return (keys_ahead){
        .keys = (const char *)cached_block(
            a->k, block, a->kv_heads, kv_head, key_words(a, bf16)),
        .shared = values + shared * a->kv_heads * bytes,
        .own = values + own * a->kv_heads * bytes,
        .prefix = prefix,
        .last = count > position ? count - position - 1 : 0,
        .step = a->kv_heads * bytes,
    };
}

INLINE void fetch_line(const keys_ahead *ahead, int64_t line) {
    int64_t lane = line % LANES;
    if (lane > ahead->last) lane = ahead->last;
    const char *values = lane < ahead->prefix ? ahead->shared : ahead->own;
    __builtin_prefetch(ahead->keys + line * CACHE_LINE);
    __builtin_prefetch(values + lane * ahead->step + line / LANES * CACHE_LINE);
}

/// Scores of R rows of queries against N blocks of keys, summed as `product_tile` sums them.
INLINE void cached_scores_tile(
    const float *queries, int64_t stride, const float *const *blocks, const keys_ahead *ahead,
    int64_t words, float *scores, const int bf16, const int R, const int N
) {
    v16 sum[TILE_ROWS][TILE_VECTORS];
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int n = 0; n < N; n++) sum[r][n] = splat16(0.0f);
    }
    for (int64_t w = 0; w < words; w++) {
        v16 word[TILE_VECTORS];
        UNROLL for (int n = 0; n < N; n++) {
            word[n] = load16(blocks[n] + w * LANES);
            fetch_line(ahead + n, w);
        }
        UNROLL for (int half = 0; half < (bf16 ? 2 : 1); half++) {
            v16 keys[TILE_VECTORS];
            UNROLL for (int n = 0; n < N; n++) {
                keys[n] = !bf16 ? word[n] : half == 0 ? low_half(word[n]) : high_half(word[n]);
            }
            UNROLL for (int r = 0; r < R; r++) {
                v16 factor = splat16(queries[r * stride + (bf16 ? 2 * w + half : w)]);
                UNROLL for (int n = 0; n < N; n++) {
                    sum[r][n] = fma16(factor, keys[n], sum[r][n]);
                }
            }
        }
    }
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int n = 0; n < N; n++) {
            store16(scores + r * KEY_BLOCK + n * LANES, sum[r][n]);
        }
    }
}

/// Scores [rows, KEY_BLOCK] of the heads of one query against the keys at begin..<begin + count.
INLINE void cached_scores(
    const float *queries, int64_t rows, const grpo_attention *a, const grpo_span *span,
    int64_t kv_head, int64_t begin, int64_t count, const grpo_span *next, int64_t next_head,
    float *scores, float *spare, const int bf16
) {
    const int64_t stride = padded(a->head_dim), words = key_words(a, bf16);
    const int64_t vectors = (count + LANES - 1) / LANES;
    const float *blocks[KEY_BLOCK / LANES];
    keys_ahead ahead[KEY_BLOCK / LANES];
    for (int64_t n = 0; n < vectors; n++) {
        const int64_t position = begin + n * LANES, left = count - n * LANES;
        blocks[n] = cached_keys(
            a, span, kv_head, position, left < LANES ? left : LANES, spare + n * LANES * words,
            bf16);
        ahead[n] = keys_to_fetch(a, next, next_head, position, bf16);
    }
#define TILE(R, N)                                                                               \
    cached_scores_tile(                                                                          \
        queries + r * stride, stride, blocks + n, ahead + n, words,                              \
        scores + r * KEY_BLOCK + n * LANES, bf16, R, N)
    for (int64_t n = 0; n < vectors;) {
        int64_t r = 0, start = n;
        for (; r + TILE_ROWS <= rows; r += TILE_ROWS) {
            n = start;
            TILE_WIDTH(TILE_ROWS, vectors - start)
        }
        for (; TILE_ROWS > 3 && r + 3 <= rows; r += 3) {
            n = start;
            TILE_WIDTH((TILE_ROWS > 3 ? 3 : 1), vectors - start)
        }
        for (; r < rows; r++) {
            n = start;
            TILE_WIDTH(1, vectors - start)
        }
    }
#undef TILE
}
