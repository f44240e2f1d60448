// y = silu(g) u with silu(g) = g s, s = 1 / (1 + exp(-g)).
// Backward: dg = dy u s (1 + g (1 - s)), du = dy g s.

INLINE v16 sigmoid16(v16 x) { return splat16(1.0f) / (splat16(1.0f) + exp16(-x)); }

// The hardware's prefetch stops at every page, and rows are a page or two: without a hint the loop
// waits for memory about half of the time. It must come some hundred cycles before: the next row's
// elements where rows are short, else those 512 on.
INLINE int64_t floats_ahead(int64_t row) { return row < 2048 ? row : 512; }

INLINE void swiglu_rows(
    const float *gate_up, int64_t rows, int64_t width, void *y, const int bf16
) {
    const int64_t ahead = floats_ahead(2 * width);
    for (int64_t row = 0; row < rows; row++) {
        const float *gates = gate_up + row * 2 * width, *ups = gates + width;
        EACH_VECTOR(c, 0, width, {
            __builtin_prefetch(gates + c + ahead);
            __builtin_prefetch(ups + c + ahead);
            v16 g = load_up_to(gates, c, left, 0), u = load_up_to(ups, c, left, 0);
            store_up_to(y, row * width + c, g * sigmoid16(g) * u, left, bf16);
        })
    }
}

static void swiglu(const float *gate_up, int64_t rows, int64_t width, void *y, int32_t bf16) {
    if (bf16) {
        swiglu_rows(gate_up, rows, width, y, 1);
    } else {
        swiglu_rows(gate_up, rows, width, y, 0);
    }
}

INLINE void swiglu_backward_rows(
    const float *dy, const float *gate_up, int64_t rows, int64_t width, void *d_gate_up,
    const int bf16
) {
    const v16 one = splat16(1.0f);
    const int64_t ahead = floats_ahead(2 * width), dy_ahead = floats_ahead(width);
    for (int64_t row = 0; row < rows; row++) {
        const float *gates = gate_up + row * 2 * width, *ups = gates + width;
        EACH_VECTOR(c, 0, width, {
            int64_t at = row * 2 * width + c;
            __builtin_prefetch(gates + c + ahead);
            __builtin_prefetch(ups + c + ahead);
            __builtin_prefetch(dy + row * width + c + dy_ahead);
            v16 g = load_up_to(gates, c, left, 0), u = load_up_to(ups, c, left, 0);
            v16 d = load_up_to(dy, row * width + c, left, 0);
            v16 s = sigmoid16(g);
            v16 ds = d * s;
            v16 dg = ds * u * fma16(g, one - s, one);
            store_up_to(d_gate_up, at, dg, left, bf16);
            store_up_to(d_gate_up, at + width, ds * g, left, bf16);
        })
    }
}

static void swiglu_backward(
    const float *dy, const float *gate_up, int64_t rows, int64_t width, void *d_gate_up,
    int32_t bf16
) {
    if (bf16) {
        swiglu_backward_rows(dy, gate_up, rows, width, d_gate_up, 1);
    } else {
        swiglu_backward_rows(dy, gate_up, rows, width, d_gate_up, 0);
    }
}
