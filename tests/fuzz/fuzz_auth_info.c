/* libFuzzer target: arbitrary bytes as what sshd says of earlier factors. Whoever has a factor has
 * a line of it, and other lines make no difference to it.
 *
 *     clang -fsanitize=fuzzer,address,undefined -I. -Iinclude -D_GNU_SOURCE
 *         tests/fuzz/fuzz_auth_info.c helper/auth_info.c -lcrypto
 */
#include "helper/auth_info.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    unsigned char fingerprint[AUTH_INFO_BYTES], again[AUTH_INFO_BYTES];
    char *text = malloc(size + 1), *more = NULL;

    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (auth_info_key(text, fingerprint)) {
        must(strstr(text, "publickey ") != NULL && text[strlen(text) - 1] == '\n');
        must(asprintf(&more, "password\n%skeyboard-interactive/pam\n", text) > 0);
        must(auth_info_key(more, again));
        must(memcmp(fingerprint, again, sizeof again) == 0);
        free(more);
    }
    free(text);
    return 0;
}
