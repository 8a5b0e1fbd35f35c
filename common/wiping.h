/* An allocator whose memory is wiped when it goes, for libraries that are handed secrets and take
 * their allocator from us: jansson, libcurl. Each piece knows its size.
 */
#ifndef WECOM_COMMON_WIPING_H
#define WECOM_COMMON_WIPING_H

#include <stddef.h>

/* As malloc, calloc, realloc, strdup and free. What any of them returned goes to these only. A
 * size that cannot be had, or that overflows, is NULL; wiping_resize then leaves the old piece.
 */
void *wiping_new(size_t bytes);
void *wiping_new_zeroed(size_t count, size_t bytes);
void *wiping_resize(void *memory, size_t bytes);
char *wiping_copy(const char *string);
void wiping_free(void *memory);

#endif
