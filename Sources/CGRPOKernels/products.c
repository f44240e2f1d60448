#include "grpo_products.h"

#include <string.h>

#if defined(__x86_64__) && defined(__ELF__)
#define LEVELS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LEVELS
#endif
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

// Vectors for memory of any alignment.
typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t h8 __attribute__((vector_size(16), aligned(2), may_alias));
typedef uint32_t w4 __attribute__((vector_size(16), aligned(4), may_alias));

int32_t grpo_has_bfloat16(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") || __builtin_cpu_supports("amx-bf16");
#else
    return 0;
#endif
}

int32_t grpo_has_amx(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("amx-bf16") != 0;
#else
    return 0;
#endif
}

LEVELS void grpo_store_tile(
    const float *tile, int64_t rows, int64_t width, const float *bias, const float *residual,
    float *y, int64_t stride) {
    for (int64_t r = 0; r < rows; r++) {
        const float *from = tile + r * width;
        float *to = y + r * stride;
        if (!bias && !residual) {
            memcpy(to, from, (size_t)width * sizeof *to);
        } else if (!bias) {
            const float *added = residual + r * stride;
            for (int64_t c = 0; c < width; c++) to[c] = from[c] + added[c];
        } else if (!residual) {
            for (int64_t c = 0; c < width; c++) to[c] = from[c] + bias[c];
        } else {
            const float *added = residual + r * stride;
            for (int64_t c = 0; c < width; c++) to[c] = from[c] + bias[c] + added[c];
        }
    }
}

// Blocks of a transpose: three (two) rounds that interleave the halves of rows.

#define LOW_8(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH_8(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)

INLINE void transpose_8x8(const uint16_t *x, int64_t x_stride, uint16_t *y, int64_t y_stride) {
    h8 a[8], b[8];
    UNROLL for (int i = 0; i < 8; i++) a[i] = *(const h8 *)(x + i * x_stride);
    UNROLL for (int i = 0; i < 4; i++) {
        b[2 * i] = LOW_8(a[i], a[i + 4]);
        b[2 * i + 1] = HIGH_8(a[i], a[i + 4]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        a[2 * i] = LOW_8(b[i], b[i + 4]);
        a[2 * i + 1] = HIGH_8(b[i], b[i + 4]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        *(h8 *)(y + 2 * i * y_stride) = LOW_8(a[i], a[i + 4]);
        *(h8 *)(y + (2 * i + 1) * y_stride) = HIGH_8(a[i], a[i + 4]);
    }
}

#define LOW_4(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH_4(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)

INLINE void transpose_4x4(const uint32_t *x, int64_t x_stride, uint32_t *y, int64_t y_stride) {
    w4 a[4], b[4];
    UNROLL for (int i = 0; i < 4; i++) a[i] = *(const w4 *)(x + i * x_stride);
    UNROLL for (int i = 0; i < 2; i++) {
        b[2 * i] = LOW_4(a[i], a[i + 2]);
        b[2 * i + 1] = HIGH_4(a[i], a[i + 2]);
    }
    UNROLL for (int i = 0; i < 2; i++) {
        *(w4 *)(y + 2 * i * y_stride) = LOW_4(b[i], b[i + 2]);
        *(w4 *)(y + (2 * i + 1) * y_stride) = HIGH_4(b[i], b[i + 2]);
    }
}

// Rows read side by side: where their distance is a multiple of a power of two, more would fall
// into the same few places of the cache and drive each other out.
#define STRIP 16

#define TRANSPOSE(bits, type, side, block)                                                       \
    LEVELS void grpo_transpose_##bits(                                                           \
        const type *x, int64_t x_stride, int64_t rows, int64_t columns, type *y,                 \
        int64_t y_stride, int64_t padded) {                                                      \
        const int64_t whole_rows = rows / side * side, whole_columns = columns / side * side;    \
        for (int64_t strip = 0; strip < whole_rows; strip += STRIP) {                            \
            const int64_t end = strip + STRIP < whole_rows ? strip + STRIP : whole_rows;         \
            for (int64_t c = 0; c < whole_columns; c += side) {                                  \
                for (int64_t r = strip; r < end; r += side) {                                    \
                    block(x + r * x_stride + c, x_stride, y + c * y_stride + r, y_stride);       \
                }                                                                                \
            }                                                                                    \
        }                                                                                        \
        for (int64_t c = 0; c < columns; c++) {                                                  \
            for (int64_t r = c < whole_columns ? whole_rows : 0; r < rows; r++) {                \
                y[c * y_stride + r] = x[r * x_stride + c];                                       \
            }                                                                                    \
            for (int64_t r = rows; r < padded; r++) y[c * y_stride + r] = 0;                     \
        }                                                                                        \
    }

TRANSPOSE(16, uint16_t, 8, transpose_8x8)
TRANSPOSE(32, uint32_t, 4, transpose_4x4)

LEVELS void grpo_round_to_bfloat16(const float *x, float *y, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        const uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000u;
        const uint32_t quiet = (bits | 0x400000u) & 0xFFFF0000u;
        bits = x[i] != x[i] ? quiet : rounded;
        memcpy(y + i, &bits, sizeof bits);
    }
}

