// The file driver behind an image.

#ifndef GRPO_HDF5_DRIVER_H
#define GRPO_HDF5_DRIVER_H

#include "internal.h"

/// One written page of the image.
struct grpo_h5_page {
    uint64_t index;
    unsigned char *bytes;
};

struct grpo_h5_image {
    hid_t file;
    /// The end of the address space HDF5 has given out: the length of the file.
    uint64_t end;
    /// One past the highest byte HDF5 has written.
    uint64_t written;
    /// Sorted by index.
    struct grpo_h5_page *pages;
    size_t page_count;
    size_t page_capacity;
};

/// A file access list whose files live in `image`; negative on failure.
#pragma GCC visibility push(hidden)
hid_t grpo_h5_image_access(grpo_h5_image *image);
#pragma GCC visibility pop

#endif
