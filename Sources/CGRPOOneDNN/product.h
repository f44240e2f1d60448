// Products, packed matrices and the way into their layout.

/// The memory objects of one worker.
typedef struct {
    dnnl_memory_t source, target, scratch;
} grpo_onednn_place;

struct grpo_onednn_product {
    grpo_onednn *library;
    dnnl_primitive_t primitive;
    dnnl_primitive_desc_t desc;
    dnnl_memory_desc_t x, packed, y;
    size_t packed_bytes, scratch_bytes;
    const char *implementation;
    grpo_onednn_place *places;  // [workers]
};

struct grpo_onednn_packed {
    const grpo_onednn *library;
    dnnl_memory_t memory;
};

struct grpo_onednn_packing {
    grpo_onednn *library;
    dnnl_primitive_t primitive;
    dnnl_primitive_desc_t desc;
    dnnl_memory_desc_t values;
    size_t scratch_bytes;
    grpo_onednn_place *places;  // [workers]; the target is the packed matrix
};

static md_view queried(
    const grpo_onednn *library, dnnl_primitive_desc_t desc, dnnl_query_t what) {
    return library->dnnl_primitive_desc_query_md(desc, what, 0);
}

static size_t scratch_size(const grpo_onednn *library, dnnl_primitive_desc_t desc) {
    md_view md = queried(library, desc, dnnl_query_scratchpad_md);
    return md ? library->dnnl_memory_desc_get_size(md) : 0;
}

/// Attributes: scratch memory is the caller's, and, `accumulate`, the result is added to.
static dnnl_status_t attributes(
    const grpo_onednn *library, int32_t accumulate, dnnl_primitive_attr_t *attributes) {
    dnnl_status_t status = library->dnnl_primitive_attr_create(attributes);
    if (status == dnnl_success) {
        status = library->dnnl_primitive_attr_set_scratchpad_mode(
            *attributes, dnnl_scratchpad_mode_user);
    }
    if (!accumulate || status != dnnl_success) return status;
    dnnl_post_ops_t post_ops;
    status = library->dnnl_post_ops_create(&post_ops);
    if (status != dnnl_success) return status;
#if DNNL_VERSION_MAJOR >= 3
    status = library->dnnl_post_ops_append_sum(post_ops, 1.0f, 0, dnnl_data_type_undef);
#else
    status = library->dnnl_post_ops_append_sum(post_ops, 1.0f);
#endif
    if (status == dnnl_success) {
        status = library->dnnl_primitive_attr_set_post_ops(*attributes, post_ops);
    }
    library->dnnl_post_ops_destroy(post_ops);
    return status;
}

static dnnl_status_t matmul(
    const grpo_onednn *library, dnnl_memory_desc_t *x, dnnl_memory_desc_t *weights,
    dnnl_memory_desc_t *y, dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t *desc) {
#if DNNL_VERSION_MAJOR >= 3
    return library->dnnl_matmul_primitive_desc_create(
        desc, library->engine, *x, *weights, NULL, *y, attributes);
#else
    dnnl_matmul_desc_t operation;
    dnnl_status_t status = library->dnnl_matmul_desc_init(&operation, x, weights, NULL, y);
    if (status != dnnl_success) return status;
    return library->dnnl_primitive_desc_create(
        desc, &operation, attributes, library->engine, NULL);
#endif
}

/// Memory objects for every worker; their addresses are set with each call.
static grpo_onednn_place *places(
    const grpo_onednn *library, md_view source, md_view target, md_view scratch) {
    grpo_onednn_place *places = calloc((size_t)library->workers, sizeof *places);
    for (int32_t i = 0; i < library->workers; i++) {
        grpo_onednn_place *place = &places[i];
        const dnnl_engine_t engine = library->engine;
        library->dnnl_memory_create(&place->source, source, engine, DNNL_MEMORY_NONE);
        if (target) {
            library->dnnl_memory_create(&place->target, target, engine, DNNL_MEMORY_NONE);
        }
        library->dnnl_memory_create(&place->scratch, scratch, engine, DNNL_MEMORY_NONE);
    }
    return places;
}

