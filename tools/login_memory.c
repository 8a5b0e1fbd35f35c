/* What may have held the code is wiped: jansson's memory when it goes, and used-up stack. */
#include "tools/login_memory.h"

#include <jansson.h>

#include "common/secret.h"
#include "common/wiping.h"

void login_memory_start(void) {
    json_set_alloc_funcs(wiping_new, wiping_free);
}

/* A function of its own: its array lies where the functions called before it had theirs. */
__attribute__((noinline)) void login_memory_wipe_stack(void) {
    char below[64 * 1024];

    secret_wipe(below);
}
