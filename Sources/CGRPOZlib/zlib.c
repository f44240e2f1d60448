#include "grpo_zlib.h"

#include <stdlib.h>
#include <zlib.h>

struct grpo_gzip {
    gzFile file;
};

grpo_gzip *grpo_gzip_open(int descriptor)
{
    grpo_gzip *result = malloc(sizeof *result);
    if (result == NULL) return NULL;
    result->file = gzdopen(descriptor, "rb");
    if (result->file == NULL) {
        free(result);
        return NULL;
    }
    gzbuffer(result->file, 1 << 17);
    return result;
}

long grpo_gzip_read(grpo_gzip *file, void *bytes, size_t capacity)
{
    const size_t most = 1 << 30;
    int count = gzread(file->file, bytes, (unsigned)(capacity < most ? capacity : most));
    if (count > 0) return count;
    int code = Z_OK;
    gzerror(file->file, &code);
    if (code == Z_BUF_ERROR) return grpo_gzip_truncated;
    return count < 0 || code != Z_OK ? grpo_gzip_damaged : 0;
}

void grpo_gzip_close(grpo_gzip *file)
{
    gzclose(file->file);
    free(file);
}
