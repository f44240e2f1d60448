// With P = exp(S - lse): dV = P^T dY, dP = dY V^T, dS = P (dP - sum dY Y), dQ = dS K, dK = dS^T Q.
// P is computed again from q, k and the stored log-sum-exp. Sums over queries run in their order.

static int64_t attention_backward_scratch(const grpo_attention *a, int64_t queries) {
    int64_t rows = queries * (a->heads / a->kv_heads), stride = padded(a->head_dim);
    return 3 * rows * stride + 2 * rows * KEY_BLOCK + 5 * KEY_BLOCK * stride + 2 * rows + LANES;
}

/// Scores into P and dP into dS; both 0 where the row does not see the key.
INLINE void softmax_backward_row(
    float *p, float *dp, int64_t seen, int64_t count, float lse, float dot
) {
    const v16 zero = splat16(0.0f);
    int64_t i = 0;
    for (; i < seen; i += LANES) {
        i16 present = lane_index() < splat16i((int32_t)(seen - i));
        v16 probability = select16(present, exp16(load16(p + i) - splat16(lse)), zero);
        v16 d = select16(present, probability * (load16(dp + i) - splat16(dot)), zero);
        store16(p + i, probability);
        store16(dp + i, d);
    }
    for (; i < count; i += LANES) {
        store16(p + i, zero);
        store16(dp + i, zero);
    }
}

/// Adds rows of a block's gradient to those of the tensor.
INLINE void add_keys(
    float *gradient, const grpo_attention *a, const grpo_span *span, int64_t kv_head,
    int64_t begin, int64_t count, const float *block
) {
    const int64_t dim = a->head_dim, stride = padded(dim);
    for (int64_t j = 0; j < count; j++) {
        float *to = gradient + (key_row(span, begin + j) * a->kv_heads + kv_head) * dim;
        EACH_VECTOR(d, 0, dim, {
            v16 sum = load_up_to(to, d, left, 0) + load16(block + j * stride + d);
            store_up_to(to, d, sum, left, 0);
        })
    }
}

/// Asks for `bytes` bytes, from byte `at` of each row on.
INLINE void prefetch_lines(
    const void *x, int64_t row, int64_t rows, int64_t row_bytes, int64_t at, int64_t bytes
) {
    for (int64_t r = row; r < row + rows; r++) {
        for (int64_t line = 0; line < bytes; line += CACHE_LINE) {
            __builtin_prefetch((const char *)x + r * row_bytes + at + line, 0, 2);
        }
    }
}

/// Asks for the operands of the next head of keys of a short sequence, whose rows no hardware
/// stream follows: without the hint the loop waits for memory most of the time.
INLINE void prefetch_next_heads(
    const grpo_attention *a, const grpo_span *span, int64_t kv_head, const int bf16
) {
    const int64_t size = bf16 ? sizeof(uint16_t) : sizeof(float), group = a->heads / a->kv_heads;
    const int64_t keys = a->head_dim * a->kv_heads, at = a->head_dim * (kv_head + 1);
    const int64_t queries = a->head_dim * a->heads;
    const int64_t width = a->head_dim * group, first = at * group;
    if (kv_head + 1 >= a->kv_heads || span->own_count > KEY_BLOCK) return;
    const int64_t token = span->query_start, count = span->query_count;
    prefetch_lines(a->q, token, count, queries * size, first * size, width * size);
    prefetch_lines(a->y, token, count, queries * size, first * size, width * size);
    prefetch_lines(a->dy, token, count, queries * 4, first * 4, width * 4);
    const int64_t row = span->own_start, rows = span->own_count;
    prefetch_lines(a->k, row, rows, keys * size, at * size, a->head_dim * size);
    prefetch_lines(a->v, row, rows, keys * size, at * size, a->head_dim * size);
    prefetch_lines(a->dk, row, rows, keys * 4, at * 4, a->head_dim * 4);
    prefetch_lines(a->dv, row, rows, keys * 4, at * 4, a->head_dim * 4);
}

