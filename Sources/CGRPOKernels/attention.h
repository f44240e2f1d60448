// Causal attention by online softmax: over blocks of keys, with m the largest score so far and
// l = sum exp(s - m): m' = max(m, max s), l' = l exp(m - m') + sum exp(s - m'), y likewise.
// (Milakov and Gimelshein, arXiv 1805.02867; Dao et al., arXiv 2205.14135.)
//
// A row's blocks begin at logical positions 0, 64, 128, ... and keys beyond its own position are
// left out of every sum, so its result is the same bit for bit whether it is decoded alone,
// prefilled, or trained beside others, its prefix shared or its own.

static int64_t attention_scratch(const grpo_attention *a, int64_t queries) {
    int64_t rows = queries * (a->heads / a->kv_heads), stride = padded(a->head_dim);
    return 2 * rows * stride + rows * KEY_BLOCK + 2 * KEY_BLOCK * stride + 2 * rows + LANES;
}

/// Turns a row of scores into exp(s - m'), updates m and l, and returns exp(m - m').
INLINE float softmax_row(float *scores, int64_t seen, float *m, float *l) {
    const v16 lowest = splat16(-__builtin_inff());
    const int64_t vectors = (seen + LANES - 1) / LANES;
    v16 s[KEY_BLOCK / LANES], largest = lowest;
    for (int64_t i = 0; i < vectors; i++) {
        i16 present = lane_index() < splat16i((int32_t)(seen - i * LANES));
        s[i] = select16(present, load16(scores + i * LANES), lowest);
        largest = max16(s[i], largest);
    }
    float old = *m, max = largest16(largest);
    if (old > max) max = old;
    v16 sum = splat16(0.0f);
    for (int64_t i = 0; i < vectors; i++) {
        i16 present = lane_index() < splat16i((int32_t)(seen - i * LANES));
        v16 p = select16(present, exp16(s[i] - splat16(max)), splat16(0.0f));
        store16(scores + i * LANES, p);
        sum = sum + p;
    }
    // Before the first key there is nothing to scale; exp(-inf) would be a slow underflow.
    float factor = old == max || old == lowest[0] ? 1.0f : exp1(old - max);
    *m = max;
    *l = *l * factor + sum16(sum);
    return factor;
}

/// Adds the values of a block, weighted by the rows of `weights`, straight from the tensor: for few
/// rows, as in decoding, widening them first would cost more than it saves.
INLINE void accumulate_values(
    float *out, int64_t rows, const float *weights, const grpo_attention *a,
    const grpo_span *span, int64_t kv_head, int64_t begin, int64_t count, const int bf16
) {
    const int64_t stride = a->head_dim, step = a->kv_heads * stride, vectors = stride / LANES;
    for (int64_t j = 0; j < count;) {
        // Rows lie one after another up to the end of the prefix.
        int64_t end = begin + j < span->prefix_count ? span->prefix_count - begin : count;
        if (end > count) end = count;
        int64_t at = (key_row(span, begin + j) * a->kv_heads + kv_head) * stride;
        if (bf16) {
            accumulate_narrow(
                out, stride, rows, vectors, weights + j, KEY_BLOCK, 1,
                (const uint16_t *)a->v + at, step, end - j);
        } else {
            accumulate(
                out, stride, rows, vectors, weights + j, KEY_BLOCK, 1, (const float *)a->v + at,
                step, end - j);
        }
        j = end;
    }
}

/// Asks for the keys or values at begin..<end of one head. A sequence that decodes reads them once,
/// for one query: without the hint the loop waits for memory most of the time.
INLINE void prefetch_rows(
    const void *x, const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t begin,
    int64_t end, const int bf16
) {
    const int64_t size = bf16 ? sizeof(uint16_t) : sizeof(float), bytes = a->head_dim * size;
    for (int64_t position = begin; position < end; position++) {
        int64_t at = (key_row(span, position) * a->kv_heads + kv_head) * bytes;
        for (int64_t line = 0; line < bytes; line += CACHE_LINE) {
            __builtin_prefetch((const char *)x + at + line, 0, 2);
        }
    }
}

// Positions of a longer next sequence that are fetched beside the last keys of a shorter one.
#define MOST_AHEAD 64

