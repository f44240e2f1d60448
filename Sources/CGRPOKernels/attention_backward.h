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
    for (int64_t i = 0; i < count; i += LANES) {
        i16 present = lane_index() < splat16i((int32_t)(seen - i));
        v16 zero = splat16(0.0f);
        v16 probability = select16(present, exp16(load16(p + i) - splat16(lse)), zero);
        v16 d = select16(present, probability * (load16(dp + i) - splat16(dot)), zero);
        store16(p + i, probability);
        store16(dp + i, d);
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
        memset(dk, 0, (size_t)(2 * block) * sizeof(float));
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
        for (int64_t r = skipped; r < rows; r += 8 * TILE_ROWS) {
            int64_t height = rows - r < 8 * TILE_ROWS ? rows - r : 8 * TILE_ROWS;
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
