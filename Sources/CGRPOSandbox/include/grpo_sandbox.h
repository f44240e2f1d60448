#ifndef GRPO_SANDBOX_H
#define GRPO_SANDBOX_H

#include <stddef.h>
#include <sys/types.h>

/// Starts the program at `path` in a process group of its own, with `descriptors[i]` as its
/// descriptor i for i below `count` and no other descriptor of ours, all signals unblocked and at
/// their defaults. Every descriptor given must be at least 64. Returns 0, or an error number;
/// ENOSYS where the system cannot close what is not given (it needs Linux with glibc 2.34).
int grpo_spawn(
    pid_t *pid, const char *path, char *const arguments[], char *const environment[],
    const char *directory, const int *descriptors, int count);

/// A pipe whose ends, ends[0] to read and ends[1] to write, are at least 64 and closed on exec.
/// Returns 0, or an error number.
int grpo_sandbox_pipe(int ends[2]);

/// Connected stream sockets, as above; ends[1] is ours and does not block, ends[0] does.
int grpo_sandbox_sockets(int ends[2]);

/// Sends without raising SIGPIPE: how many bytes were taken, or the negative of an error number.
ssize_t grpo_sandbox_send(int descriptor, const void *bytes, size_t count);

#endif
