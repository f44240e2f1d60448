// Reading a file.

#include "internal.h"

#include <stdlib.h>
#include <string.h>

int64_t grpo_h5_open(const char *path) {
    grpo_h5_enter();
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 10, 7)
    // A finished checkpoint never changes, and some file systems know no locks.
    if (access >= 0) H5Pset_file_locking(access, 0, 1);
#endif
    hid_t file = access < 0 ? access : H5Fopen(path, H5F_ACC_RDONLY, access);
    if (file < 0) grpo_h5_fail("not readable as HDF5");
    if (access >= 0) H5Pclose(access);
    grpo_h5_leave();
    return file < 0 ? -1 : file;
}

int grpo_h5_close(int64_t file) {
    grpo_h5_enter();
    int result = H5Fclose(file) < 0 ? grpo_h5_fail("cannot close the file") : 0;
    grpo_h5_leave();
    return result;
}

typedef struct {
    void (*visit)(const char *, void *);
    void *context;
    const char *refusal;
} visitor;

static herr_t visit_link(hid_t group, const char *path, const H5L_info_t *link, void *data) {
    visitor *v = data;
    if (link->type != H5L_TYPE_HARD) {
        v->refusal = "the file contains a soft or external link, which no checkpoint has";
        return -1;
    }
    hid_t object = H5Oopen(group, path, H5P_DEFAULT);
    if (object < 0) return -1;
    H5I_type_t kind = H5Iget_type(object);
    H5Oclose(object);
    if (kind == H5I_DATASET) {
        v->visit(path, v->context);
    } else if (kind != H5I_GROUP) {
        v->refusal = "the file contains an object that is neither group nor dataset";
        return -1;
    }
    return 0;
}

int grpo_h5_list(int64_t file, void (*visit)(const char *path, void *context), void *context) {
    visitor v = {visit, context, NULL};
    grpo_h5_enter();
    int result = 0;
    if (H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, visit_link, &v) < 0) {
        result = v.refusal ? grpo_h5_refuse(v.refusal) : grpo_h5_fail("cannot list the datasets");
    }
    grpo_h5_leave();
    return result;
}

/// 1 when every component of `path` is a hard link and the last one a dataset; 0 when there is no
/// such name; -1 on failure. The library itself fails when a leading group is missing.
static int find(hid_t file, const char *path) {
    char *prefix = strdup(path);
    if (!prefix) return grpo_h5_refuse("out of memory");
    int result = 1;
    char *slash = prefix;
    do {
        slash = strchr(slash, '/');
        if (slash) *slash = 0;
        htri_t exists = H5Lexists(file, prefix, H5P_DEFAULT);
        H5L_info_t link;
        H5O_info_t object;
        if (exists < 0) {
            result = grpo_h5_fail("cannot look up a name");
        } else if (exists == 0) {
            result = 0;
        } else if (H5Lget_info(file, prefix, &link, H5P_DEFAULT) < 0) {
            result = grpo_h5_fail("cannot look up a name");
        } else if (link.type != H5L_TYPE_HARD) {
            result = grpo_h5_refuse("a soft or external link, which no checkpoint has");
        } else if (H5Oget_info_by_name(file, prefix, &object, H5P_DEFAULT) < 0) {
            result = grpo_h5_fail("cannot look up a name");
        } else if (object.type != (slash ? H5O_TYPE_GROUP : H5O_TYPE_DATASET)) {
            result = 0;
        }
        if (slash) *slash++ = '/';
    } while (slash && result == 1);
    free(prefix);
    return result;
}

int grpo_h5_exists(int64_t file, const char *path) {
    grpo_h5_enter();
    int result = find(file, path);
    grpo_h5_leave();
    return result;
}

/// The element type and its size; -1 when it is not one of ours.
static int element_type(hid_t dataset, size_t *size) {
    hid_t type = H5Dget_type(dataset);
    if (type < 0) return grpo_h5_fail("cannot read a type");
    int result = -1;
    *size = H5Tget_size(type);
    if (H5Tget_class(type) == H5T_STRING) {
        if (H5Tis_variable_str(type) == 0 && H5Tget_cset(type) == H5T_CSET_UTF8
            && H5Tget_strpad(type) == H5T_STR_NULLPAD) {
            result = GRPO_H5_TEXT;
        }
    } else {
        for (int t = GRPO_H5_FLOAT32; t <= GRPO_H5_BFLOAT16 && result < 0; ++t) {
            if (H5Tequal(type, grpo_h5_file_type(t)) > 0) result = t;
        }
    }
    H5Tclose(type);
    return result < 0 ? grpo_h5_refuse("an element type that no checkpoint has") : result;
}

