// The text of every kernel, compiled once by each level's file, which defines
//   GRPO_TABLE     the name of its table,
//   GRPO_FUSED     whether the instruction set fuses multiply and add,
//   TILE_ROWS, TILE_VECTORS   how much of a product fits its registers.

#include "vector.h"

#include "exponential.h"

#include "embedding.h"
#include "norm.h"
#include "rope.h"
#include "swiglu.h"
#include "elements.h"
#include "adamw.h"
#include "head.h"
#include "tile.h"
#include "attention_block.h"
#include "attention_cache.h"
#include "attention.h"
#include "attention_backward.h"

const grpo_kernels GRPO_TABLE = {
    .exponential = exponential,
    .logarithm = logarithm,
    .embedding = embedding,
    .embedding_backward = embedding_backward,
    .rms_norm = rms_norm,
    .rms_norm_backward = rms_norm_backward,
    .rope = rope,
    .rope_backward = rope_backward,
    .swiglu = swiglu,
    .swiglu_backward = swiglu_backward,
    .column_sums = column_sums,
    .store_keys = store_keys,
    .attention_scratch = attention_scratch,
    .attention = attention,
    .attention_backward_scratch = attention_backward_scratch,
    .attention_backward = attention_backward,
    .head_block = head_block,
    .head_walk = head_walk,
    .head_gradient = head_gradient,
    .narrow = narrow,
    .widen = widen,
    .add = add,
    .squared_norm = squared_norm,
    .first_non_finite = first_non_finite,
    .adamw = adamw,
};