static void destroy_places(const grpo_onednn *library, grpo_onednn_place *places) {
    if (!places) return;
    for (int32_t i = 0; i < library->workers; i++) {
        if (places[i].source) library->dnnl_memory_destroy(places[i].source);
        if (places[i].target) library->dnnl_memory_destroy(places[i].target);
        if (places[i].scratch) library->dnnl_memory_destroy(places[i].scratch);
    }
    free(places);
}

void grpo_onednn_product_destroy(grpo_onednn_product *product) {
    if (!product) return;
    grpo_onednn *library = product->library;
    destroy_places(library, product->places);
    if (product->primitive) library->dnnl_primitive_destroy(product->primitive);
    if (product->desc) library->dnnl_primitive_desc_destroy(product->desc);
    md_destroy(library, &product->x);
    md_destroy(library, &product->packed);
    md_destroy(library, &product->y);
    free(product);
}

grpo_onednn_product *grpo_onednn_product_create(
    grpo_onednn *library, int64_t rows, int64_t outputs, int64_t inputs, int32_t bf16,
    int32_t accumulate, const grpo_onednn_product *like, int32_t plain) {
    const dnnl_data_type_t type = bf16 ? dnnl_bf16 : dnnl_f32;
    const int threads = single_thread(library);
    grpo_onednn_product *product = calloc(1, sizeof *product);
    product->library = library;

    dnnl_memory_desc_t weights;
    memset(&weights, 0, sizeof weights);
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t status = md_strided(library, &product->x, rows, inputs, type, inputs, 1);
    if (status == dnnl_success) {
        status = md_strided(library, &product->y, rows, outputs, dnnl_f32, outputs, 1);
    }
    if (status == dnnl_success) {
        if (like) {
            status = md_copy(library, &weights, VIEW(like->packed));
        } else if (plain) {
            status = md_strided(library, &weights, inputs, outputs, type, outputs, 1);
        } else {
            status = md_any(library, &weights, inputs, outputs, type);
        }
    }
    if (status == dnnl_success) status = attributes(library, accumulate, &attr);
    if (status == dnnl_success) {
        status = matmul(library, &product->x, &weights, &product->y, attr, &product->desc);
    }
    if (status == dnnl_success) {
        library->dnnl_primitive_desc_query(
            product->desc, dnnl_query_impl_info_str, 0, (void *)&product->implementation);
        // The reference implementation is exact and hundreds of times slower.
        if (strstr(product->implementation, "ref")) status = dnnl_unimplemented;
    }
    if (status == dnnl_success) {
        status = md_copy(
            library, &product->packed,
            queried(library, product->desc, dnnl_query_weights_md));
    }
    if (status == dnnl_success) {
        status = library->dnnl_primitive_create(&product->primitive, product->desc);
    }
    if (status == dnnl_success) {
        product->packed_bytes = library->dnnl_memory_desc_get_size(VIEW(product->packed));
        product->scratch_bytes = scratch_size(library, product->desc);
        product->places = places(
            library, VIEW(product->x), VIEW(product->y),
            queried(library, product->desc, dnnl_query_scratchpad_md));
    }
    md_destroy(library, &weights);
    if (attr) library->dnnl_primitive_attr_destroy(attr);
    multiple_threads(library, threads);
    if (status == dnnl_success) return product;
    grpo_onednn_product_destroy(product);
    return NULL;
}

int32_t grpo_onednn_product_same_layout(
    const grpo_onednn_product *a, const grpo_onednn_product *b) {
    return a->library->dnnl_memory_desc_equal(VIEW(a->packed), VIEW(b->packed));
}

size_t grpo_onednn_product_packed_bytes(const grpo_onednn_product *product) {
    return product->packed_bytes;
}

size_t grpo_onednn_product_scratch_bytes(const grpo_onednn_product *product) {
    return product->scratch_bytes;
}

const char *grpo_onednn_product_implementation(const grpo_onednn_product *product) {
    return product->implementation;
}

grpo_onednn_packed *grpo_onednn_packed_create(
    const grpo_onednn_product *product, void *bytes) {
    grpo_onednn_packed *packed = calloc(1, sizeof *packed);
    packed->library = product->library;
    dnnl_status_t status = product->library->dnnl_memory_create(
        &packed->memory, VIEW(product->packed), product->library->engine, bytes);
    if (status == dnnl_success) return packed;
    free(packed);
    return NULL;
}

