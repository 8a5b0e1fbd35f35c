/* What may have held the code is wiped: jansson's memory when it goes, and used-up stack. */
#include "tools/login_memory.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/secret.h"

/* Stands before each piece. */
union head {
    size_t bytes;
    max_align_t align;
};

void *login_memory_new(size_t bytes) {
    union head *head;

    if (bytes > SIZE_MAX - sizeof *head)
        return NULL;
    head = malloc(sizeof *head + bytes);
    if (head == NULL)
        return NULL;
    head->bytes = bytes;
    return head + 1;
}

void login_memory_free(void *memory) {
    union head *head = memory;

    if (head == NULL)
        return;
    head--;
    secret_wipe_bytes(memory, head->bytes);
    free(head);
}

void login_memory_start(void) {
    json_set_alloc_funcs(login_memory_new, login_memory_free);
}

/* A function of its own: its array lies where the functions called before it had theirs. */
__attribute__((noinline)) void login_memory_wipe_stack(void) {
    char below[64 * 1024];

    secret_wipe(below);
}
