/* Sentences of the pages, Chinese and English: a table made from po/ when the program is built. */
#include "web/texts.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *id, *en, *zh;
} texts[] = {
#include "web_texts.inc"
};

const char *web_text(const char *id, enum language language) {
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].id, id) == 0)
            return language == LANGUAGE_EN ? texts[i].en : texts[i].zh;
    }
    return "";
}