void grpo_onednn_packed_destroy(grpo_onednn_packed *packed) {
    if (!packed) return;
    packed->library->dnnl_memory_destroy(packed->memory);
    free(packed);
}

void grpo_onednn_packing_destroy(grpo_onednn_packing *packing) {
    if (!packing) return;
    grpo_onednn *library = packing->library;
    destroy_places(library, packing->places);
    if (packing->primitive) library->dnnl_primitive_destroy(packing->primitive);
    if (packing->desc) library->dnnl_primitive_desc_destroy(packing->desc);
    md_destroy(library, &packing->values);
    free(packing);
}

grpo_onednn_packing *grpo_onednn_packing_create(
    const grpo_onednn_product *product, int32_t bf16, int64_t input_stride,
    int64_t output_stride) {
    grpo_onednn *library = product->library;
    const int threads = single_thread(library);
    grpo_onednn_packing *packing = calloc(1, sizeof *packing);
    packing->library = library;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t *dims;
    library->dnnl_memory_desc_query(product->packed, dnnl_query_dims, &dims);
    const int64_t inputs = (*dims)[0], outputs = (*dims)[1];
#else
    const int64_t inputs = product->packed.dims[0], outputs = product->packed.dims[1];
#endif
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t status = md_strided(
        library, &packing->values, inputs, outputs, bf16 ? dnnl_bf16 : dnnl_f32, input_stride,
        output_stride);
    if (status == dnnl_success) status = attributes(library, 0, &attr);
    if (status == dnnl_success) {
        status = library->dnnl_reorder_primitive_desc_create(
            &packing->desc, VIEW(packing->values), library->engine, VIEW(product->packed),
            library->engine, attr);
    }
    if (status == dnnl_success) {
        status = library->dnnl_primitive_create(&packing->primitive, packing->desc);
    }
    if (status == dnnl_success) {
        packing->scratch_bytes = scratch_size(library, packing->desc);
        packing->places = places(
            library, VIEW(packing->values), NULL,
            queried(library, packing->desc, dnnl_query_scratchpad_md));
    }
    if (attr) library->dnnl_primitive_attr_destroy(attr);
    multiple_threads(library, threads);
    if (status == dnnl_success) return packing;
    grpo_onednn_packing_destroy(packing);
    return NULL;
}

size_t grpo_onednn_packing_scratch_bytes(const grpo_onednn_packing *packing) {
    return packing->scratch_bytes;
}

int32_t grpo_onednn_pack(
    grpo_onednn_packing *packing, int32_t worker, const void *values, grpo_onednn_packed *packed,
    void *scratch) {
    const grpo_onednn *library = packing->library;
    const grpo_onednn_place *place = &packing->places[worker];
    const int threads = single_thread(library);
    library->dnnl_memory_set_data_handle(place->source, (void *)values);
    library->dnnl_memory_set_data_handle(place->scratch, scratch);
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_FROM, place->source},
        {DNNL_ARG_TO, packed->memory},
        {DNNL_ARG_SCRATCHPAD, place->scratch}};
    dnnl_status_t status = library->dnnl_primitive_execute(
        packing->primitive, library->streams[worker], 3, arguments);
    multiple_threads(library, threads);
    return (int32_t)status;
}

int32_t grpo_onednn_multiply(
    grpo_onednn_product *product, int32_t worker, const void *x, const grpo_onednn_packed *packed,
    float *y, void *scratch) {
    const grpo_onednn *library = product->library;
    const grpo_onednn_place *place = &product->places[worker];
    const int threads = single_thread(library);
    library->dnnl_memory_set_data_handle(place->source, (void *)x);
    library->dnnl_memory_set_data_handle(place->target, y);
    library->dnnl_memory_set_data_handle(place->scratch, scratch);
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, place->source},
        {DNNL_ARG_WEIGHTS, packed->memory},
        {DNNL_ARG_DST, place->target},
        {DNNL_ARG_SCRATCHPAD, place->scratch}};
    dnnl_status_t status = library->dnnl_primitive_execute(
        product->primitive, library->streams[worker], 4, arguments);
    multiple_threads(library, threads);
    return (int32_t)status;
}
