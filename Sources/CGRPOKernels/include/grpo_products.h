#pragma once

#include <stdint.h>

// Matrix products of our own, and what surrounds the libraries': operands brought into the layout a
// tile wants, and results taken out of it.

/// Tells the processor that the thread waits for another.
static inline void grpo_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Whether the processor multiplies bfloat16: AVX512-BF16 or AMX.
int32_t grpo_has_bfloat16(void);

/// Whether it multiplies tiles of bfloat16: AMX.
int32_t grpo_has_amx(void);

/// y[r][c] = tile[r][c] + bias[c] + residual[r][c]; tile [rows, width] contiguous, rows of y and
/// residual `stride` apart; bias and residual may be NULL, residual may be y.
void grpo_store_tile(
    const float *tile, int64_t rows, int64_t width, const float *bias, const float *residual,
    float *y, int64_t stride);

/// y[c][r] = x[r][c] for x [rows, columns], rows `x_stride` and `y_stride` elements apart; y[c][r]
/// for rows <= r < padded becomes 0.
void grpo_transpose_16(
    const uint16_t *x, int64_t x_stride, int64_t rows, int64_t columns, uint16_t *y,
    int64_t y_stride, int64_t padded);
void grpo_transpose_32(
    const uint32_t *x, int64_t x_stride, int64_t rows, int64_t columns, uint32_t *y,
    int64_t y_stride, int64_t padded);

/// y = x rounded to bfloat16 (to nearest even; a NaN stays a quiet NaN), as float32.
void grpo_round_to_bfloat16(const float *x, float *y, int64_t count);

/// y[r][c] = x[r][c] of bfloat16; rows of x `x_stride` apart, y [rows, columns] contiguous.
void grpo_widen_rows(
    const uint16_t *x, int64_t x_stride, int64_t rows, int64_t columns, float *y);

/// y = x Wᵀ for few rows: x [rows, inputs], W [outputs, inputs], y [rows, outputs], contiguous.
/// A row of y does not depend on the others.
void grpo_multiply_few_rows(
    const float *x, int64_t rows, const float *weight, int64_t outputs, int64_t inputs, float *y);

// Blocked weights: 64 outputs side by side. Element (input k, output o) of a float32 weight is
// number k · 64 + o % 64 of block o / 64; of a bfloat16 one it is number (k / 2 · 64 + o % 64) · 2 +
// k % 2. Absent outputs of the last block, and the partner of the last of an odd number of inputs,
// are 0. bf16 chooses the type.

#define GRPO_BLOCK_WIDTH 64

/// Whether this processor multiplies blocked weights: AVX-512, for bfloat16 with AVX512-BF16.
int32_t grpo_has_blocked(int32_t bf16);

/// The size of a weight, at most 64 outputs to a block.
int64_t grpo_blocked_bytes(int64_t outputs, int64_t inputs, int32_t bf16);

/// Whether sums over so many inputs pass through y on their way, which then may not be the residual.
int32_t grpo_blocked_in_pieces(int64_t inputs, int32_t bf16);

/// Blocks row-major values [outputs, inputs] or, transposed, [inputs, outputs], rows `stride` apart,
/// rounded to nearest even.
void grpo_block_weight_32(
    const float *values, int64_t stride, int32_t transposed, int64_t outputs, int64_t inputs,
    void *weight);
void grpo_block_weight_16(
    const float *values, int64_t stride, int32_t transposed, int64_t outputs, int64_t inputs,
    void *weight);

/// y = x Wᵀ + bias + residual: x [rows, inputs] contiguous, y and residual [rows, outputs] with rows
/// `stride` apart; bias and residual may be NULL. What lies `ahead` bytes behind the weight is
/// fetched meanwhile if the rows are few; it is only hinted at, so any distance will do.
///
/// A row of y does not depend on the others: an element is one sum over the inputs in their order.
/// Of bfloat16 it takes pairs of inputs in their order, the odd member of a pair first, and the
/// instruction reads subnormal numbers as 0.
void grpo_multiply_blocked_32(
    const float *x, int64_t rows, const void *weight, int64_t outputs, int64_t inputs,
    int64_t ahead, const float *bias, const float *residual, float *y, int64_t stride);
void grpo_multiply_blocked_16(
    const uint16_t *x, int64_t rows, const void *weight, int64_t outputs, int64_t inputs,
    int64_t ahead, const float *bias, const float *residual, float *y, int64_t stride);

// Gradients of weights: rows of dy and x in blocks of 64 columns. Element (token t, column c) of a
// float32 block is number t · 64 + c; of a bfloat16 one it is number (t / 2 · 64 + c) · 2 + t % 2.
// Absent columns, and the partner of the last of an odd number of tokens, are 0.

/// The size of a block of so many tokens.
int64_t grpo_token_block_bytes(int64_t tokens, int32_t bf16);

/// Blocks `columns`, at most 64, of row-major x, rows `stride` apart. There must be blocked
/// products.
void grpo_block_tokens_32(
    const float *x, int64_t stride, int64_t tokens, int64_t columns, void *block);
void grpo_block_tokens_16(
    const uint16_t *x, int64_t stride, int64_t tokens, int64_t columns, void *block);

/// gradient += dyᵀ x for blocks of the same tokens: at most 64 outputs by at most 64 inputs, rows
/// of the gradient `stride` apart. The sum over the tokens, pairs of them for bfloat16, runs in
/// their order and is then added.
void grpo_add_gradient_32(
    const void *dy, const void *x, int64_t tokens, int64_t outputs, int64_t inputs,
    float *gradient, int64_t stride);
void grpo_add_gradient_16(
    const void *dy, const void *x, int64_t tokens, int64_t outputs, int64_t inputs,
    float *gradient, int64_t stride);
