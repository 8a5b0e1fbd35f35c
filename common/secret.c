/* Bytes that must not outlive their use: wiped when they go, compared in constant time. */
#include "common/secret.h"

#include <stdlib.h>
#include <string.h>

void secret_wipe_bytes(void *bytes, size_t len) {
    if (bytes != NULL)
        explicit_bzero(bytes, len);
}

void secret_free_string(char *string) {
    if (string == NULL)
        return;
    explicit_bzero(string, strlen(string));
    free(string);
}

void secret_clear(struct secret *s) {
    secret_wipe_bytes(s->bytes, s->len);
    free(s->bytes);
    *s = (struct secret){0};
}

enum wecom_error secret_set(struct secret *s, const char *bytes, size_t len) {
    char *copy = NULL;

    if (len > 0) {
        copy = malloc(len + 1);
        if (copy != NULL) {
            memcpy(copy, bytes, len);
            copy[len] = '\0';
        }
    }
    secret_clear(s);
    if (len > 0 && copy == NULL)
        return WECOM_E_MEMORY;
    s->bytes = copy;
    s->len = len;
    return WECOM_OK;
}

void secret_move(struct secret *to, struct secret *from) {
    secret_clear(to);
    *to = *from;
    *from = (struct secret){0};
}

bool secret_equal_bytes(const void *a, size_t a_len, const void *b, size_t b_len) {
    const volatile unsigned char *x = a, *y = b;
    unsigned char difference = 0;

    if (a_len == 0 || b_len == 0 || a_len != b_len)
        return false;
    for (size_t i = 0; i < a_len; i++)
        difference |= (unsigned char)(x[i] ^ y[i]);
    return difference == 0;
}

bool secret_equal(const struct secret *a, const struct secret *b) {
    return secret_equal_bytes(a->bytes, a->len, b->bytes, b->len);
}
