// exp and log of 16 floats, within 2 units in the last place.

/// x = n ln 2 + r with |r| <= ln 2 / 2, and exp(r) = 1 + r + r^2 P(r), P interpolating at Chebyshev
/// nodes. 2^n is applied in two factors, so that results underflow gradually and overflow to
/// infinity; SCALE16, where a level has it, gives the same bits in one instruction. ln 2 is
/// subtracted in two parts, the first short enough for n times it to be exact.
INLINE v16 exp16(v16 x) {
    x = select16(x < splat16(-105.0f), splat16(-105.0f), x);
    x = select16(x > splat16(90.0f), splat16(90.0f), x);
    const v16 shift = splat16(0x1.8p23f);
    v16 t = fma16(x, splat16(0x1.715476p+0f), shift);
    v16 whole = t - shift;
    v16 r = fma16(whole, splat16(-0x1.63p-1f), x);
    r = fma16(whole, splat16(0x1.bd0106p-13f), r);
    v16 p = splat16(0x1.a124eep-13f);
    p = fma16(p, r, splat16(0x1.6d4320p-10f));
    p = fma16(p, r, splat16(0x1.1110e0p-7f));
    p = fma16(p, r, splat16(0x1.5554eap-5f));
    p = fma16(p, r, splat16(0x1.555556p-3f));
    p = fma16(p, r, splat16(0.5f));
    v16 y = fma16(p, r * r, r) + splat16(1.0f);
#ifdef SCALE16
    return SCALE16(y, whole);
#else
    i16 n = (i16)t - (i16)shift;
    i16 half = n >> 1;
    v16 first = (v16)((half + 127) << 23);
    v16 second = (v16)((n - half + 127) << 23);
    return y * first * second;
#endif
}

/// x = 2^e m with m in [sqrt(1/2), sqrt(2)), f = m - 1, and log(1 + f) = f - f^2/2 + f^3 P(f).
INLINE v16 log16(v16 x) {
    i16 subnormal = (x < splat16(0x1p-126f)) & (x > splat16(0.0f));
    v16 scaled = select16(subnormal, x * splat16(0x1p23f), x);
    i16 bits = (i16)scaled;
    // Adding this offset carries into the exponent exactly where the fraction is sqrt(2) or more.
    i16 shifted = bits + splat16i(0x3F800000 - 0x3F3504F3);
    i16 e = (shifted >> 23) - 127;
    v16 m = (v16)((shifted & 0x007FFFFF) + splat16i(0x3F3504F3));
    v16 f = m - splat16(1.0f);
    v16 exponent = __builtin_convertvector(e, v16)
        - select16(subnormal, splat16(23.0f), splat16(0.0f));
    v16 p = splat16(0x1.1d8ebep-4f);
    p = fma16(p, f, splat16(-0x1.d635e4p-4f));
    p = fma16(p, f, splat16(0x1.dea28cp-4f));
    p = fma16(p, f, splat16(-0x1.fcf4c2p-4f));
    p = fma16(p, f, splat16(0x1.23d218p-3f));
    p = fma16(p, f, splat16(-0x1.555b4ap-3f));
    p = fma16(p, f, splat16(0x1.999d5ap-3f));
    p = fma16(p, f, splat16(-0x1.fffffcp-3f));
    p = fma16(p, f, splat16(0x1.555554p-2f));
    v16 square = f * f;
    v16 y = p * f * square;
    y = fma16(exponent, splat16(-0x1.bd0106p-13f), y);
    y = fma16(square, splat16(-0.5f), y);
    y = f + y;
    y = fma16(exponent, splat16(0x1.63p-1f), y);
    v16 infinity = splat16(__builtin_inff());
    y = select16(x == infinity, infinity, y);
    y = select16(x == splat16(0.0f), -infinity, y);
    return select16((x < splat16(0.0f)) | (x != x), splat16(__builtin_nanf("")), y);
}

INLINE float exp1(float x) { return exp16(splat16(x))[0]; }

INLINE float log1(float x) { return log16(splat16(x))[0]; }

static void exponential(const float *x, float *y, int64_t count) {
    EACH_VECTOR(i, 0, count, {
        store_up_to(y, i, exp16(load_up_to(x, i, left, 0)), left, 0);
    })
}

static void logarithm(const float *x, float *y, int64_t count) {
    EACH_VECTOR(i, 0, count, {
        store_up_to(y, i, log16(load_up_to(x, i, left, 0)), left, 0);
    })
}
