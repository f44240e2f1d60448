// Gradients of weights, dWᵀ += xᵀ dy, on AVX-512.
//
// A sum over tokens wants both operands with tokens varying slowest. Rows are laid out in blocks of
// 64 columns; of bfloat16, two neighbouring tokens lie side by side, as the instruction takes them,
// so that neither operand is ever transposed. A tile is six outputs by 64 inputs, as for products.

#include "grpo_products.h"

#include <string.h>

#define WIDTH GRPO_BLOCK_WIDTH
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

int64_t grpo_token_block_bytes(int64_t tokens, int32_t bf16) {
    return WIDTH * 4 * (bf16 ? (tokens + 1) / 2 : tokens);
}

#if defined(__x86_64__)

#include <immintrin.h>

#define VECTORS (WIDTH / 16)
// Outputs of a tile: with its vectors they fill 24 of the 32 registers.
#define ROWS 6
// Rows between what is read and what is fetched: parts of rows are no stream that hardware follows.
#define AHEAD 16

#define LEVEL target("arch=x86-64-v4"), min_vector_width(512)
#define LEVEL_BF16 target("arch=x86-64-v4,avx512bf16"), min_vector_width(512)

/// The first `columns` of 16 lanes from lane 16 v on.
INLINE __attribute__((LEVEL)) __mmask16 lanes(int64_t columns, int v) {
    const int64_t left = columns - 16 * v;
    return left >= 16 ? 0xFFFF : left <= 0 ? 0 : (__mmask16)((1 << left) - 1);
}

__attribute__((LEVEL)) void grpo_block_tokens_32(
    const float *x, int64_t stride, int64_t tokens, int64_t columns, void *block) {
    float *to = block;
    for (int64_t t = 0; t < tokens; t++, to += WIDTH) {
        UNROLL for (int line = 0; line < 4 * WIDTH; line += 64) {
            _mm_prefetch((const char *)(x + (t + AHEAD) * stride) + line, _MM_HINT_T0);
        }
        UNROLL for (int v = 0; v < VECTORS; v++) {
            _mm512_storeu_ps(
                to + 16 * v,
                _mm512_maskz_loadu_ps(lanes(columns, v), x + t * stride + 16 * v));
        }
    }
}

__attribute__((LEVEL)) void grpo_block_tokens_16(
    const uint16_t *x, int64_t stride, int64_t tokens, int64_t columns, void *block) {
    uint32_t *to = block;
    for (int64_t t = 0; t < tokens; t += 2, to += WIDTH) {
        const uint16_t *even = x + t * stride, *odd = even + stride;
        UNROLL for (int line = 0; line < 2 * WIDTH; line += 64) {
            _mm_prefetch((const char *)(even + AHEAD * stride) + line, _MM_HINT_T0);
            _mm_prefetch((const char *)(odd + AHEAD * stride) + line, _MM_HINT_T0);
        }
        UNROLL for (int v = 0; v < VECTORS; v++) {
            const __mmask16 mask = lanes(columns, v);
            __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, even + 16 * v));
            __m512i high = _mm512_setzero_si512();
            if (t + 1 < tokens) {
                high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, odd + 16 * v));
            }
            _mm512_storeu_si512(
                to + 16 * v, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
        }
    }
}

INLINE __attribute__((LEVEL)) __m512 add_32(const float *dy, __m512 x, __m512 sum) {
    return _mm512_fmadd_ps(_mm512_set1_ps(*dy), x, sum);
}

INLINE __attribute__((LEVEL_BF16)) __m512 add_16(const float *dy, __m512 x, __m512 sum) {
    return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_ps(*dy), (__m512bh)x);
}

