#define _GNU_SOURCE
#include "grpo_sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__linux__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 34)
#define GRPO_HAS_CLOSEFROM 1
#endif
#endif

#ifdef GRPO_HAS_CLOSEFROM

static int actions_for(
    posix_spawn_file_actions_t *actions, const char *directory, const int *descriptors, int count)
{
    int code = posix_spawn_file_actions_addchdir_np(actions, directory);
    for (int i = 0; code == 0 && i < count; i++)
        code = posix_spawn_file_actions_adddup2(actions, descriptors[i], i);
    return code == 0 ? posix_spawn_file_actions_addclosefrom_np(actions, count) : code;
}

static int attributes_for(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
    if (code == 0) code = posix_spawnattr_setpgroup(attributes, 0);
    if (code == 0)
        code = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return code;
}

int grpo_spawn(
    pid_t *pid, const char *path, char *const arguments[], char *const environment[],
    const char *directory, const int *descriptors, int count)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = actions_for(&actions, directory, descriptors, count);
        if (code == 0) code = attributes_for(&attributes);
        if (code == 0) code = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

#else

int grpo_spawn(
    pid_t *pid, const char *path, char *const arguments[], char *const environment[],
    const char *directory, const int *descriptors, int count)
{
    (void)pid, (void)path, (void)arguments, (void)environment, (void)directory;
    (void)descriptors, (void)count;
    return ENOSYS;
}

#endif

/// Moves both ends above what a child's own descriptors are, so that one dup2 cannot overwrite
/// what another still needs; `quiet` says which end does not block.
static int raised(int ends[2], const int quiet[2])
{
    int code = 0;
    for (int i = 0; i < 2; i++) {
        int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 64);
        if (moved < 0) code = errno;
        close(ends[i]);
        ends[i] = moved;
        if (moved >= 0 && quiet[i] && fcntl(moved, F_SETFL, fcntl(moved, F_GETFL) | O_NONBLOCK) < 0)
            code = errno;
    }
    if (code != 0)
        for (int i = 0; i < 2; i++)
            if (ends[i] >= 0) close(ends[i]);
    return code;
}

int grpo_sandbox_pipe(int ends[2])
{
    const int quiet[2] = {0, 0};
#ifdef __linux__
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
#else
    if (pipe(ends) != 0) return errno;
#endif
    return raised(ends, quiet);
}

int grpo_sandbox_sockets(int ends[2])
{
    const int quiet[2] = {0, 1};
    int kind = SOCK_STREAM;
#ifdef SOCK_CLOEXEC
    kind |= SOCK_CLOEXEC;
#endif
    if (socketpair(AF_UNIX, kind, 0, ends) != 0) return errno;
    return raised(ends, quiet);
}

ssize_t grpo_sandbox_send(int descriptor, const void *bytes, size_t count)
{
#ifdef MSG_NOSIGNAL
    ssize_t taken = send(descriptor, bytes, count, MSG_NOSIGNAL);
#else
    ssize_t taken = send(descriptor, bytes, count, 0);
#endif
    return taken < 0 ? -errno : taken;
}
