// AVX2 with fused multiply-add: 16 registers of 8 floats.

#if defined(__x86_64__)

#include "level.h"

#define GRPO_TABLE grpo_kernels_v3
#define GRPO_FUSED 1
#define TILE_ROWS 6
#define TILE_VECTORS 1

#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "table.h"
#pragma clang attribute pop

#endif
