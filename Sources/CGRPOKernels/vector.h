// Vectors of 16 floats, whatever the registers' width: the compiler splits them, so the 16 lanes of
// a sum are the same numbers at every level.
//
// Contraction is off: where a multiply-add is fused, the text says `fma16`.

#pragma STDC FP_CONTRACT OFF

// Vectors wider than a level's registers would be passed differently between levels; here they are
// only passed to functions that are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define LANES 16

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef uint32_t u16 __attribute__((vector_size(64)));
typedef uint16_t h16 __attribute__((vector_size(32)));
typedef double d8 __attribute__((vector_size(64)));

typedef float v16_loose __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t h16_loose __attribute__((vector_size(32), aligned(2), may_alias));

INLINE v16 splat16(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

INLINE i16 splat16i(int32_t x) { return (i16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

INLINE i16 lane_index(void) {
    return (i16){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
}

/// mask ? a : b, lane by lane; a mask is all ones or all zeros.
INLINE v16 select16(i16 mask, v16 a, v16 b) {
    return (v16)(((i16)a & mask) | ((i16)b & ~mask));
}

/// a b + c, rounded once where the level has the instruction, twice where it has not.
INLINE v16 fma16(v16 a, v16 b, v16 c) {
#if GRPO_FUSED
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

INLINE v16 max16(v16 a, v16 b) { return select16(a > b, a, b); }

/// The sum of the lanes by a fixed tree of halves.
INLINE float sum16(v16 x) {
    typedef float v8 __attribute__((vector_size(32)));
    typedef float v4 __attribute__((vector_size(16)));
    v8 a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    v4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
    return (b[0] + b[2]) + (b[1] + b[3]);
}

INLINE float largest16(v16 x) {
    x = max16(x, __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    x = max16(x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
    x = max16(x, __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
    x = max16(x, __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
    return x[0];
}

INLINE v16 load16(const float *p) { return *(const v16_loose *)p; }

INLINE void store16(float *p, v16 x) { *(v16_loose *)p = x; }

/// The bits of bfloat16, rounded to nearest, ties to even; a NaN stays a quiet NaN.
INLINE h16 narrow16(v16 x) {
    u16 bits = (u16)x;
    u16 rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    u16 quiet = (bits >> 16) | 0x40;
    u16 nan = (u16)(x != x);
    return __builtin_convertvector((quiet & nan) | (rounded & ~nan), h16);
}

INLINE v16 widen16(h16 x) { return (v16)(__builtin_convertvector(x, u16) << 16); }

// Activations: element `at` of p, of either type.

INLINE v16 load_any(const void *p, int64_t at, const int bf16) {
    if (bf16) return widen16(*(const h16_loose *)((const uint16_t *)p + at));
    return load16((const float *)p + at);
}

INLINE void store_any(void *p, int64_t at, v16 x, const int bf16) {
    if (bf16) {
        *(h16_loose *)((uint16_t *)p + at) = narrow16(x);
    } else {
        store16((float *)p + at, x);
    }
}

// The last elements of a row: absent lanes are read as 0 and not written.

INLINE v16 load_part(const void *p, int64_t at, int64_t count, const int bf16) {
    if (bf16) {
        h16 x = {0};
        for (int64_t i = 0; i < count; i++) x[i] = ((const uint16_t *)p)[at + i];
        return widen16(x);
    }
    v16 x = {0};
    for (int64_t i = 0; i < count; i++) x[i] = ((const float *)p)[at + i];
    return x;
}

INLINE void store_part(void *p, int64_t at, v16 x, int64_t count, const int bf16) {
    if (bf16) {
        h16 y = narrow16(x);
        for (int64_t i = 0; i < count; i++) ((uint16_t *)p)[at + i] = y[i];
    } else {
        for (int64_t i = 0; i < count; i++) ((float *)p)[at + i] = x[i];
    }
}

/// Up to 16 elements: all of them where `count` is at least 16.
INLINE v16 load_up_to(const void *p, int64_t at, int64_t count, const int bf16) {
    return count >= LANES ? load_any(p, at, bf16) : load_part(p, at, count, bf16);
}

INLINE void store_up_to(void *p, int64_t at, v16 x, int64_t count, const int bf16) {
    if (count >= LANES) {
        store_any(p, at, x, bf16);
    } else {
        store_part(p, at, x, count, bf16);
    }
}

/// Runs a block for the vectors `at` of begin..<end: `left` is LANES, a constant, for the whole
/// ones, so that only the last, partial one pays for its tail.
#define EACH_VECTOR(at, begin, end, ...)                                                         \
    {                                                                                            \
        int64_t at = begin;                                                                      \
        for (; at + LANES <= (end); at += LANES) {                                               \
            const int64_t left = LANES;                                                          \
            (void)left;                                                                          \
            __VA_ARGS__                                                                          \
        }                                                                                        \
        if (at < (end)) {                                                                        \
            const int64_t left = (end) - at;                                                     \
            __VA_ARGS__                                                                          \
        }                                                                                        \
    }
