// Small products of float32 matrices, held in registers TILE_ROWS rows by TILE_VECTORS vectors at
// a time. Every element sums its own products in one order, so the tile it falls into does not
// change it.

/// out[a][n] = sum over d of x[a][d] y[d][n], for a < R and N vectors of n.
INLINE void product_tile(
    const float *x, int64_t x_stride, const float *y, int64_t y_stride, int64_t depth, float *out,
    int64_t out_stride, const int R, const int N
) {
    v16 sum[TILE_ROWS][TILE_VECTORS];
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int n = 0; n < N; n++) sum[r][n] = splat16(0.0f);
    }
    for (int64_t d = 0; d < depth; d++) {
        v16 row[TILE_VECTORS];
        UNROLL for (int n = 0; n < N; n++) row[n] = load16(y + d * y_stride + n * LANES);
        UNROLL for (int r = 0; r < R; r++) {
            v16 factor = splat16(x[r * x_stride + d]);
            UNROLL for (int n = 0; n < N; n++) sum[r][n] = fma16(factor, row[n], sum[r][n]);
        }
    }
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int n = 0; n < N; n++) store16(out + r * out_stride + n * LANES, sum[r][n]);
    }
}

/// out[a][n] += sum over b of w[a * a_stride + b * b_stride] x[b][n], in the order of b.
INLINE void accumulate_tile(
    float *out, int64_t out_stride, const float *w, int64_t a_stride, int64_t b_stride,
    const void *x, int64_t x_at, int64_t x_stride, int64_t count, const int bf16, const int R,
    const int N
) {
    v16 sum[TILE_ROWS][TILE_VECTORS];
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int n = 0; n < N; n++) sum[r][n] = load16(out + r * out_stride + n * LANES);
    }
    for (int64_t b = 0; b < count; b++) {
        v16 row[TILE_VECTORS];
        UNROLL for (int n = 0; n < N; n++) row[n] = load_any(x, x_at + b * x_stride + n * LANES, bf16);
        UNROLL for (int r = 0; r < R; r++) {
            v16 factor = splat16(w[r * a_stride + b * b_stride]);
            UNROLL for (int n = 0; n < N; n++) sum[r][n] = fma16(factor, row[n], sum[r][n]);
        }
    }
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int n = 0; n < N; n++) store16(out + r * out_stride + n * LANES, sum[r][n]);
    }
}

// `TILE(R, N)` for the number of rows and vectors at hand: rows TILE_ROWS, 3 or 1, vectors
// TILE_VECTORS, 2 or 1.
#define TILE_WIDTH(R, left)                                                                      \
    if (TILE_VECTORS >= 4 && (left) >= 4) {                                                      \
        TILE(R, (TILE_VECTORS >= 4 ? 4 : 1));                                                    \
        n += 4;                                                                                  \
    } else if (TILE_VECTORS >= 2 && (left) >= 2) {                                               \
        TILE(R, (TILE_VECTORS >= 2 ? 2 : 1));                                                    \
        n += 2;                                                                                  \
    } else {                                                                                     \
        TILE(R, 1);                                                                              \
        n += 1;                                                                                  \
    }

/// Rows of `x` by `vectors` vectors of columns of `y`.
static void product(
    const float *x, int64_t x_stride, int64_t rows, const float *y, int64_t y_stride,
    int64_t vectors, int64_t depth, float *out, int64_t out_stride
) {
#define TILE(R, N)                                                                               \
    product_tile(                                                                                \
        x + r * x_stride, x_stride, y + n * LANES, y_stride, depth,                              \
        out + r * out_stride + n * LANES, out_stride, R, N)
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
        if (rows == 0) break;
    }
#undef TILE
}

/// `rows` rows of `vectors` vectors are added to from `count` rows of `x`.
INLINE void accumulate_any(
    float *out, int64_t out_stride, int64_t rows, int64_t vectors, const float *w,
    int64_t a_stride, int64_t b_stride, const void *x, int64_t x_stride, int64_t count,
    const int bf16
) {
#define TILE(R, N)                                                                               \
    accumulate_tile(                                                                             \
        out + r * out_stride + n * LANES, out_stride, w + r * a_stride, a_stride, b_stride, x,   \
        n * LANES, x_stride, count, bf16, R, N)
    if (rows == 0 || count == 0) return;
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

static void accumulate(
    float *out, int64_t out_stride, int64_t rows, int64_t vectors, const float *w,
    int64_t a_stride, int64_t b_stride, const float *x, int64_t x_stride, int64_t count
) {
    accumulate_any(
        out, out_stride, rows, vectors, w, a_stride, b_stride, x, x_stride, count, 0);
}

/// The same from rows of bfloat16.
static void accumulate_narrow(
    float *out, int64_t out_stride, int64_t rows, int64_t vectors, const float *w,
    int64_t a_stride, int64_t b_stride, const uint16_t *x, int64_t x_stride, int64_t count
) {
    accumulate_any(
        out, out_stride, rows, vectors, w, a_stride, b_stride, x, x_stride, count, 1);
}

/// Transposes 16 rows in place: 4 rounds of exchanging halves, quarters, pairs and single lanes.
INLINE void transpose16(v16 rows[16]) {
#define EXCHANGE(step, ...)                                                                      \
    UNROLL for (int i = 0; i < 16; i++) {                                                        \
        if ((i & step) == 0) {                                                                   \
            v16 a = rows[i], b = rows[i + step];                                                 \
            rows[i] = __builtin_shufflevector(a, b, __VA_ARGS__);                                \
            rows[i + step] = TRANSPOSED_OTHER(a, b, step);                                       \
        }                                                                                        \
    }
#define TRANSPOSED_OTHER(a, b, step)                                                             \
    ((step) == 8                                                                                 \
        ? __builtin_shufflevector(                                                               \
            a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)                  \
        : (step) == 4                                                                            \
        ? __builtin_shufflevector(                                                               \
            a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)                    \
        : (step) == 2                                                                            \
        ? __builtin_shufflevector(                                                               \
            a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)                    \
        : __builtin_shufflevector(                                                               \
            a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
    EXCHANGE(8, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
    EXCHANGE(4, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
    EXCHANGE(2, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
    EXCHANGE(1, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#undef EXCHANGE
#undef TRANSPOSED_OTHER
}
