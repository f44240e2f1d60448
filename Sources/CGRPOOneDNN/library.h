// The library: opened at run time through a table of functions, with the differences between its
// second and third API hidden behind a few functions on memory descriptors.

#include <dlfcn.h>
#include <dnnl.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS_OF_BOTH(X)                                                                     \
    X(dnnl_version)                                                                              \
    X(dnnl_engine_create)                                                                        \
    X(dnnl_engine_destroy)                                                                       \
    X(dnnl_stream_create)                                                                        \
    X(dnnl_stream_destroy)                                                                       \
    X(dnnl_stream_wait)                                                                          \
    X(dnnl_memory_create)                                                                        \
    X(dnnl_memory_destroy)                                                                       \
    X(dnnl_memory_set_data_handle)                                                               \
    X(dnnl_memory_desc_equal)                                                                    \
    X(dnnl_memory_desc_get_size)                                                                 \
    X(dnnl_primitive_attr_create)                                                                \
    X(dnnl_primitive_attr_destroy)                                                               \
    X(dnnl_primitive_attr_set_scratchpad_mode)                                                   \
    X(dnnl_primitive_attr_set_post_ops)                                                          \
    X(dnnl_post_ops_create)                                                                      \
    X(dnnl_post_ops_destroy)                                                                     \
    X(dnnl_post_ops_append_sum)                                                                  \
    X(dnnl_primitive_desc_destroy)                                                               \
    X(dnnl_primitive_desc_query)                                                                 \
    X(dnnl_primitive_desc_query_md)                                                              \
    X(dnnl_reorder_primitive_desc_create)                                                        \
    X(dnnl_primitive_create)                                                                     \
    X(dnnl_primitive_destroy)                                                                    \
    X(dnnl_primitive_execute)

#if DNNL_VERSION_MAJOR >= 3
#define FUNCTIONS(X)                                                                             \
    FUNCTIONS_OF_BOTH(X)                                                                         \
    X(dnnl_memory_desc_create_with_strides)                                                      \
    X(dnnl_memory_desc_create_with_tag)                                                          \
    X(dnnl_memory_desc_clone)                                                                    \
    X(dnnl_memory_desc_destroy)                                                                  \
    X(dnnl_memory_desc_query)                                                                    \
    X(dnnl_matmul_primitive_desc_create)
typedef const_dnnl_memory_desc_t md_view;
#define VIEW(md) (md)
#define LIBRARY_NAME "libdnnl.so.3"
#else
#define FUNCTIONS(X)                                                                             \
    FUNCTIONS_OF_BOTH(X)                                                                         \
    X(dnnl_memory_desc_init_by_strides)                                                          \
    X(dnnl_memory_desc_init_by_tag)                                                              \
    X(dnnl_matmul_desc_init)                                                                     \
    X(dnnl_primitive_desc_create)
typedef const dnnl_memory_desc_t *md_view;
#define VIEW(md) (&(md))
#define LIBRARY_NAME "libdnnl.so.2"
#endif

struct grpo_onednn {
    void *handle;
#define FIELD(name) __typeof__(&name) name;
    FUNCTIONS(FIELD)
#undef FIELD
    // Of the OpenMP runtime the library was built with, if any: settings of the calling thread.
    void (*omp_set_num_threads)(int);
    int (*omp_get_max_threads)(void);
    dnnl_engine_t engine;
    int32_t workers;
    dnnl_stream_t *streams;  // [workers]
};

/// Makes the library compute on the calling thread alone; `multiple_threads` undoes it.
static int single_thread(const grpo_onednn *library) {
    if (!library->omp_set_num_threads) return 1;
    int before = library->omp_get_max_threads();
    if (before != 1) library->omp_set_num_threads(1);
    return before;
}

static void multiple_threads(const grpo_onednn *library, int before) {
    if (before != 1) library->omp_set_num_threads(before);
}

// Descriptors of memory.

static dnnl_status_t md_strided(
    const grpo_onednn *library, dnnl_memory_desc_t *md, int64_t rows, int64_t columns,
    dnnl_data_type_t type, int64_t row_stride, int64_t column_stride) {
    dnnl_dims_t dims = {rows, columns}, strides = {row_stride, column_stride};
#if DNNL_VERSION_MAJOR >= 3
    return library->dnnl_memory_desc_create_with_strides(md, 2, dims, type, strides);
#else
    return library->dnnl_memory_desc_init_by_strides(md, 2, dims, type, strides);
#endif
}

