#pragma once

#include <stddef.h>
#include <stdint.h>

// oneDNN's matrix product behind functions of our own.
//
// The header `dnnl.h` decides at compile time whether there is anything behind them, and the library
// is opened at run time. Every call computes on the thread that makes it: `worker` names a place for
// what the library needs per thread, and no two threads may use one worker at once.

/// The opened library.
typedef struct grpo_onednn grpo_onednn;

/// y = x W: x [rows, inputs] and y [rows, outputs] row-major, contiguous; W [inputs, outputs] in a
/// layout of the library's choice, called packed. Elements of x and W are float32 or bfloat16, of y
/// float32.
typedef struct grpo_onednn_product grpo_onednn_product;

/// Brings a matrix into the packed layout of a product.
typedef struct grpo_onednn_packing grpo_onednn_packing;

/// Packed elements at a fixed address; any number of workers may read them at once.
typedef struct grpo_onednn_packed grpo_onednn_packed;

/// Opens the library for workers 0..<workers. NULL if there is none: `reason` then says why.
grpo_onednn *grpo_onednn_open(int32_t workers, char *reason, size_t reason_size);
void grpo_onednn_close(grpo_onednn *library);

/// Major, minor and patch.
void grpo_onednn_version(const grpo_onednn *library, int32_t version[3]);

/// - accumulate: y += x W instead.
/// - like: the packed layout of this product is taken over; NULL leaves the choice to the library.
/// - plain: without `like`, a row-major W instead of a packed one.
/// NULL if the library has no fast implementation.
grpo_onednn_product *grpo_onednn_product_create(
    grpo_onednn *library, int64_t rows, int64_t outputs, int64_t inputs, int32_t bf16,
    int32_t accumulate, const grpo_onednn_product *like, int32_t plain);
void grpo_onednn_product_destroy(grpo_onednn_product *product);

/// Whether both products read one packed layout.
int32_t grpo_onednn_product_same_layout(
    const grpo_onednn_product *a, const grpo_onednn_product *b);
/// The size of W, packed.
size_t grpo_onednn_product_packed_bytes(const grpo_onednn_product *product);
/// Scratch memory of one call.
size_t grpo_onednn_product_scratch_bytes(const grpo_onednn_product *product);
/// The library's name of the implementation, such as `brg:avx512_core_bf16`.
const char *grpo_onednn_product_implementation(const grpo_onednn_product *product);

/// Packed elements of `product` at `bytes`, which must outlive the result.
grpo_onednn_packed *grpo_onednn_packed_create(
    const grpo_onednn_product *product, void *bytes);
void grpo_onednn_packed_destroy(grpo_onednn_packed *packed);

/// From a matrix whose element (input, output) lies at input · input_stride + output ·
/// output_stride, float32 or, `bf16`, bfloat16; rounds to nearest even where the product wants less.
grpo_onednn_packing *grpo_onednn_packing_create(
    const grpo_onednn_product *product, int32_t bf16, int64_t input_stride,
    int64_t output_stride);
void grpo_onednn_packing_destroy(grpo_onednn_packing *packing);
size_t grpo_onednn_packing_scratch_bytes(const grpo_onednn_packing *packing);

/// Returns 0, or the library's status.
int32_t grpo_onednn_pack(
    grpo_onednn_packing *packing, int32_t worker, const void *values, grpo_onednn_packed *packed,
    void *scratch);

/// Returns 0, or the library's status.
int32_t grpo_onednn_multiply(
    grpo_onednn_product *product, int32_t worker, const void *x, const grpo_onednn_packed *packed,
    float *y, void *scratch);