// For each type: R outputs by one block of inputs, then all outputs of a block of dy.
#define GRADIENT(bits, level)                                                                    \
    INLINE __attribute__((level)) void tile_##bits(                                              \
        const float *dy, const float *x, int64_t steps, int64_t columns, float *gradient,        \
        int64_t stride, const int R) {                                                           \
        __m512 sums[ROWS][VECTORS];                                                              \
        UNROLL for (int r = 0; r < R; r++) {                                                     \
            UNROLL for (int v = 0; v < VECTORS; v++) sums[r][v] = _mm512_setzero_ps();           \
            _mm_prefetch((const char *)(gradient + r * stride), _MM_HINT_T0);                    \
            _mm_prefetch((const char *)(gradient + r * stride + 16), _MM_HINT_T0);               \
            _mm_prefetch((const char *)(gradient + r * stride + 32), _MM_HINT_T0);               \
            _mm_prefetch((const char *)(gradient + r * stride + 48), _MM_HINT_T0);               \
        }                                                                                        \
        for (int64_t k = 0; k < steps; k++, dy += WIDTH, x += WIDTH) {                           \
            __m512 row[VECTORS];                                                                 \
            UNROLL for (int v = 0; v < VECTORS; v++) row[v] = _mm512_loadu_ps(x + 16 * v);       \
            UNROLL for (int r = 0; r < R; r++) {                                                 \
                UNROLL for (int v = 0; v < VECTORS; v++) {                                       \
                    sums[r][v] = add_##bits(dy + r, row[v], sums[r][v]);                         \
                }                                                                                \
            }                                                                                    \
        }                                                                                        \
        UNROLL for (int r = 0; r < R; r++) {                                                     \
            UNROLL for (int v = 0; v < VECTORS; v++) {                                           \
                const __mmask16 mask = lanes(columns, v);                                        \
                float *to = gradient + r * stride + 16 * v;                                      \
                _mm512_mask_storeu_ps(                                                           \
                    to, mask, _mm512_add_ps(sums[r][v], _mm512_maskz_loadu_ps(mask, to)));       \
            }                                                                                    \
        }                                                                                        \
    }                                                                                            \
                                                                                                 \
    __attribute__((level)) void grpo_add_gradient_##bits(                                        \
        const void *dy, const void *x, int64_t tokens, int64_t outputs, int64_t inputs,          \
        float *gradient, int64_t stride) {                                                       \
        const int64_t steps = bits == 16 ? (tokens + 1) / 2 : tokens;                            \
        const int64_t tiles = (outputs + ROWS - 1) / ROWS;                                       \
        for (int64_t i = 0; i < tiles; i++) {                                                    \
            const int64_t first = outputs * i / tiles, end = outputs * (i + 1) / tiles;          \
            const float *left = (const float *)dy + first;                                       \
            float *to = gradient + first * stride;                                               \
            switch (end - first) {                                                               \
            case 1: tile_##bits(left, x, steps, inputs, to, stride, 1); break;                   \
            case 2: tile_##bits(left, x, steps, inputs, to, stride, 2); break;                   \
            case 3: tile_##bits(left, x, steps, inputs, to, stride, 3); break;                   \
            case 4: tile_##bits(left, x, steps, inputs, to, stride, 4); break;                   \
            case 5: tile_##bits(left, x, steps, inputs, to, stride, 5); break;                   \
            case 6: tile_##bits(left, x, steps, inputs, to, stride, 6); break;                   \
            }                                                                                    \
        }                                                                                        \
    }

GRADIENT(32, LEVEL)
GRADIENT(16, LEVEL_BF16)

#else

// Never called: there are no blocked weights.

void grpo_block_tokens_32(
    const float *x, int64_t stride, int64_t tokens, int64_t columns, void *block) {
    (void)x, (void)stride, (void)tokens, (void)columns, (void)block;
}

void grpo_block_tokens_16(
    const uint16_t *x, int64_t stride, int64_t tokens, int64_t columns, void *block) {
    (void)x, (void)stride, (void)tokens, (void)columns, (void)block;
}

void grpo_add_gradient_32(
    const void *dy, const void *x, int64_t tokens, int64_t outputs, int64_t inputs,
    float *gradient, int64_t stride) {
    (void)dy, (void)x, (void)tokens, (void)outputs, (void)inputs, (void)gradient, (void)stride;
}

void grpo_add_gradient_16(
    const void *dy, const void *x, int64_t tokens, int64_t outputs, int64_t inputs,
    float *gradient, int64_t stride) {
    (void)dy, (void)x, (void)tokens, (void)outputs, (void)inputs, (void)gradient, (void)stride;
}

#endif
