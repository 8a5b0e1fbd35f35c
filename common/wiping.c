/* An allocator whose memory is wiped when it goes. */
#include "common/wiping.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"

/* Stands before each piece. */
union head {
    size_t bytes;
    max_align_t align;
};

void *wiping_new(size_t bytes) {
    union head *head;

    if (bytes > SIZE_MAX - sizeof *head)
        return NULL;
    head = malloc(sizeof *head + bytes);
    if (head == NULL)
        return NULL;
    head->bytes = bytes;
    return head + 1;
}

void *wiping_new_zeroed(size_t count, size_t bytes) {
    void *memory;

    if (bytes != 0 && count > SIZE_MAX / bytes)
        return NULL;
    memory = wiping_new(count * bytes);
    if (memory != NULL)
        memset(memory, 0, count * bytes);
    return memory;
}

void *wiping_resize(void *memory, size_t bytes) {
    void *more = wiping_new(bytes);
    size_t kept;

    if (memory == NULL || more == NULL)
        return more;
    kept = ((union head *)memory - 1)->bytes;
    memcpy(more, memory, kept < bytes ? kept : bytes);
    wiping_free(memory);
    return more;
}

char *wiping_copy(const char *string) {
    size_t bytes = strlen(string) + 1;
    char *copy = wiping_new(bytes);

    if (copy != NULL)
        memcpy(copy, string, bytes);
    return copy;
}

void wiping_free(void *memory) {
    union head *head = memory;

    if (head == NULL)
        return;
    head--;
    secret_wipe_bytes(memory, head->bytes);
    free(head);
}