INLINE void attention_tile(
    const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t first,
    int64_t queries, const grpo_span *next, int64_t next_head, float *scratch, const int bf16
) {
    const int64_t dim = a->head_dim, stride = padded(dim), group = a->heads / a->kv_heads;
    const int64_t rows = queries * group, vectors = stride / LANES;
    float *q = scratch, *out = q + rows * stride, *scores = out + rows * stride;
    float *keys = scores + rows * KEY_BLOCK, *values = keys + KEY_BLOCK * stride;
    float *m = values + KEY_BLOCK * stride, *l = m + rows;
    const int64_t token = span->query_start + first, start = first_position(span) + first;

    const int direct = queries == 1 && dim == stride;
    const int64_t ahead = queries == 1 ? next->prefix_count + next->own_count : 0;

    load_queries(a->q, a, token, queries, kv_head, a->scale, q, bf16);
    memset(out, 0, (size_t)(rows * stride) * sizeof(float));
    for (int64_t r = 0; r < rows; r++) {
        m[r] = -__builtin_inff();
        l[r] = 0;
    }
    for (int64_t begin = 0; begin < start + queries; begin += KEY_BLOCK) {
        int64_t count = start + queries - begin;
        if (count > KEY_BLOCK) count = KEY_BLOCK;
        const int64_t last = start + queries <= begin + KEY_BLOCK;
        if (a->cached && queries > 1) {
            load_keys_cached(a, span, kv_head, begin, count, keys, values, bf16);
        }
        for (int64_t j = 0; j < count && !a->cached; j += LANES) {
            int64_t part = count - j < LANES ? count - j : LANES;
            if (ahead > 0) {
                int64_t end = begin + j + part;
                if (last && j + LANES >= count) end += MOST_AHEAD;
                if (end > ahead) end = ahead;
                prefetch_rows(a->k, a, next, next_head, begin + j, end, bf16);
                prefetch_rows(a->v, a, next, next_head, begin + j, end, bf16);
            }
            load_keys_transposed(a->k, a, span, kv_head, begin + j, part, keys + j, bf16);
        }
        if (!direct) load_keys(a->v, a, span, kv_head, begin, count, values, bf16);
        // The query that sees one key of the block, and the first row that sees any.
        const int64_t offset = begin - start, skipped = offset > 0 ? offset * group : 0;
        if (a->cached && queries == 1) {
            cached_scores(
                q, rows, a, span, kv_head, begin, count, next, next_head, scores, keys, bf16);
        } else {
            block_scores(q, keys, a, skipped, rows, group, offset, count, scores);
        }
        for (int64_t r = skipped; r < rows; r++) {
            int64_t seen = r / group - offset + 1;
            if (seen > count) seen = count;
            float factor = softmax_row(scores + r * KEY_BLOCK, seen, m + r, l + r);
            if (factor != 1.0f) {
                for (int64_t d = 0; d < stride; d += LANES) {
                    float *at = out + r * stride + d;
                    store16(at, load16(at) * splat16(factor));
                }
            }
        }
        if (direct) {
            accumulate_values(out, rows, scores, a, span, kv_head, begin, count, bf16);
            continue;
        }
        for (int64_t r = skipped; r < rows; r += TILE_ROWS) {
            int64_t height = rows - r < TILE_ROWS ? rows - r : TILE_ROWS;
            int64_t common = r / group - offset + 1;
            if (common > count) common = count;
            accumulate(
                out + r * stride, stride, height, vectors, scores + r * KEY_BLOCK, KEY_BLOCK, 1,
                values, stride, common);
            for (int64_t i = r; i < r + height; i++) {
                int64_t seen = i / group - offset + 1;
                if (seen > count) seen = count;
                accumulate(
                    out + i * stride, stride, 1, vectors, scores + i * KEY_BLOCK + common,
                    KEY_BLOCK, 1, values + common * stride, stride, seen - common);
            }
        }
    }
    for (int64_t r = 0; r < rows; r++) {
        int64_t head = (token + r / group) * a->heads + kv_head * group + r % group;
        v16 inverse = splat16(1.0f / l[r]);
        EACH_VECTOR(d, 0, dim, {
            v16 value = load16(out + r * stride + d) * inverse;
            store_up_to(a->y, head * dim + d, value, left, bf16);
        })
        a->lse[head] = m[r] + log1(l[r]);
    }
}

static void attention(
    const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t first,
    int64_t queries, const grpo_span *next, int64_t next_head, float *scratch
) {
    if (a->bf16) {
        attention_tile(a, span, kv_head, first, queries, next, next_head, scratch, 1);
    } else {
        attention_tile(a, span, kv_head, first, queries, next, next_head, scratch, 0);
    }
}
