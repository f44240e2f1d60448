#pragma once

#include <stdint.h>

// What surrounds the matrix libraries: operands brought into the layout a tile wants, and results
// taken out of it.

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
