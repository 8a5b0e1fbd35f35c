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

/* What stands in the places of a text. */
struct fill {
    const char *id, *ip;
    const char *const *words; /* NULL: none */
};

/* The word for the place at `at`, "" where it has none, and how long the place is; NULL: it is no
 * place.
 */
static const char *word_at(const char *at, const struct fill *fill, size_t *len) {
    const char *word = NULL;

    *len = 4;
    if (strncmp(at, "{id}", 4) == 0)
        return fill->id != NULL ? fill->id : "";
    if (strncmp(at, "{ip}", 4) == 0)
        return fill->ip != NULL ? fill->ip : "";
    *len = 3;
    if (fill->words == NULL || at[0] != '{' || at[1] < '1' || at[1] > '9' || at[2] != '}')
        return NULL;
    for (int i = 0; i <= at[1] - '1'; i++) {
        word = fill->words[i];
        if (word == NULL)
            break;
    }
    return word;
}

static bool put_filled(char *out, size_t bytes, const char *text, const struct fill *fill) {
    bool fits = true;

    while (*text != '\0' && fits) {
        size_t len = strcspn(text, "{"), place;
        const char *word;

        fits = put(out, bytes, text, len);
        text += len;
        if (*text == '\0')
            break;
        word = word_at(text, fill, &place);
        if (word == NULL) {
            word = "{";
            place = 1;
        }
        fits = fits && put(out, bytes, word, strlen(word));
        text += place;
    }
    return fits;
}

static char *write_out(char *out, size_t bytes, enum config_lang lang, const char *text_id,
                       const struct fill *fill) {
    const struct text *text = find(text_id);
    bool fits = text != NULL;

    out[0] = '\0';
    if (fits && lang != CONFIG_LANG_EN)
        fits = put_filled(out, bytes, text->zh, fill);
    if (fits && lang == CONFIG_LANG_BOTH)
        fits = put(out, bytes, "\n", 1);
    if (fits && lang != CONFIG_LANG_ZH)
        (void)put_filled(out, bytes, text->en, fill);
    return out;
}

char *texts_fill(char *out, size_t bytes, enum config_lang lang, const char *text_id,
                 const char *id, const char *ip) {
    return write_out(out, bytes, lang, text_id, &(const struct fill){.id = id, .ip = ip});
}

char *texts_words(char *out, size_t bytes, enum config_lang lang, const char *text_id,
                  const char *const *words) {
    return write_out(out, bytes, lang, text_id, &(const struct fill){.words = words});
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
