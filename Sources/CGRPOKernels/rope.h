// Rotary embedding by half-split pairs (a, b) = (x[i], x[i + head_dim / 2]):
// (a cos - b sin, b cos + a sin); backward rotates by the opposite angle.

INLINE void rotate_head(
    const float *x, const float *table, int64_t half, void *y, int64_t at, const int bf16,
    const int inverse
) {
    EACH_VECTOR(i, 0, half, {
        v16 a = load_up_to(x, i, left, 0), b = load_up_to(x, half + i, left, 0);
        v16 cosine = load_up_to(table, i, left, 0), sine = load_up_to(table, half + i, left, 0);
        if (inverse) sine = -sine;
        store_up_to(y, at + i, fma16(a, cosine, -(b * sine)), left, bf16);
        store_up_to(y, at + half + i, fma16(b, cosine, a * sine), left, bf16);
    })
}

INLINE void copy_row(const float *x, int64_t width, void *y, int64_t at, const int bf16) {
    EACH_VECTOR(c, 0, width, {
        store_up_to(y, at + c, load_up_to(x, c, left, 0), left, bf16);
    })
}

INLINE void rope_rows(
    const float *qkv, const int32_t *positions, const float *table, int64_t rows, int64_t heads,
    int64_t kv_heads, int64_t head_dim, void *q, void *k, void *v, const int bf16
) {
    const int64_t q_width = heads * head_dim, k_width = kv_heads * head_dim;
    for (int64_t row = 0; row < rows; row++) {
        const float *from = qkv + row * (q_width + 2 * k_width);
        const float *angles = table + positions[row] * head_dim;
        for (int64_t c = 0; c < q_width; c += head_dim) {
            rotate_head(from + c, angles, head_dim / 2, q, row * q_width + c, bf16, 0);
        }
        for (int64_t c = 0; c < k_width; c += head_dim) {
            rotate_head(from + q_width + c, angles, head_dim / 2, k, row * k_width + c, bf16, 0);
        }
        copy_row(from + q_width + k_width, k_width, v, row * k_width, bf16);
    }
}

static void rope(
    const float *qkv, const int32_t *positions, const float *table, int64_t rows, int64_t heads,
    int64_t kv_heads, int64_t head_dim, void *q, void *k, void *v, int32_t bf16
) {
    if (bf16) {
        rope_rows(qkv, positions, table, rows, heads, kv_heads, head_dim, q, k, v, 1);
    } else {
        rope_rows(qkv, positions, table, rows, heads, kv_heads, head_dim, q, k, v, 0);
    }
}

INLINE void rope_backward_rows(
    const float *dq, const float *dk, const float *dv, const int32_t *positions,
    const float *table, int64_t rows, int64_t heads, int64_t kv_heads, int64_t head_dim,
    void *d_qkv, const int bf16
) {
    const int64_t q_width = heads * head_dim, k_width = kv_heads * head_dim;
    for (int64_t row = 0; row < rows; row++) {
        int64_t at = row * (q_width + 2 * k_width);
        const float *angles = table + positions[row] * head_dim;
        for (int64_t c = 0; c < q_width; c += head_dim) {
            const float *from = dq + row * q_width + c;
            rotate_head(from, angles, head_dim / 2, d_qkv, at + c, bf16, 1);
        }
        for (int64_t c = 0; c < k_width; c += head_dim) {
            const float *from = dk + row * k_width + c;
            rotate_head(from, angles, head_dim / 2, d_qkv, at + q_width + c, bf16, 1);
        }
        copy_row(dv + row * k_width, k_width, d_qkv, at + q_width + k_width, bf16);
    }
}

static void rope_backward(
    const float *dq, const float *dk, const float *dv, const int32_t *positions,
    const float *table, int64_t rows, int64_t heads, int64_t kv_heads, int64_t head_dim,
    void *d_qkv, int32_t bf16
) {
    if (bf16) {
        rope_backward_rows(
            dq, dk, dv, positions, table, rows, heads, kv_heads, head_dim, d_qkv, 1);
    } else {
        rope_backward_rows(
            dq, dk, dv, positions, table, rows, heads, kv_heads, head_dim, d_qkv, 0);
    }
}
