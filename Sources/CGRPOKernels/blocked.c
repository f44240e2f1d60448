// Products with blocked weights, on AVX-512.
//
// Every element is one running sum over the inputs in their order (of bfloat16 over pairs of them,
// the odd member first), each product fused into it, so it depends neither on the rows beside it nor
// on the tile it falls into.
//
// A weight that comes from memory takes as long as the arithmetic of some twenty rows. A tile that
// reads it first is held up, the others then leave memory idle; so while a panel is multiplied, the
// one that this thread will come to next is fetched, evenly over the tiles. Of a single tile memory
// sets the pace: it fetches some way ahead, across the page borders where hardware stops.

#include "grpo_products.h"

#include <string.h>

#define WIDTH GRPO_BLOCK_WIDTH
// Steps over the inputs of which a block stays cached, in 384 KiB, while all rows pass by.
#define PIECE 1536
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

int32_t grpo_blocked_in_pieces(int64_t inputs, int32_t bf16) {
    return (bf16 ? (inputs + 1) / 2 : inputs) > PIECE;
}

int64_t grpo_blocked_bytes(int64_t outputs, int64_t inputs, int32_t bf16) {
    const int64_t blocks = (outputs + WIDTH - 1) / WIDTH;
    return blocks * WIDTH * 4 * (bf16 ? (inputs + 1) / 2 : inputs);
}

#if defined(__x86_64__)

#include <immintrin.h>

#define VECTORS (WIDTH / 16)
// Rows of a tile: with its vectors they fill 24 of the 32 registers.
#define ROWS 6
// Bytes between what a single tile reads and what it fetches.
#define AHEAD 2048
// Tiles that fetch what comes next; of more, arithmetic sets the pace.
#define FETCHING_TILES 16
// Bytes of a block to a step over the inputs.
#define STEP_BYTES (4 * WIDTH)

#define LEVEL target("arch=x86-64-v4"), min_vector_width(512)
#define LEVEL_BF16 target("arch=x86-64-v4,avx512bf16"), min_vector_width(512)

int32_t grpo_has_blocked(int32_t bf16) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v4") && (!bf16 || __builtin_cpu_supports("avx512bf16"));
}

INLINE __attribute__((LEVEL)) __m512 broadcast_32(const float *x, int64_t left) {
    (void)left;
    return _mm512_set1_ps(*x);
}

INLINE __attribute__((LEVEL)) __m512 add_32(__m512 a, __m512 b, __m512 sum) {
    return _mm512_fmadd_ps(a, b, sum);
}

/// Two neighbouring inputs in every lane; after the last of an odd number comes 0.
INLINE __attribute__((LEVEL_BF16)) __m512 broadcast_16(const uint16_t *x, int64_t left) {
    int32_t pair = *x;
    if (left > 1) memcpy(&pair, x, sizeof pair);
    return _mm512_castsi512_ps(_mm512_set1_epi32(pair));
}

