// The part of PCRE2 that a pre-tokenizer needs: compile a pattern over UTF-8, find the next match,
// within bounds. Every function may be called from any number of threads at once.

#ifndef GRPO_PCRE2_H
#define GRPO_PCRE2_H

#include <stddef.h>
#include <stdint.h>

/// A compiled pattern.
typedef struct grpo_pcre2_pattern grpo_pcre2_pattern;

/// Compiles a pattern of `count` bytes of UTF-8; classes such as `\s` follow Unicode, `^` and `$`
/// match at lines. Returns null where the pattern is malformed: `offset` is the byte where, and
/// `message` (of `capacity` bytes) why.
grpo_pcre2_pattern *grpo_pcre2_compile(
    const uint8_t *pattern, size_t count, size_t *offset, char *message, size_t capacity);

/// Frees a pattern.
void grpo_pcre2_free(grpo_pcre2_pattern *pattern);

/// Finds the first match in `count` bytes of valid UTF-8 that begins at `start` or after it.
/// Returns 1 and the bounds, 0 where there is none, or a negative number where the search went
/// past its bounds (steps, depth or memory).
int grpo_pcre2_next(
    const grpo_pcre2_pattern *pattern, const uint8_t *text, size_t count, size_t start,
    size_t *lower, size_t *upper);

#endif
