// Laying out a file in memory.

#include "driver.h"

#include <stdlib.h>
#include <string.h>

/// A creation list whose objects carry no times, so that equal states give equal files.
static hid_t timeless(hid_t class) {
    hid_t list = H5Pcreate(class);
    if (list >= 0 && H5Pset_obj_track_times(list, 0) < 0) return H5I_INVALID_HID;
    return list;
}

/// A link creation list for names in UTF-8.
static hid_t utf8_links(void) {
    hid_t list = H5Pcreate(H5P_LINK_CREATE);
    if (list >= 0 && H5Pset_char_encoding(list, H5T_CSET_UTF8) < 0) return H5I_INVALID_HID;
    return list;
}

static void free_pages(grpo_h5_image *image) {
    for (size_t i = 0; i < image->page_count; ++i) free(image->pages[i].bytes);
    free(image->pages);
    free(image);
}

grpo_h5_image *grpo_h5_image_create(void) {
    grpo_h5_image *image = calloc(1, sizeof *image);
    if (!image) {
        grpo_h5_refuse("out of memory");
        return NULL;
    }
    grpo_h5_enter();
    hid_t access = grpo_h5_image_access(image);
    hid_t creation = timeless(H5P_FILE_CREATE);
    image->file = H5I_INVALID_HID;
    if (access >= 0 && creation >= 0) {
        image->file = H5Fcreate("grpo_image", H5F_ACC_TRUNC, creation, access);
    }
    int failed = image->file < 0;
    if (failed) grpo_h5_fail("cannot lay out a file");
    if (creation >= 0) H5Pclose(creation);
    if (access >= 0) H5Pclose(access);
    if (failed) {
        free_pages(image);
        image = NULL;
    }
    grpo_h5_leave();
    return image;
}

/// Makes the groups that lead to `path`.
static int make_groups(hid_t file, const char *path) {
    char *prefix = strdup(path);
    hid_t creation = timeless(H5P_GROUP_CREATE);
    hid_t links = utf8_links();
    int result = prefix && creation >= 0 && links >= 0 ? 0 : grpo_h5_fail("cannot make a group");
    char *slash = prefix;
    while (result == 0 && (slash = strchr(slash, '/'))) {
        *slash = 0;
        htri_t exists = H5Lexists(file, prefix, H5P_DEFAULT);
        if (exists == 0) {
            hid_t group = H5Gcreate2(file, prefix, links, creation, H5P_DEFAULT);
            if (group < 0) {
                result = grpo_h5_fail("cannot make a group");
            } else {
                H5Gclose(group);
            }
        } else if (exists < 0) {
            result = grpo_h5_fail("cannot look up a group");
        }
        *slash = '/';
        slash += 1;
    }
    if (links >= 0) H5Pclose(links);
    if (creation >= 0) H5Pclose(creation);
    free(prefix);
    return result;
}

/// Space for the whole dataset is reserved at once and never filled: its bytes come from the caller.
static int reserve(hid_t creation, int has_bytes) {
    return H5Pset_layout(creation, H5D_CONTIGUOUS) < 0
            || H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) < 0
            || H5Pset_alloc_time(creation, has_bytes ? H5D_ALLOC_TIME_EARLY : H5D_ALLOC_TIME_LATE)
                < 0
        ? -1
        : 0;
}

int grpo_h5_image_add(
    grpo_h5_image *image, const char *path, int type, int rank, const uint64_t *shape,
    uint64_t bytes, uint64_t *offset) {
    if (rank < 0 || rank > GRPO_H5_MAX_RANK) return grpo_h5_refuse("too many dimensions");
    hsize_t extents[GRPO_H5_MAX_RANK];
    for (int i = 0; i < rank; ++i) extents[i] = shape[i];

    grpo_h5_enter();
    if (make_groups(image->file, path) < 0) {
        grpo_h5_leave();
        return -1;
    }
    int text = type == GRPO_H5_TEXT;
    hid_t element = text ? grpo_h5_text_type(bytes ? bytes : 1) : grpo_h5_file_type(type);
    hid_t space = text && bytes == 0 ? H5Screate(H5S_NULL)
        : rank == 0                  ? H5Screate(H5S_SCALAR)
                                     : H5Screate_simple(rank, extents, NULL);
    hid_t creation = timeless(H5P_DATASET_CREATE);
    hid_t links = utf8_links();
    hid_t dataset = H5I_INVALID_HID;
    if (element >= 0 && space >= 0 && creation >= 0 && links >= 0
        && reserve(creation, bytes > 0) == 0) {
        dataset = H5Dcreate2(image->file, path, element, space, links, creation, H5P_DEFAULT);
    }
    int result = dataset < 0 ? grpo_h5_fail("cannot add a dataset") : 0;
    if (result == 0) {
        haddr_t address = bytes > 0 ? H5Dget_offset(dataset) : HADDR_UNDEF;
        if (bytes > 0 && address == HADDR_UNDEF) {
            result = grpo_h5_fail("a dataset got no space");
        }
        *offset = address == HADDR_UNDEF ? GRPO_H5_NO_OFFSET : (uint64_t)address;
        H5Dclose(dataset);
    }
    if (links >= 0) H5Pclose(links);
    if (creation >= 0) H5Pclose(creation);
    if (space >= 0) H5Sclose(space);
    if (text && element >= 0) H5Tclose(element);
    grpo_h5_leave();
    return result;
}

int grpo_h5_image_attribute(
    grpo_h5_image *image, const char *name, const char *value, size_t bytes) {
    grpo_h5_enter();
    hid_t type = grpo_h5_text_type(bytes);
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5I_INVALID_HID;
    if (type >= 0 && space >= 0) {
        attribute = H5Acreate2(image->file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    }
    int result = attribute < 0 || H5Awrite(attribute, type, value) < 0
        ? grpo_h5_fail("cannot write an attribute")
        : 0;
    if (attribute >= 0) H5Aclose(attribute);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    grpo_h5_leave();
    return result;
}

int grpo_h5_image_finish(grpo_h5_image *image) {
    grpo_h5_enter();
    int result = 0;
    if (image->file >= 0) {
        result = H5Fclose(image->file) < 0 ? grpo_h5_fail("cannot complete a file") : 0;
        image->file = H5I_INVALID_HID;
    }
    grpo_h5_leave();
    return result;
}

uint64_t grpo_h5_image_length(const grpo_h5_image *image) { return image->end; }

void grpo_h5_image_free(grpo_h5_image *image) {
    grpo_h5_image_finish(image);
    free_pages(image);
}
