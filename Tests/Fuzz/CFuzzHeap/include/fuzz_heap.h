#ifndef FUZZ_HEAP_H
#define FUZZ_HEAP_H

// The memory that this process has asked for, counted by an allocator of its own around glibc's.

// Counts from here on.
void fuzz_heap_begin(void);
// The most bytes that were in use at once since then, beyond those in use at its beginning.
long fuzz_heap_peak(void);

#endif
