// One row of logits z = logits / temperature, a block at a time.

/// Products with exp(z - max) = 0 are kept at 0 by bounding z - max from below.
static grpo_head_block head_block(
    const float *logits, int64_t count, float inverse_temperature
) {
    const v16 inverse = splat16(inverse_temperature), lowest = splat16(-__builtin_inff());
    v16 largest[2] = {lowest, lowest};
    int64_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        largest[0] = max16(load16(logits + i) * inverse, largest[0]);
        largest[1] = max16(load16(logits + i + LANES) * inverse, largest[1]);
    }
    for (; i < count; i += LANES) {
        i16 present = lane_index() < splat16i((int32_t)(count - i));
        v16 z = load_up_to(logits, i, count - i, 0) * inverse;
        largest[0] = max16(select16(present, z, lowest), largest[0]);
    }
    grpo_head_block block;
    block.max = largest16(max16(largest[0], largest[1]));
    const v16 max = splat16(block.max), bound = splat16(-150.0f);
    v16 sum = {0}, weighted = {0};
    EACH_VECTOR(i, 0, count, {
        v16 d = load_up_to(logits, i, left, 0) * inverse - max;
        d = select16(d < bound, bound, d);
        v16 e = exp16(d);
        if (left < LANES) {
            e = select16(lane_index() < splat16i((int32_t)(left)), e, splat16(0.0f));
        }
        sum = sum + e;
        weighted = fma16(e, d, weighted);
    })
    block.sum = sum16(sum);
    block.weighted = sum16(weighted);
    return block;
}

static int64_t head_walk(
    const float *logits, int64_t count, float inverse_temperature, float max, double scale,
    double threshold, double *sum
) {
    const v16 inverse = splat16(inverse_temperature), top = splat16(max);
    EACH_VECTOR(i, 0, count, {
        v16 e = exp16(load_up_to(logits, i, left, 0) * inverse - top);
        int64_t lanes = left < LANES ? left : LANES;
        for (int64_t lane = 0; lane < lanes; lane++) {
            *sum += scale * (double)e[lane];
            if (*sum > threshold) return i + lane;
        }
    })
    return -1;
}

/// dz = d_logp (onehot - p) - d_entropy p (log p + H), and dlogits = dz / temperature.
INLINE void head_gradient_any(
    const float *logits, int64_t count, const grpo_head_row *row, int64_t target, void *d_logits,
    const int bf16
) {
    const v16 inverse = splat16(row->inverse_temperature), lse = splat16(row->lse);
    const v16 entropy = splat16(row->entropy), bound = splat16(-150.0f);
    const v16 d_entropy = splat16(-row->d_entropy), d_logp = splat16(-row->d_logp);
    const i16 chosen = splat16i((int32_t)target);
    const v16 extra = splat16(row->d_logp);
    EACH_VECTOR(i, 0, count, {
        v16 log_p = load_up_to(logits, i, left, 0) * inverse - lse;
        log_p = select16(log_p < bound, bound, log_p);
        v16 d = exp16(log_p) * fma16(d_entropy, log_p + entropy, d_logp);
        i16 hit = (lane_index() + splat16i((int32_t)i)) == chosen;
        d = d + select16(hit, extra, splat16(0.0f));
        store_up_to(d_logits, i, d * inverse, left, bf16);
    })
}

static void head_gradient(
    const float *logits, int64_t count, const grpo_head_row *row, int64_t target, void *d_logits,
    int32_t bf16
) {
    if (bf16) {
        head_gradient_any(logits, count, row, target, d_logits, 1);
    } else {
        head_gradient_any(logits, count, row, target, d_logits, 0);
    }
}
