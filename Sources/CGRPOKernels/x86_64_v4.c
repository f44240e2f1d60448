// AVX-512: 32 registers of 16 floats. Compilers prefer half the width unless a function asks for
// the whole.

#if defined(__x86_64__)

#include <immintrin.h>

#include "level.h"

#define GRPO_TABLE grpo_kernels_v4
#define GRPO_FUSED 1
#define TILE_ROWS 6
#define TILE_VECTORS 4
// x 2^n, rounded once; n a whole number.
#define SCALE16(x, n) ((v16)_mm512_scalef_ps((__m512)(x), (__m512)(n)))

#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#include "table.h"
#pragma clang attribute pop

#endif