/// Whether the bytes lie plainly in this file.
static int is_plain(hid_t dataset) {
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0) return 0;
    int plain = H5Pget_layout(creation) == H5D_CONTIGUOUS && H5Pget_external_count(creation) == 0;
    H5Pclose(creation);
    return plain;
}

static int shape_of(hid_t dataset, size_t size, grpo_h5_dataset *out) {
    hid_t space = H5Dget_space(dataset);
    if (space < 0) return grpo_h5_fail("cannot read a shape");
    int result = 0;
    hsize_t extents[GRPO_H5_MAX_RANK];
    H5S_class_t kind = H5Sget_simple_extent_type(space);
    out->rank = H5Sget_simple_extent_ndims(space);
    out->bytes = kind == H5S_NULL ? 0 : size;
    if (out->rank < 0 || out->rank > GRPO_H5_MAX_RANK) {
        result = grpo_h5_refuse("more dimensions than a checkpoint has");
    } else if (kind == H5S_NULL && out->type != GRPO_H5_TEXT) {
        result = grpo_h5_refuse("an array without a shape");
    } else if (out->type == GRPO_H5_TEXT && out->rank != 0) {
        result = grpo_h5_refuse("an array of texts");
    } else if (out->rank > 0 && H5Sget_simple_extent_dims(space, extents, NULL) < 0) {
        result = grpo_h5_fail("cannot read a shape");
    }
    for (int i = 0; result == 0 && i < out->rank; ++i) {
        out->shape[i] = extents[i];
        if (__builtin_mul_overflow(out->bytes, extents[i], &out->bytes)) {
            result = grpo_h5_refuse("a shape whose size overflows");
        }
    }
    H5Sclose(space);
    return result;
}

static int describe(hid_t dataset, grpo_h5_dataset *out) {
    size_t size = 0;
    memset(out, 0, sizeof *out);
    out->type = element_type(dataset, &size);
    if (out->type < 0) return -1;
    if (!is_plain(dataset)) return grpo_h5_refuse("chunked, filtered or external storage");
    return shape_of(dataset, size, out);
}

int grpo_h5_describe(int64_t file, const char *path, grpo_h5_dataset *out) {
    grpo_h5_enter();
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    int result = dataset < 0 ? grpo_h5_fail("cannot open the dataset") : describe(dataset, out);
    if (dataset >= 0) H5Dclose(dataset);
    grpo_h5_leave();
    return result;
}

int grpo_h5_read(int64_t file, const char *path, void *destination, uint64_t bytes) {
    grpo_h5_enter();
    grpo_h5_dataset info;
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    int result = dataset < 0 ? grpo_h5_fail("cannot open the dataset") : describe(dataset, &info);
    if (result == 0 && info.bytes != bytes) {
        result = grpo_h5_refuse("the dataset's length is not the buffer's");
    }
    if (result == 0 && bytes > 0) {
        int text = info.type == GRPO_H5_TEXT;
        hid_t type = text ? grpo_h5_text_type(bytes) : grpo_h5_memory_type(info.type);
        if (type < 0 || H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, destination) < 0) {
            result = grpo_h5_fail("cannot read the dataset");
        }
        if (text && type >= 0) H5Tclose(type);
    }
    if (dataset >= 0) H5Dclose(dataset);
    grpo_h5_leave();
    return result;
}

int64_t grpo_h5_attribute(int64_t file, const char *name, char *destination, size_t capacity) {
    grpo_h5_enter();
    int64_t result = -1;
    htri_t exists = H5Aexists(file, name);
    if (exists < 0) {
        grpo_h5_fail("cannot look up an attribute");
    } else if (exists == 0) {
        result = -2;
    } else {
        hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
        hid_t type = attribute < 0 ? attribute : H5Aget_type(attribute);
        hid_t space = attribute < 0 ? attribute : H5Aget_space(attribute);
        if (type < 0 || space < 0) {
            grpo_h5_fail("cannot open an attribute");
        } else if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0
                   || H5Sget_simple_extent_npoints(space) != 1) {
            grpo_h5_refuse("an attribute that is not one text");
        } else {
            result = (int64_t)H5Tget_size(type);
            if ((size_t)result <= capacity && H5Aread(attribute, type, destination) < 0) {
                result = grpo_h5_fail("cannot read an attribute");
            }
        }
        if (space >= 0) H5Sclose(space);
        if (type >= 0) H5Tclose(type);
        if (attribute >= 0) H5Aclose(attribute);
    }
    grpo_h5_leave();
    return result;
}
