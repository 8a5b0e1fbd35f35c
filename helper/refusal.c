/* Why something that the administrator asked for is not done. */
#include "helper/refusal.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "helper/texts.h"

void refusal_say(struct refusal *refusal, const char *text, const char *const *words) {
    *refusal = (struct refusal){.text = text};
    for (size_t i = 0; i < REFUSAL_WORDS && words != NULL && words[i] != NULL; i++) {
        (void)snprintf(refusal->words[i], REFUSAL_WORD_BYTES, "%s", words[i]);
        text_clean(refusal->words[i], TEXT_ONE_LINE);
    }
}

const char *refusal_why(const struct refusal *refusal) {
    static const char prefix[] = "refused_";
    size_t len = sizeof prefix - 1;

    return strncmp(refusal->text, prefix, len) == 0 ? refusal->text + len : refusal->text;
}

static char *say_in(const struct refusal *refusal, enum config_lang lang, char *out, size_t bytes) {
    const char *words[REFUSAL_WORDS + 1] = {NULL};

    for (size_t i = 0; i < REFUSAL_WORDS; i++)
        words[i] = refusal->words[i];
    return texts_words(out, bytes, lang, refusal->text, words);
}

char *refusal_english(const struct refusal *refusal, char *out, size_t bytes) {
    return say_in(refusal, CONFIG_LANG_EN, out, bytes);
}

static void add_cure(const struct refusal *refusal, json_t *row) {
    char text[REFUSAL_TEXT_BYTES];

    texts_fill(text, sizeof text, CONFIG_LANG_EN, refusal->cure, NULL, refusal->cure_ip);
    (void)json_object_set_new(row, "cure", json_string(text));
    texts_fill(text, sizeof text, CONFIG_LANG_ZH, refusal->cure, NULL, refusal->cure_ip);
    (void)json_object_set_new(row, "cure_zh", json_string(text));
}

json_t *refusal_row(const struct refusal *refusal) {
    char en[REFUSAL_TEXT_BYTES], zh[REFUSAL_TEXT_BYTES];
    json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "kind", "refusal", "why", refusal_why(refusal),
                            "text", say_in(refusal, CONFIG_LANG_EN, en, sizeof en), "text_zh",
                            say_in(refusal, CONFIG_LANG_ZH, zh, sizeof zh));

    if (row != NULL && refusal->cure != NULL)
        add_cure(refusal, row);
    return row;
}
