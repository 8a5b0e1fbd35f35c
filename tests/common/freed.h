/* Looks into every block of memory that is given back, for tests about wiping: free() of this
 * program is ours and scans the block for a needle before it passes it on. Include it in one file.
 * Where the memory checker brings its own free(), nothing is seen, and `freed_can_see` is false.
 */
#ifndef WECOM_TESTS_COMMON_FREED_H
#define WECOM_TESTS_COMMON_FREED_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What is looked for, NULL for nothing, and what was seen. Volatile, since compilers know free()
 * and believe that it changes no variable.
 */
static const char *volatile freed_needle;
static volatile size_t freed_blocks, freed_unwiped;

#if defined(__SANITIZE_ADDRESS__)
#define FREED_IS_TAKEN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FREED_IS_TAKEN 1
#endif
#endif

#ifndef FREED_IS_TAKEN
void __libc_free(void *block);
void free(void *block);

void free(void *block) {
    const char *needle = freed_needle;

    if (block != NULL && needle != NULL) {
        freed_blocks++;
        if (memmem(block, malloc_usable_size(block), needle, strlen(needle)) != NULL)
            freed_unwiped++;
    }
    __libc_free(block);
}
#endif

/* From here on, count the blocks that still hold `needle` when they are freed. */
static inline void freed_watch(const char *needle) {
    freed_blocks = 0;
    freed_unwiped = 0;
    freed_needle = needle;
}

/* Ends the watch; how many blocks went back with the needle in them. */
static inline size_t freed_end(void) {
    freed_needle = NULL;
    return freed_unwiped;
}

/* Does the watch see anything here at all? */
static inline bool freed_can_see(void) {
    void (*volatile give_back)(void *) = free; /* not the compiler's idea of free() */
    char *block = calloc(1, 64);

    if (block == NULL)
        return false;
    memcpy(block + 20, "needle in the hay", 18);
    freed_watch("needle in the hay");
    give_back(block);
    return freed_end() == 1;
}

#endif
