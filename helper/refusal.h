/* Why something that the administrator asked for is not done: one sentence of po/, in both
 * languages, which says what is wrong and what to do.
 */
#ifndef WECOM_HELPER_REFUSAL_H
#define WECOM_HELPER_REFUSAL_H

#include <jansson.h>
#include <stdbool.h>

enum { REFUSAL_WORDS = 4, REFUSAL_WORD_BYTES = 128, REFUSAL_TEXT_BYTES = 1024 };

/* Zeros: nothing is refused. */
struct refusal {
    const char *text;                              /* id of a text, "refused_..."; NULL: none */
    const char *cure;                              /* id of another one that stands behind it */
    const char *cure_ip;                           /* for its {ip} */
    char words[REFUSAL_WORDS][REFUSAL_WORD_BYTES]; /* for its {1}, {2}, ... */
};

/* Notes it. Words are cut where they are too long, and cleaned. */
void refusal_say(struct refusal *refusal, const char *text, const char *const *words);
#define REFUSE(refusal, text, ...) \
    refusal_say((refusal), (text), (const char *const[]){__VA_ARGS__, NULL})

/* The stable word: its id without "refused_". */
const char *refusal_why(const struct refusal *refusal);

/* The sentence in English, for a log or a result. Returns `out`. */
char *refusal_english(const struct refusal *refusal, char *out, size_t bytes);

/* {"kind":"refusal","why":WORD,"text":ENGLISH,"text_zh":CHINESE}, and "cure" and "cure_zh". NULL
 * when there is no memory.
 */
json_t *refusal_row(const struct refusal *refusal);

#endif