INLINE void attention_backward_tile(
    const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t first,
    int64_t queries, float *scratch, const int bf16
) {
    const int64_t dim = a->head_dim, stride = padded(dim), group = a->heads / a->kv_heads;
    const int64_t rows = queries * group, vectors = stride / LANES, block = KEY_BLOCK * stride;
    float *q = scratch, *dy = q + rows * stride, *dq = dy + rows * stride;
    float *p = dq + rows * stride, *ds = p + rows * KEY_BLOCK;
    float *keys = ds + rows * KEY_BLOCK, *columns = keys + block, *values = columns + block;
    float *dk = values + block, *dv = dk + block, *lse = dv + block, *dot = lse + rows;
    const int64_t token = span->query_start + first, start = first_position(span) + first;

    if (first == 0) prefetch_next_heads(a, span, kv_head, bf16);
    load_queries(a->q, a, token, queries, kv_head, a->scale, q, bf16);
    load_queries(a->dy, a, token, queries, kv_head, 1.0f, dy, 0);
    load_queries(a->y, a, token, queries, kv_head, 1.0f, dq, bf16);
    for (int64_t r = 0; r < rows; r++) {
        int64_t head = (token + r / group) * a->heads + kv_head * group + r % group;
        v16 sum = splat16(0.0f);
        for (int64_t d = 0; d < stride; d += LANES) {
            sum = fma16(load16(dy + r * stride + d), load16(dq + r * stride + d), sum);
        }
        dot[r] = sum16(sum);
        lse[r] = a->lse[head];
    }
    memset(dq, 0, (size_t)(rows * stride) * sizeof(float));
    for (int64_t begin = 0; begin < start + queries; begin += KEY_BLOCK) {
        int64_t count = start + queries - begin;
        if (count > KEY_BLOCK) count = KEY_BLOCK;
        load_keys(a->k, a, span, kv_head, begin, count, keys, bf16);
        load_keys_transposed(a->k, a, span, kv_head, begin, count, columns, bf16);
        load_keys_transposed(a->v, a, span, kv_head, begin, count, values, bf16);
        memset(dk, 0, (size_t)(count * stride) * sizeof(float));
        memset(dv, 0, (size_t)(count * stride) * sizeof(float));
        const int64_t offset = begin - start, skipped = offset > 0 ? offset * group : 0;
        block_scores(q, columns, a, skipped, rows, group, offset, count, p);
        block_scores(dy, values, a, skipped, rows, group, offset, count, ds);
        for (int64_t r = skipped; r < rows; r++) {
            int64_t seen = r / group - offset + 1;
            softmax_backward_row(
                p + r * KEY_BLOCK, ds + r * KEY_BLOCK, seen < count ? seen : count, count, lse[r],
                dot[r]);
        }
        // Keys 16 by 16: none of a later sixteen is seen by the rows before its first key's.
        for (int64_t j = 0; j < count; j += LANES) {
            int64_t keys_here = count - j < LANES ? count - j : LANES;
            int64_t r = offset + j > 0 ? (offset + j) * group : 0;
            float *weights = p + r * KEY_BLOCK + j, *d_scores = ds + r * KEY_BLOCK + j;
            accumulate(
                dv + j * stride, stride, keys_here, vectors, weights, 1, KEY_BLOCK,
                dy + r * stride, stride, rows - r);
            accumulate(
                dk + j * stride, stride, keys_here, vectors, d_scores, 1, KEY_BLOCK,
                q + r * stride, stride, rows - r);
        }
        for (int64_t r = skipped; r < rows; r += 2 * TILE_ROWS) {
            int64_t height = rows - r < 2 * TILE_ROWS ? rows - r : 2 * TILE_ROWS;
            int64_t seen = (r + height - 1) / group - offset + 1;
            accumulate(
                dq + r * stride, stride, height, vectors, ds + r * KEY_BLOCK, KEY_BLOCK, 1, keys,
                stride, seen < count ? seen : count);
        }
        add_keys(a->dk, a, span, kv_head, begin, count, dk);
        add_keys(a->dv, a, span, kv_head, begin, count, dv);
    }
    for (int64_t r = 0; r < rows; r++) {
        int64_t head = (token + r / group) * a->heads + kv_head * group + r % group;
        EACH_VECTOR(d, 0, dim, {
            v16 value = load16(dq + r * stride + d) * splat16(a->scale);
            store_up_to(a->dq, head * dim + d, value, left, 0);
        })
    }
}

static void attention_backward(
    const grpo_attention *a, const grpo_span *span, int64_t kv_head, int64_t first,
    int64_t queries, float *scratch
) {
    if (a->bf16) {
        attention_backward_tile(a, span, kv_head, first, queries, scratch, 1);
    } else {
        attention_backward_tile(a, span, kv_head, first, queries, scratch, 0);
    }
}
