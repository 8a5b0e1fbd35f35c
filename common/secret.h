/* Bytes that must not outlive their use: wiped when they go, compared in constant time. */
#ifndef WECOM_COMMON_SECRET_H
#define WECOM_COMMON_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "wecom/error.h"

/* Owned by whoever declares it. `bytes` is NULL while empty, else followed by a NUL that `len` does
 * not count, so that it can be read as a string. {0} is a valid empty secret.
 */
struct secret {
    char *bytes;
    size_t len;
};

/* Replaces what `s` holds by a copy. The old bytes are wiped. WECOM_E_MEMORY leaves `s` empty. */
enum wecom_error secret_set(struct secret *s, const char *bytes, size_t len);

/* Moves: `from` is empty afterwards, what `to` held is wiped. */
void secret_move(struct secret *to, struct secret *from);

/* Wipes and frees; `s` is empty afterwards and may be used again. */
void secret_clear(struct secret *s);

/* In time that depends on the lengths only. Two empty secrets are no match. */
bool secret_equal(const struct secret *a, const struct secret *b);

/* The same for plain bytes: false when either is empty or the lengths differ. */
bool secret_equal_bytes(const void *a, size_t a_len, const void *b, size_t b_len);

/* Wipes an array. Given a pointer, whose size is not that of what it points to, it does not
 * compile: secret_wipe(pointer) is a mistake that must not pass in silence.
 */
#define secret_wipe(array)                                                                         \
    secret_wipe_bytes((array), sizeof(array) + 0 * sizeof(struct {                                 \
                                                   _Static_assert(!__builtin_types_compatible_p(   \
                                                                      __typeof__(array),           \
                                                                      __typeof__(&(array)[0])),    \
                                                                  "secret_wipe() needs an array"); \
                                                   int unused;                                     \
                                               }))

/* explicit_bzero under our name, NULL allowed. */
void secret_wipe_bytes(void *bytes, size_t len);

/* Wipes a NUL-terminated string and frees it; NULL allowed. */
void secret_free_string(char *string);

#endif
