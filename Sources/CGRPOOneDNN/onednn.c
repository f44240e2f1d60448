#include "grpo_onednn.h"

#include <stdio.h>

#if defined(GRPO_WITHOUT_ONEDNN)
#define HAS_ONEDNN 0
#elif defined(__has_include)
#if __has_include(<dnnl.h>)
#define HAS_ONEDNN 1
#endif
#endif

#if HAS_ONEDNN

#include "library.h"
#include "product.h"

#else

grpo_onednn *grpo_onednn_open(int32_t workers, char *reason, size_t reason_size) {
    (void)workers;
    snprintf(reason, reason_size, "built without oneDNN's header dnnl.h");
    return NULL;
}

void grpo_onednn_close(grpo_onednn *library) { (void)library; }

void grpo_onednn_version(const grpo_onednn *library, int32_t version[3]) {
    (void)library;
    version[0] = version[1] = version[2] = 0;
}

// Without a library there is no product to call these with.

grpo_onednn_product *grpo_onednn_product_create(
    grpo_onednn *library, int64_t rows, int64_t outputs, int64_t inputs, int32_t bf16,
    int32_t accumulate, const grpo_onednn_product *like, int32_t plain) {
    (void)library, (void)rows, (void)outputs, (void)inputs, (void)bf16, (void)accumulate;
    (void)like, (void)plain;
    return NULL;
}

void grpo_onednn_product_destroy(grpo_onednn_product *product) { (void)product; }

int32_t grpo_onednn_product_same_layout(
    const grpo_onednn_product *a, const grpo_onednn_product *b) {
    (void)a, (void)b;
    return 0;
}

size_t grpo_onednn_product_packed_bytes(const grpo_onednn_product *product) {
    (void)product;
    return 0;
}

size_t grpo_onednn_product_scratch_bytes(const grpo_onednn_product *product) {
    (void)product;
    return 0;
}

const char *grpo_onednn_product_implementation(const grpo_onednn_product *product) {
    (void)product;
    return "";
}

grpo_onednn_packed *grpo_onednn_packed_create(
    const grpo_onednn_product *product, void *bytes) {
    (void)product, (void)bytes;
    return NULL;
}

void grpo_onednn_packed_destroy(grpo_onednn_packed *packed) { (void)packed; }

grpo_onednn_packing *grpo_onednn_packing_create(
    const grpo_onednn_product *product, int32_t bf16, int64_t input_stride,
    int64_t output_stride) {
    (void)product, (void)bf16, (void)input_stride, (void)output_stride;
    return NULL;
}

void grpo_onednn_packing_destroy(grpo_onednn_packing *packing) { (void)packing; }

size_t grpo_onednn_packing_scratch_bytes(const grpo_onednn_packing *packing) {
    (void)packing;
    return 0;
}

int32_t grpo_onednn_pack(
    grpo_onednn_packing *packing, int32_t worker, const void *values, grpo_onednn_packed *packed,
    void *scratch) {
    (void)packing, (void)worker, (void)values, (void)packed, (void)scratch;
    return -1;
}

int32_t grpo_onednn_multiply(
    grpo_onednn_product *product, int32_t worker, const void *x, const grpo_onednn_packed *packed,
    float *y, void *scratch) {
    (void)product, (void)worker, (void)x, (void)packed, (void)y, (void)scratch;
    return -1;
}

#endif