LEVELS void grpo_widen_rows(
    const uint16_t *x, int64_t x_stride, int64_t rows, int64_t columns, float *y) {
    for (int64_t r = 0; r < rows; r++) {
        const uint16_t *from = x + r * x_stride;
        float *to = y + r * columns;
        for (int64_t c = 0; c < columns; c++) {
            const uint32_t bits = (uint32_t)from[c] << 16;
            memcpy(to + c, &bits, sizeof bits);
        }
    }
}

/// The sum of the lanes by a fixed tree of halves.
INLINE float sum_lanes(const float lanes[16]) {
    float sums[8];
    UNROLL for (int i = 0; i < 8; i++) sums[i] = lanes[i] + lanes[i + 8];
    UNROLL for (int i = 0; i < 4; i++) sums[i] += sums[i + 4];
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

/// R rows of x by C rows of W; 16 partial sums an element whatever R and C are.
INLINE void few_rows_block(
    const float *x, const float *weight, int64_t inputs, float *y, int64_t outputs, const int R,
    const int C) {
    v16 sums[4][4];
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int c = 0; c < C; c++) sums[r][c] = (v16){0};
    }
    int64_t k = 0;
    for (; k + 16 <= inputs; k += 16) {
        v16 row[4];
        UNROLL for (int r = 0; r < R; r++) row[r] = *(const v16 *)(x + r * inputs + k);
        UNROLL for (int c = 0; c < C; c++) {
            const v16 column = *(const v16 *)(weight + c * inputs + k);
            UNROLL for (int r = 0; r < R; r++) sums[r][c] += row[r] * column;
        }
    }
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int c = 0; c < C; c++) {
            float lanes[16];
            memcpy(lanes, &sums[r][c], sizeof lanes);
            for (int64_t i = k; i < inputs; i++) {
                lanes[i - k] += x[r * inputs + i] * weight[c * inputs + i];
            }
            y[r * outputs + c] = sum_lanes(lanes);
        }
    }
}

/// C rows of W by all of x: W, the larger, is read once.
INLINE void few_rows(
    const float *x, int64_t rows, const float *weight, int64_t inputs, float *y, int64_t outputs,
    const int C) {
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4) {
        few_rows_block(x + r * inputs, weight, inputs, y + r * outputs, outputs, 4, C);
    }
    for (; r < rows; r++) {
        few_rows_block(x + r * inputs, weight, inputs, y + r * outputs, outputs, 1, C);
    }
}

LEVELS void grpo_multiply_few_rows(
    const float *x, int64_t rows, const float *weight, int64_t outputs, int64_t inputs, float *y) {
    int64_t c = 0;
    for (; c + 4 <= outputs; c += 4) {
        few_rows(x, rows, weight + c * inputs, inputs, y + c, outputs, 4);
    }
    for (; c < outputs; c++) {
        few_rows(x, rows, weight + c * inputs, inputs, y + c, outputs, 1);
    }
}
