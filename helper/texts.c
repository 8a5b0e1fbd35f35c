/* Sentences for people, Chinese and English: tables made from po/ when the helper is built. */
#include "helper/texts.h"

#include <stdio.h>
#include <string.h>

struct text {
    const char *id, *en, *zh;
};

static const struct text texts[] = {
#include "texts.inc"
};

static const struct text *find(const char *id) {
    for (size_t i = 0; id != NULL && i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].id, id) == 0)
            return &texts[i];
    }
    return NULL;
}

const char *texts_zh(const char *id) {
    const struct text *text = find(id);

    return text != NULL ? text->zh : NULL;
}

const char *texts_en(const char *id) {
    const struct text *text = find(id);

    return text != NULL ? text->en : NULL;
}

/* False when not all of it fits: then it is cut at a character, and nothing may follow. */
static bool put(char *out, size_t bytes, const char *from, size_t len) {
    size_t used = strlen(out), fits = len;

    if (fits > bytes - used - 1) {
        fits = bytes - used - 1;
        while (fits > 0 && ((unsigned char)from[fits] & 0xC0u) == 0x80u)
            fits--;
    }
    memcpy(out + used, from, fits);
    out[used + fits] = '\0';
    return fits == len;
}

static bool put_filled(char *out, size_t bytes, const char *text, const char *id, const char *ip) {
    bool fits = true;

    while (*text != '\0' && fits) {
        size_t len = strcspn(text, "{");
        bool is_id = strncmp(text + len, "{id}", 4) == 0;
        bool is_ip = strncmp(text + len, "{ip}", 4) == 0;

        fits = put(out, bytes, text, len);
        text += len;
        if (is_id || is_ip) {
            const char *value = is_id ? id : ip;

            fits = fits &&
                   put(out, bytes, value != NULL ? value : "", value != NULL ? strlen(value) : 0);
            text += 4;
        } else if (*text != '\0') {
            fits = fits && put(out, bytes, text++, 1);
        }
    }
    return fits;
}

char *texts_fill(char *out, size_t bytes, enum config_lang lang, const char *text_id,
                 const char *id, const char *ip) {
    const struct text *text = find(text_id);
    bool fits = text != NULL;

    out[0] = '\0';
    if (fits && lang != CONFIG_LANG_EN)
        fits = put_filled(out, bytes, text->zh, id, ip);
    if (fits && lang == CONFIG_LANG_BOTH)
        fits = put(out, bytes, "\n", 1);
    if (fits && lang != CONFIG_LANG_ZH)
        (void)put_filled(out, bytes, text->en, id, ip);
    return out;
}

char *texts_line(char *out, size_t bytes, enum config_lang lang, const char *text_id) {
    const struct text *text = find(text_id);
    bool fits = text != NULL;

    out[0] = '\0';
    if (fits && lang != CONFIG_LANG_EN)
        fits = put(out, bytes, text->zh, strlen(text->zh));
    if (fits && lang == CONFIG_LANG_BOTH)
        fits = put(out, bytes, " / ", 3);
    if (fits && lang != CONFIG_LANG_ZH)
        fits = put(out, bytes, text->en, strlen(text->en));
    if (fits)
        (void)put(out, bytes, ": ", 2);
    return out;
}
