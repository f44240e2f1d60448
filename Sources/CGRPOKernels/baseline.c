// The level every CPU has: SSE2 on x86-64, NEON on arm64.

#include "level.h"

#define GRPO_TABLE grpo_kernels_baseline
#if defined(__aarch64__)
#define GRPO_FUSED 1
#define TILE_ROWS 6
#else
#define GRPO_FUSED 0
#define TILE_ROWS 2
#endif
#define TILE_VECTORS 1

#include "table.h"
