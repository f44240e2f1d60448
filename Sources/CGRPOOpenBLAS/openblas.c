#include "grpo_openblas.h"

#include <cblas.h>

void grpo_openblas_use_single_thread(void) { openblas_set_num_threads(1); }

const char *grpo_openblas_config(void) { return openblas_get_config(); }

const char *grpo_openblas_core_name(void) { return openblas_get_corename(); }

void grpo_openblas_multiply(
    int32_t a_transposed, int32_t b_transposed, int64_t rows, int64_t columns, int64_t depth,
    const float *a, int64_t a_stride, const float *b, int64_t b_stride, int32_t add, float *c,
    int64_t c_stride) {
    cblas_sgemm(
        CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
        b_transposed ? CblasTrans : CblasNoTrans, (blasint)rows, (blasint)columns, (blasint)depth,
        1.0f, a, (blasint)a_stride, b, (blasint)b_stride, add ? 1.0f : 0.0f, c,
        (blasint)c_stride);
}