INLINE __attribute__((LEVEL_BF16)) __m512 add_16(__m512 a, __m512 b, __m512 sum) {
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

/// Where the sums of a tile go: columns of one block of y, and what is added to them.
typedef struct {
    float *y;
    int64_t stride;
    int64_t columns;
    int32_t add;            // the sums in y are continued
    const float *bias;      // [columns] or NULL
    const float *residual;  // rows `stride` apart, or NULL
} target;

/// What a tile fetches: with every step over the inputs `lines` lines of 64 bytes, `advance` bytes
/// further on than with the one before.
typedef struct {
    const char *next;
    int64_t advance;
} stream;

/// The lanes of vector v that are columns.
INLINE __attribute__((LEVEL)) __mmask16 lanes(int64_t columns, int v) {
    const int64_t left = columns - 16 * v;
    return left >= 16 ? 0xFFFF : left <= 0 ? 0 : (__mmask16)((1 << left) - 1);
}

// For each type of the elements:
//   tile_    R rows by one block of outputs, `count` inputs,
//   rows_    all rows by one block, whose successor is fetched,
//   grpo_multiply_blocked_ all rows by all blocks, in pieces of the inputs that stay cached.
#define PRODUCT(bits, element, per_step, level)                                                  \
    INLINE __attribute__((level)) void tile_##bits(                                              \
        const element *x, int64_t x_stride, const char *weight, int64_t count, target to,        \
        stream fetched, const int lines, const int R) {                                          \
        __m512 sums[ROWS][VECTORS];                                                              \
        UNROLL for (int r = 0; r < R; r++) {                                                     \
            UNROLL for (int v = 0; v < VECTORS; v++) {                                           \
                sums[r][v] = _mm512_setzero_ps();                                                \
                if (to.add) {                                                                    \
                    sums[r][v] = _mm512_maskz_loadu_ps(                                          \
                        lanes(to.columns, v), to.y + r * to.stride + 16 * v);                    \
                }                                                                                \
            }                                                                                    \
        }                                                                                        \
        for (int64_t k = 0; k < count; k += per_step) {                                          \
            __m512 row[VECTORS];                                                                 \
            UNROLL for (int v = 0; v < VECTORS; v++) {                                           \
                row[v] = _mm512_loadu_ps(weight + 64 * v);                                       \
                if (!lines) _mm_prefetch(weight + AHEAD + 64 * v, _MM_HINT_T0);                  \
            }                                                                                    \
            UNROLL for (int i = 0; i < lines; i++) {                                             \
                _mm_prefetch(fetched.next + 64 * i, _MM_HINT_T2);                                \
            }                                                                                    \
            weight += STEP_BYTES;                                                                \
            fetched.next += fetched.advance;                                                     \
            UNROLL for (int r = 0; r < R; r++) {                                                 \
                const __m512 factor = broadcast_##bits(x + r * x_stride + k, count - k);         \
                UNROLL for (int v = 0; v < VECTORS; v++) {                                       \
                    sums[r][v] = add_##bits(factor, row[v], sums[r][v]);                         \
                }                                                                                \
            }                                                                                    \
        }                                                                                        \
        UNROLL for (int r = 0; r < R; r++) {                                                     \
            UNROLL for (int v = 0; v < VECTORS; v++) {                                           \
                const __mmask16 mask = lanes(to.columns, v);                                     \
                const int64_t at = r * to.stride + 16 * v;                                       \
                if (to.bias) sums[r][v] += _mm512_maskz_loadu_ps(mask, to.bias + 16 * v);        \
                if (to.residual) sums[r][v] += _mm512_maskz_loadu_ps(mask, to.residual + at);    \
                _mm512_mask_storeu_ps(to.y + at, mask, sums[r][v]);                              \
            }                                                                                    \
        }                                                                                        \
    }                                                                                            \
                                                                                                 \
    INLINE __attribute__((level)) void some_rows_##bits(                                         \
        const element *x, int64_t x_stride, int64_t rows, const char *weight, int64_t count,     \
        target to, stream fetched, const int lines) {                                            \
        switch (rows) {                                                                          \
        case 1: tile_##bits(x, x_stride, weight, count, to, fetched, lines, 1); break;           \
        case 2: tile_##bits(x, x_stride, weight, count, to, fetched, lines, 2); break;           \
        case 3: tile_##bits(x, x_stride, weight, count, to, fetched, lines, 3); break;           \
        case 4: tile_##bits(x, x_stride, weight, count, to, fetched, lines, 4); break;           \
        case 5: tile_##bits(x, x_stride, weight, count, to, fetched, lines, 5); break;           \
        case 6: tile_##bits(x, x_stride, weight, count, to, fetched, lines, 6); break;           \
        }                                                                                        \
    }                                                                                            \
                                                                                                 \
    static __attribute__((level)) void rows_##bits(                                              \
        const element *x, int64_t x_stride, int64_t rows, const char *weight, int64_t count,     \
        target to, const char *next) {                                                           \
        const int64_t tiles = (rows + ROWS - 1) / ROWS;                                          \
        const int64_t bytes = (count + per_step - 1) / per_step * STEP_BYTES;                    \
        for (int64_t i = 0; i < tiles; i++) {                                                    \
            const int64_t first = rows * i / tiles, taken = rows * (i + 1) / tiles - first;      \
            const element *left = x + first * x_stride;                                          \
            const stream fetched = {                                                             \
                next + bytes * i / tiles, (STEP_BYTES + tiles - 1) / tiles};                     \
            target here = to;                                                                    \
            here.y += first * to.stride;                                                         \
            if (to.residual) here.residual += first * to.stride;                                 \
            if (tiles == 1 || tiles > FETCHING_TILES) {                                          \
                some_rows_##bits(left, x_stride, taken, weight, count, here, fetched, 0);        \
            } else if (tiles < 4) {                                                              \
                some_rows_##bits(left, x_stride, taken, weight, count, here, fetched, 2);        \
            } else {                                                                             \
                some_rows_##bits(left, x_stride, taken, weight, count, here, fetched, 1);        \
            }                                                                                    \
        }                                                                                        \
    }                                                                                            \
                                                                                                 \
    __attribute__((level)) void grpo_multiply_blocked_##bits(                                    \
        const element *x, int64_t rows, const void *weight, int64_t outputs, int64_t inputs,     \
        int64_t ahead, const float *bias, const float *residual, float *y, int64_t stride) {     \
        const int64_t piece = PIECE * per_step;                                                  \
        const int64_t bytes = grpo_blocked_bytes(WIDTH, inputs, per_step == 2);                  \
        for (int64_t c = 0; c < outputs; c += WIDTH) {                                           \
            const char *block = (const char *)weight + c / WIDTH * bytes;                        \
            const int64_t columns = outputs - c < WIDTH ? outputs - c : WIDTH;                   \
            for (int64_t k = 0; k < inputs; k += piece) {                                        \
                const int64_t count = inputs - k < piece ? inputs - k : piece;                   \
                const int last = k + count == inputs;                                            \
                const target to = {                                                              \
                    y + c, stride, columns, k > 0, last && bias ? bias + c : NULL,               \
                    last && residual ? residual + c : NULL};                                     \
                const char *from = block + k / per_step * STEP_BYTES;                            \
                rows_##bits(x + k, inputs, rows, from, count, to, from + ahead);                 \
            }                                                                                    \
        }                                                                                        \
    }

