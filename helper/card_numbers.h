/* The six numbers of a card that somebody approves a login with, and which of them the terminal
 * shows.
 */
#ifndef WECOM_HELPER_CARD_NUMBERS_H
#define WECOM_HELPER_CARD_NUMBERS_H

#include <stdbool.h>

enum {
    CARD_NUMBERS = 6,      /* a card has at most so many buttons (page 90236) */
    CARD_NUMBER_BYTES = 3, /* "10" to "99" */
};

struct card_numbers {
    char all[CARD_NUMBERS][CARD_NUMBER_BYTES]; /* six different ones */
    unsigned int right;                        /* each is as likely */
};

/* False: no randomness. */
bool card_numbers_draw(struct card_numbers *numbers);

#endif
