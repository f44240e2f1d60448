#ifndef GRPO_LEVEL_H
#define GRPO_LEVEL_H

#include <string.h>

#include "grpo_kernels.h"

extern const grpo_kernels grpo_kernels_baseline;
#if defined(__x86_64__)
extern const grpo_kernels grpo_kernels_v3;
extern const grpo_kernels grpo_kernels_v4;
#endif

#endif
