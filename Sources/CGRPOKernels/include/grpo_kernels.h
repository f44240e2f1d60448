#ifndef GRPO_KERNELS_H
#define GRPO_KERNELS_H

#include <stdint.h>

// The hot loops of the CPU backend, one thread to a call.
//
// Every loop is compiled once for each instruction set (a *level*) from the same text, and called
// through a table, so that each version can be tested by itself. Numbers agree bit for bit within
// a level, not between levels: levels without fused multiply-add round twice.
//
// `void *` operands hold activations: float32, or bfloat16 where `bf16` is not 0. Counts are in
// elements. Nothing here allocates.

/// The operands of attention. q, y, dy, dq: [tokens, heads * head_dim]; k, v, dk, dv:
/// [rows, kv_heads * head_dim]; lse: [tokens, heads]. Gradients are unused in the forward pass.
typedef struct {
    const void *q, *k, *v;
    void *y;
    float *lse;
    const float *dy;
    float *dq, *dk, *dv;
    int64_t heads, kv_heads, head_dim;
    float scale;
    int32_t bf16;
    int32_t cached;  // k lies as `store_keys` left it
} grpo_attention;

/// Logical position j of a span is row prefix_start + j while j < prefix_count, else row
/// own_start + j - prefix_count.
typedef struct {
    int64_t query_start, query_count, prefix_start, prefix_count, own_start, own_count;
} grpo_span;

/// A block of logits of one row, divided by the temperature: max z, sum exp(z - max) and
/// sum exp(z - max) (z - max).
typedef struct {
    float max, sum, weighted;
} grpo_head_block;

/// What the gradient of a row of logits needs.
typedef struct {
    float inverse_temperature, lse, entropy, d_logp, d_entropy;
} grpo_head_row;

/// The scalar factors of one AdamW step, in double until the last moment: `decay` is
/// learning_rate * weight_decay, `rate` learning_rate / (1 - beta1^t), `correction`
/// 1 / sqrt(1 - beta2^t).
typedef struct {
    double gradient_scale, beta1, beta2, decay, rate, correction, epsilon;
} grpo_adamw;

typedef struct {
    // Elementary functions, elementwise.
    void (*exponential)(const float *x, float *y, int64_t count);
    void (*logarithm)(const float *x, float *y, int64_t count);

    // Rows. x, y [rows, width] but where said.
    void (*embedding)(
        const float *table, const int32_t *tokens, int64_t rows, int64_t width, float *y);
    /// d_table[tokens[t]] += dy[t] for channels begin..<end.
    void (*embedding_backward)(
        const float *dy, const int32_t *tokens, int64_t rows, int64_t width, int64_t begin,
        int64_t end, float *d_table);
    void (*rms_norm)(
        const float *x, const float *weight, double epsilon, int64_t rows, int64_t width, void *y,
        int32_t bf16, float *inverse_rms);
    /// dx += ...; d_weight [width] (may be NULL) is written with the sum over these rows.
    void (*rms_norm_backward)(
        const float *dy, const float *x, const float *weight, const float *inverse_rms,
        int64_t rows, int64_t width, float *dx, float *d_weight);
    void (*rope)(
        const float *qkv, const int32_t *positions, const float *table, int64_t rows,
        int64_t heads, int64_t kv_heads, int64_t head_dim, void *q, void *k, void *v,
        int32_t bf16);
    void (*rope_backward)(
        const float *dq, const float *dk, const float *dv, const int32_t *positions,
        const float *table, int64_t rows, int64_t heads, int64_t kv_heads, int64_t head_dim,
        void *d_qkv, int32_t bf16);
    /// gate_up [rows, 2 * width], gate first.
    void (*swiglu)(const float *gate_up, int64_t rows, int64_t width, void *y, int32_t bf16);
    void (*swiglu_backward)(
        const float *dy, const float *gate_up, int64_t rows, int64_t width, void *d_gate_up,
        int32_t bf16);
    /// sums [width] is written with the sums over these rows.
    void (*column_sums)(
        const void *x, int32_t bf16, int64_t rows, int64_t width, float *sums);

    /// Row t of k [tokens, kv_heads * head_dim] becomes row rows[t] of a cache of keys: blocks of 16
    /// rows, of each head [channels][16 rows], of bfloat16 [pairs of channels][16 rows][2].
    void (*store_keys)(
        const void *k, const int32_t *rows, int64_t tokens, int64_t kv_heads, int64_t head_dim,
        void *cache, int32_t bf16);

    // Attention. Floats of scratch, aligned to 64 bytes, for a call over `queries` queries.
    int64_t (*attention_scratch)(const grpo_attention *attention, int64_t queries);
    /// Queries first..<first + queries of a span, all heads that share kv_head. Where one query is
    /// computed, the keys and values of `next` (which may be empty) and next_head are fetched beside
    /// it.
    void (*attention)(
        const grpo_attention *attention, const grpo_span *span, int64_t kv_head, int64_t first,
        int64_t queries, const grpo_span *next, int64_t next_head, float *scratch);
    int64_t (*attention_backward_scratch)(const grpo_attention *attention, int64_t queries);
    /// dq of these queries is written; dk, dv are added to.
    void (*attention_backward)(
        const grpo_attention *attention, const grpo_span *span, int64_t kv_head, int64_t first,
        int64_t queries, float *scratch);

    // Head, one row at a time.
    grpo_head_block (*head_block)(const float *logits, int64_t count, float inverse_temperature);
    /// Adds scale * exp(z - max) in order to *sum until it exceeds `threshold`; the index where it
    /// did, or -1.
    int64_t (*head_walk)(
        const float *logits, int64_t count, float inverse_temperature, float max, double scale,
        double threshold, double *sum);
    /// Gradient of the logits of one row; `target` is its index, or outside 0..<count.
    void (*head_gradient)(
        const float *logits, int64_t count, const grpo_head_row *row, int64_t target, void *d_logits,
        int32_t bf16);

    // Elements.
    void (*narrow)(const float *x, uint16_t *y, int64_t count);
    void (*widen)(const uint16_t *x, float *y, int64_t count);
    void (*add)(const void *x, void *y, int64_t count, int32_t bf16);
    double (*squared_norm)(const float *x, int64_t count);
    /// The first index that is not finite, or -1.
    int64_t (*first_non_finite)(const void *x, int64_t count, int32_t bf16);
    void (*adamw)(
        float *values, const float *gradient, float *first, float *second, int64_t count,
        const grpo_adamw *step);
} grpo_kernels;

/// Instruction sets, from the least.
enum { GRPO_LEVEL_BASELINE = 0, GRPO_LEVEL_V3 = 1, GRPO_LEVEL_V4 = 2, GRPO_LEVEL_COUNT = 3 };

/// The kernels of a level, or NULL where this CPU lacks it.
const grpo_kernels *grpo_kernels_at(int level);

/// The name of a level, such as "x86-64-v4".
const char *grpo_level_name(int level);

#endif
