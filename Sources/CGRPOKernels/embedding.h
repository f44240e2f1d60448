// y[t] = table[tokens[t]] and its mirror d_table[tokens[t]] += dy[t].

static void embedding(
    const float *table, const int32_t *tokens, int64_t rows, int64_t width, float *y
) {
    for (int64_t row = 0; row < rows; row++) {
        memcpy(y + row * width, table + tokens[row] * width, (size_t)width * sizeof(float));
    }
}

static void embedding_backward(
    const float *dy, const int32_t *tokens, int64_t rows, int64_t width, int64_t begin,
    int64_t end, float *d_table
) {
    for (int64_t row = 0; row < rows; row++) {
        const float *from = dy + row * width;
        float *to = d_table + tokens[row] * width;
        EACH_VECTOR(c, begin, end, {
            v16 sum = load_up_to(to, c, left, 0) + load_up_to(from, c, left, 0);
            store_up_to(to, c, sum, left, 0);
        })
    }
}
