// Loops over elements, and sums over them in a fixed order.

static void narrow(const float *x, uint16_t *y, int64_t count) {
    EACH_VECTOR(i, 0, count, {
        store_up_to(y, i, load_up_to(x, i, left, 0), left, 1);
    })
}

static void widen(const uint16_t *x, float *y, int64_t count) {
    EACH_VECTOR(i, 0, count, {
        store_up_to(y, i, load_up_to(x, i, left, 1), left, 0);
    })
}

INLINE void add_any(const void *x, void *y, int64_t count, const int bf16) {
    EACH_VECTOR(i, 0, count, {
        v16 sum = load_up_to(y, i, left, bf16) + load_up_to(x, i, left, bf16);
        store_up_to(y, i, sum, left, bf16);
    })
}

static void add(const void *x, void *y, int64_t count, int32_t bf16) {
    if (bf16) {
        add_any(x, y, count, 1);
    } else {
        add_any(x, y, count, 0);
    }
}

INLINE void column_sums_any(
    const void *x, int64_t rows, int64_t width, float *sums, const int bf16
) {
    memset(sums, 0, (size_t)width * sizeof(float));
    for (int64_t row = 0; row < rows; row++) {
        EACH_VECTOR(c, 0, width, {
            v16 sum = load_up_to(sums, c, left, 0) + load_up_to(x, row * width + c, left, bf16);
            store_up_to(sums, c, sum, left, 0);
        })
    }
}

static void column_sums(
    const void *x, int32_t bf16, int64_t rows, int64_t width, float *sums
) {
    if (bf16) {
        column_sums_any(x, rows, width, sums, 1);
    } else {
        column_sums_any(x, rows, width, sums, 0);
    }
}

/// Squares of floats are exact in double; 16 lanes of double sums, added in order.
static double squared_norm(const float *x, int64_t count) {
    typedef float v8 __attribute__((vector_size(32)));
    d8 low = {0}, high = {0};
    EACH_VECTOR(i, 0, count, {
        v16 value = load_up_to(x, i, left, 0);
        v8 first = __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7);
        v8 second = __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15);
        d8 a = __builtin_convertvector(first, d8), b = __builtin_convertvector(second, d8);
        low += a * a;
        high += b * b;
    })
    d8 both = low + high;
    double sum = 0;
    for (int lane = 0; lane < 8; lane++) sum += both[lane];
    return sum;
}

INLINE int64_t first_non_finite_any(const void *x, int64_t count, const int bf16) {
    const i16 exponent = splat16i(0x7F800000);
    EACH_VECTOR(i, 0, count, {
        i16 bad = ((i16)load_up_to(x, i, left, bf16) & exponent) == exponent;
        if (__builtin_reduce_or(bad)) {
            for (int lane = 0; lane < LANES; lane++) {
                if (bad[lane]) return i + lane;
            }
        }
    })
    return -1;
}

static int64_t first_non_finite(const void *x, int64_t count, int32_t bf16) {
    return bf16 ? first_non_finite_any(x, count, 1) : first_non_finite_any(x, count, 0);
}
