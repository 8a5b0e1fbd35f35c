/* Names and numbers of /etc/passwd and /etc/group, read once and then asked often. */
#include "helper/locals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct file {
    const char *path;
    struct stat seen;
};

struct locals {
    struct file files[2]; /* passwd, group */
    char **names;
    uint32_t *numbers;
    size_t names_count, numbers_count, names_room, numbers_room;
};

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_numbers(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static bool add_name(struct locals *l, const char *name) {
    if (l->names_count == l->names_room) {
        size_t room = l->names_room * 2 + 64;
        char **more = reallocarray(l->names, room, sizeof *more);

        if (more == NULL)
            return false;
        l->names = more;
        l->names_room = room;
    }
    l->names[l->names_count] = strdup(name);
    return l->names[l->names_count] != NULL && ++l->names_count > 0;
}

static bool add_number(struct locals *l, uint32_t number) {
    if (l->numbers_count == l->numbers_room) {
        size_t room = l->numbers_room * 2 + 64;
        uint32_t *more = reallocarray(l->numbers, room, sizeof *more);

        if (more == NULL)
            return false;
        l->numbers = more;
        l->numbers_room = room;
    }
    l->numbers[l->numbers_count++] = number;
    return true;
}

/* "name:password:NUMBER:NUMBER:...": in passwd both are taken, the uid and the primary gid. */
static bool add_line(struct locals *l, char *line, int number_fields) {
    char *rest = line, *name = strsep(&rest, ":");

    if (name[0] == '\0' || name[0] == '#' || name[0] == '\n' || rest == NULL)
        return true;
    if (!add_name(l, name) || strsep(&rest, ":") == NULL)
        return false;
    for (int i = 0; i < number_fields && rest != NULL; i++) {
        char *field = strsep(&rest, ":"), *end = NULL;
        unsigned long number = strtoul(field, &end, 10);

        if (end != field && number <= UINT32_MAX && !add_number(l, (uint32_t)number))
            return false;
    }
    return true;
}

static bool read_file(struct locals *l, struct file *file, int number_fields) {
    FILE *stream = fopen(file->path, "re");
    bool good = stream != NULL && fstat(fileno(stream), &file->seen) == 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    while (good && (len = getline(&line, &room, stream)) >= 0)
        good = add_line(l, line, number_fields);
    if (stream != NULL) {
        good = good && !ferror(stream);
        (void)fclose(stream);
    }
    free(line);
    return good;
}

struct locals *locals_read(const char *passwd, const char *group) {
    struct locals *l = calloc(1, sizeof *l);
    int kept;

    if (l == NULL)
        return NULL;
    l->files[0].path = passwd;
    l->files[1].path = group;
    if (!read_file(l, &l->files[0], 2) || !read_file(l, &l->files[1], 1)) {
        kept = errno;
        locals_free(l);
        errno = kept;
        return NULL;
    }
    if (l->names_count > 0)
        qsort(l->names, l->names_count, sizeof *l->names, compare_names);
    if (l->numbers_count > 0)
        qsort(l->numbers, l->numbers_count, sizeof *l->numbers, compare_numbers);
    return l;
}

void locals_free(struct locals *locals) {
    if (locals == NULL)
        return;
    for (size_t i = 0; i < locals->names_count; i++)
        free(locals->names[i]);
    free(locals->names);
    free(locals->numbers);
    free(locals);
}

bool locals_is_stale(const struct locals *locals) {
    for (size_t i = 0; i < 2; i++) {
        const struct stat *seen = &locals->files[i].seen;
        struct stat now;

        if (stat(locals->files[i].path, &now) != 0 || now.st_dev != seen->st_dev ||
            now.st_ino != seen->st_ino || now.st_size != seen->st_size ||
            now.st_mtim.tv_sec != seen->st_mtim.tv_sec ||
            now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec)
            return true;
    }
    return false;
}

bool locals_has_name(const struct locals *locals, const char *name) {
    return locals->names_count > 0 && bsearch(&name, locals->names, locals->names_count,
                                              sizeof *locals->names, compare_names) != NULL;
}

bool locals_has_number(const struct locals *locals, uint32_t number) {
    return locals->numbers_count > 0 && bsearch(&number, locals->numbers, locals->numbers_count,
                                                sizeof *locals->numbers, compare_numbers) != NULL;
}
