#include "fuzz_heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

// Every allocation of the process comes here, the Swift runtime's too: the executable's definitions
// take the place of the C library's, which does the work under its other names.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static _Atomic long used;
static _Atomic long peak;
static _Atomic long base;

static void *counted(void *block)
{
    if (block == NULL) { return NULL; }
    long size = (long)malloc_usable_size(block);
    long now = atomic_fetch_add(&used, size) + size;
    long seen = atomic_load(&peak);
    while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now)) { }
    return block;
}

static void discounted(void *block)
{
    if (block != NULL) { atomic_fetch_sub(&used, (long)malloc_usable_size(block)); }
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }

void *realloc(void *block, size_t size)
{
    long before = block == NULL ? 0 : (long)malloc_usable_size(block);
    void *result = __libc_realloc(block, size);
    if (result == NULL && size != 0) { return NULL; }
    atomic_fetch_sub(&used, before);
    return counted(result);
}

void free(void *block)
{
    discounted(block);
    __libc_free(block);
}

void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size)
{
    void *block = memalign(alignment, size);
    if (block == NULL) { return ENOMEM; }
    *result = block;
    return 0;
}

void fuzz_heap_begin(void)
{
    atomic_store(&base, atomic_load(&used));
    atomic_store(&peak, atomic_load(&used));
}

long fuzz_heap_peak(void) { return atomic_load(&peak) - atomic_load(&base); }
