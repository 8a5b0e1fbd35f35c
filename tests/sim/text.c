/* Strings of the simulator: allocation that never fails, random words, escaping. */
#include "text.h"

#include <ctype.h>
#include <event2/http.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *text_need(void *memory) {
    if (memory == NULL) {
        fputs("wecom-sim: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

void *text_alloc(size_t bytes) {
    return text_need(calloc(1, bytes == 0 ? 1 : bytes));
}

void *text_resize(void *old, size_t items, size_t item_bytes) {
    return text_need(reallocarray(old, items == 0 ? 1 : items, item_bytes));
}

char *text_copy(const char *from) {
    return from == NULL ? NULL : text_need(strdup(from));
}

char *text_format(const char *format, ...) {
    char *out = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&out, format, args) < 0)
        out = NULL;
    va_end(args);
    return text_need(out);
}

void text_set(char **slot, const char *from) {
    char *copy = text_copy(from);

    free(*slot);
    *slot = copy;
}

static void text_bytes(unsigned char *out, size_t bytes) {
    if (RAND_bytes(out, (int)bytes) != 1) {
        fputs("wecom-sim: no random numbers\n", stderr);
        exit(1);
    }
}

char *text_random(size_t bytes) {
    unsigned char raw[256];
    size_t used = bytes > sizeof(raw) ? sizeof(raw) : bytes;
    char *out = text_alloc(used * 4 / 3 + 8);

    text_bytes(raw, used);
    EVP_EncodeBlock((unsigned char *)out, raw, (int)used);
    for (char *c = out; *c != '\0'; c++) {
        if (*c == '+')
            *c = '-';
        else if (*c == '/')
            *c = '_';
        else if (*c == '=')
            *c = '\0';
    }
    return out;
}

void text_hint(char out[24]) {
    uint64_t raw[2];

    text_bytes((unsigned char *)raw, sizeof(raw));
    snprintf(out, 24, "1%010llu%012llu", (unsigned long long)(raw[0] % 10000000000ULL),
             (unsigned long long)(raw[1] % 1000000000000ULL));
}

char *text_lower(const char *from) {
    char *out = text_copy(from);

    for (char *c = out; c != NULL && *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return out;
}

char *text_html(const char *from) {
    static const struct {
        char plain;
        const char *entity;
    } rows[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    char *out = text_alloc(strlen(from) * 6 + 1);
    char *to = out;

    for (; *from != '\0'; from++) {
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            if (rows[i].plain == *from)
                entity = rows[i].entity;
        if (entity == NULL)
            *to++ = *from;
        else
            to = stpcpy(to, entity);
    }
    return out;
}

char *text_url(const char *from) {
    return text_need(evhttp_uriencode(from, -1, 0));
}

bool text_alnum(const char *text) {
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text) || (unsigned char)*text > 126)
            return false;
    return true;
}

char *text_header(const char *from) {
    char *out = text_copy(from);

    for (char *c = out; *c != '\0'; c++)
        if (*c < 32 || *c > 126)
            *c = '?';
    return out;
}