/// A descriptor whose layout the product chooses.
static dnnl_status_t md_any(
    const grpo_onednn *library, dnnl_memory_desc_t *md, int64_t rows, int64_t columns,
    dnnl_data_type_t type) {
    dnnl_dims_t dims = {rows, columns};
#if DNNL_VERSION_MAJOR >= 3
    return library->dnnl_memory_desc_create_with_tag(md, 2, dims, type, dnnl_format_tag_any);
#else
    return library->dnnl_memory_desc_init_by_tag(md, 2, dims, type, dnnl_format_tag_any);
#endif
}

static dnnl_status_t md_copy(
    const grpo_onednn *library, dnnl_memory_desc_t *md, md_view source) {
#if DNNL_VERSION_MAJOR >= 3
    return library->dnnl_memory_desc_clone(md, source);
#else
    (void)library;
    *md = *source;
    return dnnl_success;
#endif
}

static void md_destroy(const grpo_onednn *library, dnnl_memory_desc_t *md) {
#if DNNL_VERSION_MAJOR >= 3
    if (*md) library->dnnl_memory_desc_destroy(*md);
    *md = NULL;
#else
    (void)library, (void)md;
#endif
}

void grpo_onednn_close(grpo_onednn *library) {
    if (!library) return;
    if (library->streams) {
        for (int32_t i = 0; i < library->workers; i++) {
            if (library->streams[i]) library->dnnl_stream_destroy(library->streams[i]);
        }
        free(library->streams);
    }
    if (library->engine) library->dnnl_engine_destroy(library->engine);
    // The library stays loaded: its threads' local memory must not lose its code.
    free(library);
}

static void *open_handle(char *reason, size_t reason_size) {
    static const char *const names[] = {LIBRARY_NAME, "libdnnl.so"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (handle) return handle;
    }
    snprintf(reason, reason_size, "cannot open %s: %s", LIBRARY_NAME, dlerror());
    return NULL;
}

grpo_onednn *grpo_onednn_open(int32_t workers, char *reason, size_t reason_size) {
    void *handle = open_handle(reason, reason_size);
    if (!handle) return NULL;
    grpo_onednn *library = calloc(1, sizeof *library);
    library->handle = handle;
    library->workers = workers;
#define LOAD(name)                                                                               \
    *(void **)&library->name = dlsym(handle, #name);                                             \
    if (!library->name) {                                                                        \
        snprintf(reason, reason_size, "%s has no function %s", LIBRARY_NAME, #name);             \
        free(library);                                                                           \
        return NULL;                                                                             \
    }
    FUNCTIONS(LOAD)
#undef LOAD
    const dnnl_version_t *version = library->dnnl_version();
    if (version->major != DNNL_VERSION_MAJOR) {
        snprintf(
            reason, reason_size, "oneDNN %d was found, the program was built for version %d",
            version->major, DNNL_VERSION_MAJOR);
        free(library);
        return NULL;
    }
    *(void **)&library->omp_set_num_threads = dlsym(handle, "omp_set_num_threads");
    *(void **)&library->omp_get_max_threads = dlsym(handle, "omp_get_max_threads");
    const int has_openmp = library->omp_set_num_threads && library->omp_get_max_threads;
    if (version->cpu_runtime != DNNL_RUNTIME_SEQ
        && !(version->cpu_runtime == DNNL_RUNTIME_OMP && has_openmp)) {
        snprintf(
            reason, reason_size,
            "this oneDNN brings threads of its own that cannot be turned off (runtime %u)",
            version->cpu_runtime);
        free(library);
        return NULL;
    }
    if (!has_openmp) library->omp_set_num_threads = NULL;

    library->streams = calloc((size_t)workers, sizeof *library->streams);
    dnnl_status_t status = library->dnnl_engine_create(&library->engine, dnnl_cpu, 0);
    for (int32_t i = 0; i < workers && status == dnnl_success; i++) {
        status = library->dnnl_stream_create(
            &library->streams[i], library->engine, dnnl_stream_default_flags);
    }
    if (status != dnnl_success) {
        snprintf(reason, reason_size, "oneDNN has no CPU engine (status %d)", (int)status);
        grpo_onednn_close(library);
        return NULL;
    }
    return library;
}

void grpo_onednn_version(const grpo_onednn *library, int32_t version[3]) {
    const dnnl_version_t *found = library->dnnl_version();
    version[0] = found->major;
    version[1] = found->minor;
    version[2] = found->patch;
}
