// Which levels this CPU has.

#include <stddef.h>

#include "level.h"

const grpo_kernels *grpo_kernels_at(int level) {
    if (level == GRPO_LEVEL_BASELINE) return &grpo_kernels_baseline;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (level == GRPO_LEVEL_V3 && __builtin_cpu_supports("x86-64-v3")) return &grpo_kernels_v3;
    if (level == GRPO_LEVEL_V4 && __builtin_cpu_supports("x86-64-v4")) return &grpo_kernels_v4;
#endif
    return NULL;
}

const char *grpo_level_name(int level) {
#if defined(__x86_64__)
    static const char *const names[] = {"x86-64", "x86-64-v3", "x86-64-v4"};
#else
    static const char *const names[] = {"baseline", "", ""};
#endif
    return level >= 0 && level < GRPO_LEVEL_COUNT ? names[level] : "";
}
