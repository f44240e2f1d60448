// Root-mean-square norm: y = x s w with s = 1 / sqrt(mean(x^2) + epsilon).
// Backward, with t = sum(dy w x): dx = s (dy w - x s^2 t / width), dw = sum over rows of dy x s.

/// The sum of products of two rows in 4 vectors of partial sums, added in a fixed order.
INLINE float norm_sum(v16 partial[4]) {
    return sum16((partial[0] + partial[1]) + (partial[2] + partial[3]));
}

INLINE void rms_norm_rows(
    const float *x, const float *weight, double epsilon, int64_t rows, int64_t width, void *y,
    float *inverse_rms, const int bf16
) {
    const int64_t whole = width / (4 * LANES) * (4 * LANES);
    for (int64_t row = 0; row < rows; row++) {
        const float *from = x + row * width;
        v16 partial[4] = {{0}};
        for (int64_t c = 0; c < whole; c += 4 * LANES) {
            UNROLL for (int i = 0; i < 4; i++) {
                v16 value = load16(from + c + i * LANES);
                partial[i] = fma16(value, value, partial[i]);
            }
        }
        EACH_VECTOR(c, whole, width, {
            v16 value = load_up_to(from, c, left, 0);
            partial[0] = fma16(value, value, partial[0]);
        })
        double mean = (double)norm_sum(partial) / (double)width;
        float inverse = (float)(1.0 / __builtin_sqrt(mean + epsilon));
        inverse_rms[row] = inverse;
        v16 factor = splat16(inverse);
        EACH_VECTOR(c, 0, width, {
            v16 value = load_up_to(from, c, left, 0) * factor * load_up_to(weight, c, left, 0);
            store_up_to(y, row * width + c, value, left, bf16);
        })
    }
}

static void rms_norm(
    const float *x, const float *weight, double epsilon, int64_t rows, int64_t width, void *y,
    int32_t bf16, float *inverse_rms
) {
    if (bf16) {
        rms_norm_rows(x, weight, epsilon, rows, width, y, inverse_rms, 1);
    } else {
        rms_norm_rows(x, weight, epsilon, rows, width, y, inverse_rms, 0);
    }
}

static void rms_norm_backward(
    const float *dy, const float *x, const float *weight, const float *inverse_rms, int64_t rows,
    int64_t width, float *dx, float *d_weight
) {
    const int64_t whole = width / (4 * LANES) * (4 * LANES);
    if (d_weight) memset(d_weight, 0, (size_t)width * sizeof(float));
    for (int64_t row = 0; row < rows; row++) {
        const float *x_row = x + row * width, *dy_row = dy + row * width;
        float *dx_row = dx + row * width;
        v16 partial[4] = {{0}};
        for (int64_t c = 0; c < whole; c += 4 * LANES) {
            UNROLL for (int i = 0; i < 4; i++) {
                int64_t at = c + i * LANES;
                v16 product = load16(dy_row + at) * load16(weight + at);
                partial[i] = fma16(product, load16(x_row + at), partial[i]);
            }
        }
        EACH_VECTOR(c, whole, width, {
            v16 product = load_up_to(dy_row, c, left, 0) * load_up_to(weight, c, left, 0);
            partial[0] = fma16(product, load_up_to(x_row, c, left, 0), partial[0]);
        })
        float inverse = inverse_rms[row];
        double along = (double)norm_sum(partial) * inverse * inverse * inverse / (double)width;
        v16 factor = splat16(inverse), back = splat16((float)-along);
        EACH_VECTOR(c, 0, width, {
            v16 value = load_up_to(x_row, c, left, 0);
            v16 scaled = load_up_to(dy_row, c, left, 0) * factor;
            v16 sum = fma16(value, back, load_up_to(dx_row, c, left, 0));
            sum = fma16(scaled, load_up_to(weight, c, left, 0), sum);
            store_up_to(dx_row, c, sum, left, 0);
            if (d_weight) {
                v16 total = fma16(scaled, value, load_up_to(d_weight, c, left, 0));
                store_up_to(d_weight, c, total, left, 0);
            }
        })
    }
}
