/* What a card says that somebody approves a login with: WeCom's template card of the kind
 * button_interaction (page 90236), six numbers as its buttons and a denial in its menu, since it
 * has at most six buttons.
 */
#ifndef WECOM_HELPER_CARD_TEXT_H
#define WECOM_HELPER_CARD_TEXT_H

#include "helper/card_numbers.h"
#include "helper/request.h"

enum {
    CARD_TASK_BYTES = 33, /* 128 random bits in hexadecimal; WeCom takes 128 characters */
};

/* The key of the denial; those of the buttons are their numbers. */
extern const char card_text_not_me[];

/* The card as JSON; the caller frees it. NULL: no memory. */
char *card_text_write(const struct request *r, const char *task_id,
                      char numbers[CARD_NUMBERS][CARD_NUMBER_BYTES]);

/* A sentence of po/ on one line: in one language, or both. Returns `out`. */
char *card_text_say(char *out, size_t bytes, enum config_lang lang, const char *text_id);

#endif
