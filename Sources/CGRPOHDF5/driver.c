// A virtual file driver over sparse memory. Only what HDF5 writes takes memory. Address space that is
// merely allocated, as that of datasets whose bytes come from elsewhere, takes none; HDF5's own
// in-memory driver would allocate and clear it.

#include "driver.h"

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES ((uint64_t)4096)

/// HDF5 expects its own part first.
typedef struct {
    H5FD_t common;
    grpo_h5_image *image;
} image_file;

/// What a file access list carries.
typedef struct {
    grpo_h5_image *image;
} image_settings;

/// The position of the first page whose index is not below `index`.
static size_t lower_bound(const grpo_h5_image *image, uint64_t index) {
    size_t low = 0, high = image->page_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (image->pages[middle].index < index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static unsigned char *existing_page(const grpo_h5_image *image, uint64_t index) {
    size_t at = lower_bound(image, index);
    if (at == image->page_count || image->pages[at].index != index) return NULL;
    return image->pages[at].bytes;
}

/// The page, made of zeros when it is new; null when memory is exhausted.
static unsigned char *page(grpo_h5_image *image, uint64_t index) {
    size_t at = lower_bound(image, index);
    if (at < image->page_count && image->pages[at].index == index) return image->pages[at].bytes;
    if (image->page_count == image->page_capacity) {
        size_t capacity = image->page_capacity ? 2 * image->page_capacity : 64;
        struct grpo_h5_page *pages = realloc(image->pages, capacity * sizeof *pages);
        if (!pages) return NULL;
        image->pages = pages;
        image->page_capacity = capacity;
    }
    unsigned char *bytes = calloc(1, PAGE_BYTES);
    if (!bytes) return NULL;
    memmove(
        image->pages + at + 1, image->pages + at, (image->page_count - at) * sizeof *image->pages);
    image->pages[at].index = index;
    image->pages[at].bytes = bytes;
    image->page_count += 1;
    return bytes;
}

void grpo_h5_image_read(
    const grpo_h5_image *image, uint64_t offset, size_t count, void *destination) {
    unsigned char *out = destination;
    while (count > 0) {
        uint64_t within = offset % PAGE_BYTES;
        size_t part = PAGE_BYTES - within < count ? PAGE_BYTES - within : count;
        const unsigned char *bytes = existing_page(image, offset / PAGE_BYTES);
        if (bytes) {
            memcpy(out, bytes + within, part);
        } else {
            memset(out, 0, part);
        }
        out += part;
        offset += part;
        count -= part;
    }
}

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t limit) {
    (void)name, (void)flags, (void)limit;
    const image_settings *settings = H5Pget_driver_info(access);
    image_file *file = settings ? calloc(1, sizeof *file) : NULL;
    if (!file) return NULL;
    file->image = settings->image;
    return &file->common;
}

static herr_t driver_close(H5FD_t *file) {
    free(file);
    return 0;
}

static herr_t driver_query(const H5FD_t *file, unsigned long *flags) {
    (void)file;
    if (flags) *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA;
    return 0;
}

static haddr_t driver_get_eoa(const H5FD_t *file, H5FD_mem_t type) {
    (void)type;
    return ((const image_file *)file)->image->end;
}

static herr_t driver_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t end) {
    (void)type;
    ((image_file *)file)->image->end = end;
    return 0;
}

static haddr_t driver_get_eof(const H5FD_t *file, H5FD_mem_t type) {
    (void)type;
    return ((const image_file *)file)->image->written;
}

static herr_t driver_read(
    H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t offset, size_t count, void *bytes) {
    (void)type, (void)transfer;
    grpo_h5_image_read(((image_file *)file)->image, offset, count, bytes);
    return 0;
}

static herr_t driver_write(
    H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t offset, size_t count,
    const void *bytes) {
    (void)type, (void)transfer;
    grpo_h5_image *image = ((image_file *)file)->image;
    const unsigned char *in = bytes;
    while (count > 0) {
        uint64_t within = offset % PAGE_BYTES;
        size_t part = PAGE_BYTES - within < count ? PAGE_BYTES - within : count;
        unsigned char *out = page(image, offset / PAGE_BYTES);
        if (!out) return -1;
        memcpy(out + within, in, part);
        in += part;
        offset += part;
        count -= part;
    }
    if (offset > image->written) image->written = offset;
    return 0;
}

static const H5FD_class_t driver_class = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)612,
#endif
    .name = "grpo_image",
    .maxaddr = ((haddr_t)1 << 62) - 1,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(image_settings),
    .open = driver_open,
    .close = driver_close,
    .query = driver_query,
    .get_eoa = driver_get_eoa,
    .set_eoa = driver_set_eoa,
    .get_eof = driver_get_eof,
    .read = driver_read,
    .write = driver_write,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t grpo_h5_image_access(grpo_h5_image *image) {
    static hid_t driver = H5I_INVALID_HID;
    if (driver < 0) driver = H5FDregister(&driver_class);
    if (driver < 0) return driver;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
    image_settings settings = {image};
    // V110 puts a checksum on every piece of metadata.
    if (H5Pset_driver(access, driver, &settings) < 0
        || H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) < 0) {
        return H5I_INVALID_HID;
    }
    return access;
}
