// The part of HDF5 that a checkpoint needs, behind plain C types.
//
// Writing. HDF5 never touches a disk: it lays a file out in memory (an "image") through a file driver
// that keeps only the pages HDF5 itself writes, that is, the metadata. The bytes of a dataset are
// never handed over; `grpo_h5_image_add` tells where in the file they belong. A caller streams the
// image and its own arrays to wherever it likes, so an array is never copied, and a full disk is the
// caller's ordinary write error instead of a half-closed HDF5 file.
//
// Reading goes through the library's own driver, read only.
//
// Every function takes one process-wide lock, because the library is not thread-safe. A function
// that fails returns a negative number (or null); `grpo_h5_error` then holds the library's error
// stack of the calling thread, innermost message first.

#ifndef GRPO_HDF5_H
#define GRPO_HDF5_H

#include <stddef.h>
#include <stdint.h>

/// The element types of datasets. `GRPO_H5_BFLOAT16` is stored as an unsigned 16-bit integer: the
/// upper half of a float32. `GRPO_H5_TEXT` is one UTF-8 string of fixed length.
enum {
    GRPO_H5_FLOAT32 = 0,
    GRPO_H5_FLOAT64 = 1,
    GRPO_H5_INT32 = 2,
    GRPO_H5_INT64 = 3,
    GRPO_H5_UINT64 = 4,
    GRPO_H5_UINT8 = 5,
    GRPO_H5_BFLOAT16 = 6,
    GRPO_H5_TEXT = 7,
};

/// The most dimensions a dataset may have.
enum { GRPO_H5_MAX_RANK = 8 };

/// The offset of a dataset without bytes.
#define GRPO_H5_NO_OFFSET UINT64_MAX

/// The error stack of this thread's last failure; never null.
const char *grpo_h5_error(void);

/// The library's version, as in "1.10.8".
const char *grpo_h5_version(void);

/// A file laid out in memory, without the bytes of its datasets.
typedef struct grpo_h5_image grpo_h5_image;

/// A new, empty image, or null.
grpo_h5_image *grpo_h5_image_create(void);

/// Adds a dataset at `path`, making the groups on the way. `shape` has `rank` extents; a text has
/// rank 0 and `bytes` of UTF-8. `offset` becomes the file position of the dataset's first byte, or
/// GRPO_H5_NO_OFFSET when it has none.
int grpo_h5_image_add(
    grpo_h5_image *image, const char *path, int type, int rank, const uint64_t *shape,
    uint64_t bytes, uint64_t *offset);

/// Writes a string attribute of the root group; `bytes` > 0.
int grpo_h5_image_attribute(
    grpo_h5_image *image, const char *name, const char *value, size_t bytes);

/// Completes the metadata. Nothing can be added afterwards.
int grpo_h5_image_finish(grpo_h5_image *image);

/// The length of the whole file in bytes, known after `grpo_h5_image_finish`.
uint64_t grpo_h5_image_length(const grpo_h5_image *image);

/// Copies the metadata at [offset, offset + count) to `destination`; zeros where there is none.
void grpo_h5_image_read(
    const grpo_h5_image *image, uint64_t offset, size_t count, void *destination);

void grpo_h5_image_free(grpo_h5_image *image);

/// Opens a file read only; returns a handle >= 0.
int64_t grpo_h5_open(const char *path);

int grpo_h5_close(int64_t file);

/// What a dataset is. `bytes` is its length in memory.
typedef struct {
    int type;
    int rank;
    uint64_t shape[GRPO_H5_MAX_RANK];
    uint64_t bytes;
} grpo_h5_dataset;

/// Calls `visit` with the path of every dataset, in the order of names. Fails on anything a
/// checkpoint does not contain: soft and external links, other objects.
int grpo_h5_list(int64_t file, void (*visit)(const char *path, void *context), void *context);

/// 1 when `path` names a dataset, 0 when nothing has that name.
int grpo_h5_exists(int64_t file, const char *path);

/// Fails on types, ranks and storage (filters, chunks, external files) that a checkpoint never has.
int grpo_h5_describe(int64_t file, const char *path, grpo_h5_dataset *dataset);

/// Reads a whole dataset; `bytes` must be its length.
int grpo_h5_read(int64_t file, const char *path, void *destination, uint64_t bytes);

/// Copies a string attribute of the root group and returns its length, which may exceed `capacity`;
/// -1 on failure, -2 when there is none.
int64_t grpo_h5_attribute(int64_t file, const char *name, char *destination, size_t capacity);

#endif
