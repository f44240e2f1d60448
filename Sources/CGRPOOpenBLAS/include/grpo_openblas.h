#pragma once

#include <stdint.h>

// OpenBLAS's float32 product, computed on the calling thread alone.

/// Turns the library's own threads off, for the whole process.
void grpo_openblas_use_single_thread(void);

/// The library's own words, such as `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH`.
const char *grpo_openblas_config(void);

/// The processor whose kernels it runs.
const char *grpo_openblas_core_name(void);

/// c = a b + (add ? c : 0), row-major; a [rows, depth] or, transposed, [depth, rows]; b
/// [depth, columns] or, transposed, [columns, depth]; rows `_stride` elements apart.
void grpo_openblas_multiply(
    int32_t a_transposed, int32_t b_transposed, int64_t rows, int64_t columns, int64_t depth,
    const float *a, int64_t a_stride, const float *b, int64_t b_stride, int32_t add, float *c,
    int64_t c_stride);
