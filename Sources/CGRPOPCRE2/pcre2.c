#define PCRE2_CODE_UNIT_WIDTH 8

#include "grpo_pcre2.h"

#include <pcre2.h>
#include <stdlib.h>

struct grpo_pcre2_pattern {
    pcre2_code *code;
};

// A word of a text takes a handful of steps; only a pattern that backtracks without end, or a
// text made to make it so, comes near these.
static const uint32_t match_limit = 10 * 1000 * 1000;
static const uint32_t depth_limit = 250 * 1000;
static const uint32_t heap_limit_kib = 64 * 1024;

grpo_pcre2_pattern *grpo_pcre2_compile(
    const uint8_t *pattern, size_t count, size_t *offset, char *message, size_t capacity)
{
    int number = 0;
    PCRE2_SIZE where = 0;
    pcre2_code *code = pcre2_compile(
        pattern, count, PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &number,
        &where, NULL);
    if (code == NULL) {
        *offset = where;
        pcre2_get_error_message(number, (PCRE2_UCHAR *)message, capacity);
        return NULL;
    }
    // Where there is no just-in-time compiler the interpreter gives the same matches.
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    grpo_pcre2_pattern *result = malloc(sizeof *result);
    if (result == NULL) abort();
    result->code = code;
    return result;
}

void grpo_pcre2_free(grpo_pcre2_pattern *pattern)
{
    pcre2_code_free(pattern->code);
    free(pattern);
}

int grpo_pcre2_next(
    const grpo_pcre2_pattern *pattern, const uint8_t *text, size_t count, size_t start,
    size_t *lower, size_t *upper)
{
    static _Thread_local pcre2_match_context *context = NULL;
    if (context == NULL) {
        context = pcre2_match_context_create(NULL);
        if (context == NULL) return -1;
        pcre2_set_match_limit(context, match_limit);
        pcre2_set_depth_limit(context, depth_limit);
        pcre2_set_heap_limit(context, heap_limit_kib);
    }
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (data == NULL) return -1;
    int found = pcre2_match(
        pattern->code, text, count, start, PCRE2_NO_UTF_CHECK, data, context);
    if (found >= 0) {
        const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(data);
        *lower = bounds[0];
        *upper = bounds[1];
    }
    pcre2_match_data_free(data);
    if (found == PCRE2_ERROR_NOMATCH) return 0;
    return found >= 0 ? 1 : -1;
}