PRODUCT(32, float, 1, LEVEL)
PRODUCT(16, uint16_t, 2, LEVEL_BF16)

void grpo_block_weight_32(
    const float *values, int64_t stride, int32_t transposed, int64_t outputs, int64_t inputs,
    void *weight) {
    for (int64_t c = 0; c < outputs; c += WIDTH) {
        float *block = (float *)weight + c * inputs;
        const int64_t columns = outputs - c < WIDTH ? outputs - c : WIDTH;
        if (!transposed) {
            grpo_transpose_32(
                (const uint32_t *)values + c * stride, stride, columns, inputs,
                (uint32_t *)block, WIDTH, WIDTH);
            continue;
        }
        for (int64_t k = 0; k < inputs; k++, block += WIDTH) {
            memcpy(block, values + k * stride + c, (size_t)columns * sizeof *block);
            memset(block + columns, 0, (size_t)(WIDTH - columns) * sizeof *block);
        }
    }
}

/// The bits of bfloat16, to nearest, ties to even; a NaN stays a quiet NaN.
INLINE __attribute__((LEVEL)) uint32_t narrowed(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return x != x ? bits >> 16 | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
}

/// Inputs that are narrowed at once.
#define STRIP 256

/// One block of `columns` outputs from rows of inputs: narrowed in pairs, then transposed.
static __attribute__((LEVEL)) void block_rows_16(
    const float *values, int64_t stride, int64_t columns, int64_t inputs, uint32_t *block) {
    uint32_t pairs[WIDTH * STRIP / 2];
    for (int64_t k = 0; k < inputs; k += STRIP) {
        const int64_t count = inputs - k < STRIP ? inputs - k : STRIP, whole = count / 2;
        for (int64_t c = 0; c < columns; c++) {
            const float *from = values + c * stride + k;
            uint32_t *to = pairs + c * (STRIP / 2);
            for (int64_t i = 0; i < whole; i++) {
                to[i] = narrowed(from[2 * i]) | narrowed(from[2 * i + 1]) << 16;
            }
            if (count % 2) to[whole] = narrowed(from[count - 1]);
        }
        grpo_transpose_32(
            pairs, STRIP / 2, columns, (count + 1) / 2, block + k / 2 * WIDTH, WIDTH, WIDTH);
    }
}

/// One block of `columns` outputs from columns of inputs.
static __attribute__((LEVEL)) void block_columns_16(
    const float *values, int64_t stride, int64_t columns, int64_t inputs, uint32_t *block) {
    for (int64_t k = 0; k < inputs; k += 2, block += WIDTH) {
        const float *from = values + k * stride;
        if (k + 1 < inputs) {
            for (int64_t c = 0; c < columns; c++) {
                block[c] = narrowed(from[c]) | narrowed(from[stride + c]) << 16;
            }
        } else {
            for (int64_t c = 0; c < columns; c++) block[c] = narrowed(from[c]);
        }
        for (int64_t c = columns; c < WIDTH; c++) block[c] = 0;
    }
}

void grpo_block_weight_16(
    const float *values, int64_t stride, int32_t transposed, int64_t outputs, int64_t inputs,
    void *weight) {
    for (int64_t c = 0; c < outputs; c += WIDTH) {
        uint32_t *block = (uint32_t *)weight + c * ((inputs + 1) / 2);
        const int64_t columns = outputs - c < WIDTH ? outputs - c : WIDTH;
        if (transposed) {
            block_columns_16(values + c, stride, columns, inputs, block);
        } else {
            block_rows_16(values + c * stride, stride, columns, inputs, block);
        }
    }
}

#else

int32_t grpo_has_blocked(int32_t bf16) {
    (void)bf16;
    return 0;
}

// Never called: there are no blocked weights.

void grpo_multiply_blocked_32(
    const float *x, int64_t rows, const void *weight, int64_t outputs, int64_t inputs,
    int64_t ahead, const float *bias, const float *residual, float *y, int64_t stride) {
    (void)x, (void)rows, (void)weight, (void)outputs, (void)inputs, (void)ahead, (void)bias;
    (void)residual, (void)y, (void)stride;
}

void grpo_multiply_blocked_16(
    const uint16_t *x, int64_t rows, const void *weight, int64_t outputs, int64_t inputs,
    int64_t ahead, const float *bias, const float *residual, float *y, int64_t stride) {
    (void)x, (void)rows, (void)weight, (void)outputs, (void)inputs, (void)ahead, (void)bias;
    (void)residual, (void)y, (void)stride;
}

void grpo_block_weight_32(
    const float *values, int64_t stride, int32_t transposed, int64_t outputs, int64_t inputs,
    void *weight) {
    (void)values, (void)stride, (void)transposed, (void)outputs, (void)inputs, (void)weight;
}

void grpo_block_weight_16(
    const float *values, int64_t stride, int32_t transposed, int64_t outputs, int64_t inputs,
    void *weight) {
    (void)values, (void)stride, (void)transposed, (void)outputs, (void)inputs, (void)weight;
}

#endif
