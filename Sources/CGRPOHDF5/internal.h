// Shared by the files of this target alone.

#ifndef GRPO_HDF5_INTERNAL_H
#define GRPO_HDF5_INTERNAL_H

// The functions that later releases renumbered keep their 1.10 meaning.
#define H5_USE_110_API

#if __has_include(<hdf5.h>)
#include <hdf5.h>
#elif __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#else
#error "HDF5 is missing: install libhdf5-dev"
#endif

#include "grpo_hdf5.h"

#pragma GCC visibility push(hidden)

/// Takes the lock and silences the library's own printing.
void grpo_h5_enter(void);

/// Releases the lock.
void grpo_h5_leave(void);

/// Keeps the library's error stack as this thread's error. To be called before any other library
/// function, each of which clears the stack. Returns -1.
int grpo_h5_fail(const char *action);

/// Keeps a message of our own as this thread's error. Returns -1.
int grpo_h5_refuse(const char *message);

/// The file type of an element type other than text.
hid_t grpo_h5_file_type(int type);

/// The memory type of an element type other than text.
hid_t grpo_h5_memory_type(int type);

/// A new fixed-length UTF-8 string type; `bytes` > 0.
hid_t grpo_h5_text_type(size_t bytes);

#pragma GCC visibility pop

#endif
