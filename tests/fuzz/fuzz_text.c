/* libFuzzer target: arbitrary bytes as a string for a terminal and for a log. The first byte says
 * how large the log's buffer is.
 *
 *     clang -fsanitize=fuzzer,address,undefined -I. -Iinclude -D_GNU_SOURCE
 *         tests/fuzz/fuzz_text.c common/text.c
 */
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static char *copy_of(const uint8_t *data, size_t size) {
    char *copy = malloc(size + 1);

    must(copy != NULL);
    memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

static void check_clean(const char *string, enum text_lines lines) {
    size_t before = strlen(string);
    char *text = copy_of((const uint8_t *)string, before), *again;

    text_clean(text, lines);
    must(strlen(text) <= before && text_is_utf8(text, strlen(text)));
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        must(*c >= 0x20 || (lines == TEXT_LINES && (*c == '\n' || *c == '\t')));
        must(*c != 0x7F);
    }
    again = copy_of((const uint8_t *)text, strlen(text));
    text_clean(again, lines);
    must(strcmp(text, again) == 0);
    free(again);
    free(text);
}

static void check_escape(const char *string, size_t out_bytes) {
    size_t most = 4 * strlen(string) + 1;
    char *out = malloc(out_bytes), *whole = malloc(most);

    must(whole != NULL && (out != NULL || out_bytes == 0));
    must(text_escape(out, out_bytes, string) == out);
    text_escape(whole, most, string);
    for (const char *c = whole; *c != '\0'; c++)
        must(*c != '\'' && (unsigned char)*c >= 0x20 && *c != 0x7F);
    must(text_is_utf8(whole, strlen(whole)));
    if (out_bytes > 0) {
        must(strlen(out) < out_bytes && strncmp(out, whole, strlen(out)) == 0);
        must(text_is_utf8(out, strlen(out)));
        must(out_bytes < most || strcmp(out, whole) == 0);
    }
    free(out);
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *string;

    if (size == 0)
        return 0;
    string = copy_of(data + 1, size - 1);
    must(text_is_utf8(string, 0));
    check_clean(string, TEXT_ONE_LINE);
    check_clean(string, TEXT_LINES);
    check_escape(string, data[0]);
    free(string);
    return 0;
}
