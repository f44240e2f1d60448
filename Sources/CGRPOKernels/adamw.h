// AdamW: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
// p -= lr decay p + rate m / (sqrt(v) correction + epsilon).
// Decay and step are added first and subtracted together: p (1 - lr decay) alone would round back
// to p wherever lr decay is under 2^-24.

static void adamw(
    float *values, const float *gradient, float *first, float *second, int64_t count,
    const grpo_adamw *step
) {
    const v16 scale = splat16((float)step->gradient_scale);
    const v16 beta1 = splat16((float)step->beta1), rest1 = splat16((float)(1 - step->beta1));
    const v16 beta2 = splat16((float)step->beta2), rest2 = splat16((float)(1 - step->beta2));
    const v16 decay = splat16((float)step->decay), rate = splat16((float)step->rate);
    const v16 correction = splat16((float)step->correction);
    const v16 epsilon = splat16((float)step->epsilon);
    EACH_VECTOR(i, 0, count, {
        v16 g = load_up_to(gradient, i, left, 0) * scale;
        v16 m = fma16(beta1, load_up_to(first, i, left, 0), rest1 * g);
        v16 v = fma16(beta2, load_up_to(second, i, left, 0), rest2 * (g * g));
        v16 p = load_up_to(values, i, left, 0);
        v16 root = __builtin_elementwise_sqrt(v);
        v16 change = rate * m / fma16(root, correction, epsilon);
        store_up_to(first, i, m, left, 0);
        store_up_to(second, i, v, left, 0);
        store_up_to(values, i, p - fma16(decay, p, change), left, 0);
    })
}
