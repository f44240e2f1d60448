// The lock, the error text and the element types.

#include "internal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static _Thread_local char error_text[2048];

void grpo_h5_enter(void) {
    pthread_mutex_lock(&lock);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void grpo_h5_leave(void) { pthread_mutex_unlock(&lock); }

static void append(const char *text) {
    size_t used = strlen(error_text);
    snprintf(error_text + used, sizeof error_text - used, "%s", text);
}

static herr_t append_entry(unsigned n, const H5E_error2_t *entry, void *context) {
    (void)context;
    if (n > 8) return 0;
    append(n == 0 ? ": " : "; ");
    append(entry->func_name ? entry->func_name : "?");
    append(": ");
    append(entry->desc ? entry->desc : "no description");
    return 0;
}

int grpo_h5_fail(const char *action) {
    snprintf(error_text, sizeof error_text, "%s", action);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, append_entry, NULL);
    return -1;
}

int grpo_h5_refuse(const char *message) {
    snprintf(error_text, sizeof error_text, "%s", message);
    return -1;
}

const char *grpo_h5_error(void) { return error_text; }

const char *grpo_h5_version(void) {
    static _Thread_local char text[48];
    unsigned major = 0, minor = 0, release = 0;
    grpo_h5_enter();
    H5get_libversion(&major, &minor, &release);
    grpo_h5_leave();
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}

hid_t grpo_h5_file_type(int type) {
    switch (type) {
    case GRPO_H5_FLOAT32: return H5T_IEEE_F32LE;
    case GRPO_H5_FLOAT64: return H5T_IEEE_F64LE;
    case GRPO_H5_INT32: return H5T_STD_I32LE;
    case GRPO_H5_INT64: return H5T_STD_I64LE;
    case GRPO_H5_UINT64: return H5T_STD_U64LE;
    case GRPO_H5_UINT8: return H5T_STD_U8LE;
    case GRPO_H5_BFLOAT16: return H5T_STD_U16LE;
    default: return H5I_INVALID_HID;
    }
}

hid_t grpo_h5_memory_type(int type) {
    switch (type) {
    case GRPO_H5_FLOAT32: return H5T_NATIVE_FLOAT;
    case GRPO_H5_FLOAT64: return H5T_NATIVE_DOUBLE;
    case GRPO_H5_INT32: return H5T_NATIVE_INT32;
    case GRPO_H5_INT64: return H5T_NATIVE_INT64;
    case GRPO_H5_UINT64: return H5T_NATIVE_UINT64;
    case GRPO_H5_UINT8: return H5T_NATIVE_UINT8;
    case GRPO_H5_BFLOAT16: return H5T_NATIVE_UINT16;
    default: return H5I_INVALID_HID;
    }
}

hid_t grpo_h5_text_type(size_t bytes) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0) return type;
    if (H5Tset_size(type, bytes) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0
        || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        return H5I_INVALID_HID;
    }
    return type;
}
