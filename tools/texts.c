/* What the two programs say to people: one table, English and Chinese side by side. */
#include "tools/texts.h"

#include <string.h>

#include "common/text.h"

static const struct {
    const char *en, *zh;
} texts[TEXTS_COUNT] = {
#define X(constant, en, zh) {(en), (zh)},
    TEXTS(X)
#undef X
};

const char *texts_get(enum texts_id id, enum texts_lang lang) {
    return lang == TEXTS_ZH ? texts[id].zh : texts[id].en;
}

/* A string that grows up to its array's end. */
struct line {
    char *bytes;
    size_t size, len;
};

static void add(struct line *to, const char *bytes, size_t len) {
    size_t room = to->size - to->len - 1;

    if (len > room)
        len = room;
    memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    to->bytes[to->len] = '\0';
}

/* The word that the place at `at` stands for; NULL where there is no place or no word for it. */
static const char *word_at(const char *at, const char *const *words) {
    if (words == NULL || at[0] != '{' || at[1] < '1' || at[1] > '9' || at[2] != '}')
        return NULL;
    for (int left = at[1] - '1'; left > 0; left--, words++) {
        if (*words == NULL)
            return NULL;
    }
    return *words;
}

static void add_filled(struct line *to, const char *text, const char *const *words) {
    while (*text != '\0') {
        const char *word = word_at(text, words);

        if (word != NULL) {
            add(to, word, strlen(word));
            text += 3;
        } else {
            add(to, text, 1);
            text++;
        }
    }
}

static char *write_out(char *out, size_t bytes, enum texts_id id, enum texts_lang lang,
                       const char *const *words, const char *between) {
    struct line to = {.bytes = out, .size = bytes};

    out[0] = '\0';
    if (lang != TEXTS_EN)
        add_filled(&to, texts[id].zh, words);
    if (lang == TEXTS_BOTH)
        add(&to, between, 1);
    if (lang != TEXTS_ZH)
        add_filled(&to, texts[id].en, words);
    text_clean(out, TEXT_LINES);
    return out;
}

char *texts_say(char *out, size_t bytes, enum texts_id id, enum texts_lang lang,
                const char *const *words) {
    return write_out(out, bytes, id, lang, words, "\n");
}

char *texts_label_with(char *out, size_t bytes, enum texts_id id, enum texts_lang lang,
                       const char *const *words) {
    write_out(out, bytes, id, lang, words, " ");
    text_clean(out, TEXT_ONE_LINE);
    return out;
}

char *texts_label(char *out, size_t bytes, enum texts_id id, enum texts_lang lang) {
    return write_out(out, bytes, id, lang, NULL, " ");
}

bool texts_lang_of(const char *word, enum texts_lang *lang) {
    static const struct {
        const char *word;
        enum texts_lang lang;
    } known[] = {{"both", TEXTS_BOTH}, {"en", TEXTS_EN}, {"zh", TEXTS_ZH}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(word, known[i].word) == 0) {
            *lang = known[i].lang;
            return true;
        }
    }
    return false;
}
