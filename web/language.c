/* In which language a page is written. */
#include "web/language.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { WHOLE = 1000 };

/* "0", "0.7", "1.000" in thousandths; -1: it is no weight. */
static int parse_weight(const char *text, size_t len) {
    int weight, digit = WHOLE / 10;

    if (len == 0 || len > 5 || (text[0] != '0' && text[0] != '1') || (len > 1 && text[1] != '.'))
        return -1;
    weight = (text[0] - '0') * WHOLE;
    for (size_t i = 2; i < len; i++, digit /= 10) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        weight += (text[i] - '0') * digit;
    }
    return weight <= WHOLE ? weight : -1;
}

/* The weight of one element "TAG;q=0.5"; one that cannot be read weighs nothing. */
static int weight_of(const char *element, size_t len) {
    const char *semicolon = memchr(element, ';', len);
    size_t at;

    if (semicolon == NULL)
        return WHOLE;
    at = (size_t)(semicolon - element) + 1;
    while (at < len && (element[at] == ' ' || element[at] == '\t'))
        at++;
    if (len - at < 2 || (element[at] != 'q' && element[at] != 'Q') || element[at + 1] != '=')
        return 0;
    at += 2;
    while (len > at && (element[len - 1] == ' ' || element[len - 1] == '\t'))
        len--;
    return parse_weight(element + at, len - at) > 0 ? parse_weight(element + at, len - at) : 0;
}

/* "zh", "zh-CN", "ZH-hant-TW;q=1" are all of language "zh". */
static bool is_of(const char *element, size_t len, const char *language) {
    size_t tag = strlen(language);

    return len >= tag && strncasecmp(element, language, tag) == 0 &&
           (len == tag || strchr("-; \t", element[tag]) != NULL);
}

enum language language_choose(const char *header) {
    enum language best = LANGUAGE_ZH;
    int most = 0;

    while (header != NULL && *header != '\0') {
        size_t len;
        bool zh, en;

        header += strspn(header, " \t,");
        len = strcspn(header, ",");
        zh = is_of(header, len, "zh");
        en = is_of(header, len, "en");
        if ((zh || en) && weight_of(header, len) > most) {
            most = weight_of(header, len);
            best = en ? LANGUAGE_EN : LANGUAGE_ZH;
        }
        header += len;
    }
    return best;
}

const char *language_tag(enum language language) {
    return language == LANGUAGE_EN ? "en" : "zh-CN";
}
