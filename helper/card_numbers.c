/* The six numbers of a card, and which of them the terminal shows. */
#include "helper/card_numbers.h"

#include <stdio.h>
#include <string.h>

#include "helper/draw.h"

enum { LEAST_NUMBER = 10, MOST_NUMBER = 99 };

bool card_numbers_draw(struct card_numbers *numbers) {
    uint32_t right, number;

    for (unsigned int i = 0; i < CARD_NUMBERS; i++) {
        bool again = true;

        while (again) {
            if (!draw_below(MOST_NUMBER - LEAST_NUMBER + 1, &number))
                return false;
            (void)snprintf(numbers->all[i], CARD_NUMBER_BYTES, "%u", LEAST_NUMBER + number);
            again = false;
            for (unsigned int j = 0; j < i; j++)
                again = again || strcmp(numbers->all[i], numbers->all[j]) == 0;
        }
    }
    if (!draw_below(CARD_NUMBERS, &right))
        return false;
    numbers->right = right;
    return true;
}
