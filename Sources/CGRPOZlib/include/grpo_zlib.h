// Reading a gzip file from front to back.

#ifndef GRPO_ZLIB_H
#define GRPO_ZLIB_H

#include <stddef.h>

/// A gzip file that is being read.
typedef struct grpo_gzip grpo_gzip;

/// What `grpo_gzip_read` returns where no bytes can be had.
enum {
    /// The compressed data contradict themselves, their checksum included.
    grpo_gzip_damaged = -1,
    /// The file ends in the middle.
    grpo_gzip_truncated = -2,
};

/// Begins to read where the descriptor stands, and closes it in the end. Null where memory is short;
/// then the descriptor stays open.
grpo_gzip *grpo_gzip_open(int descriptor);

/// Reads up to `capacity` bytes of what was compressed, of all members of the file one after
/// another. Returns their number, 0 at the end, or one of the negative numbers above.
long grpo_gzip_read(grpo_gzip *file, void *bytes, size_t capacity);

/// Closes the file and its descriptor.
void grpo_gzip_close(grpo_gzip *file);

#endif
