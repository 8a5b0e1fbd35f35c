/* How many columns of a terminal a text takes. Not wcwidth(3): that asks the locale, and the
 * programs set none.
 */
#ifndef WECOM_TOOLS_WIDTH_H
#define WECOM_TOOLS_WIDTH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 0 for combining marks, 2 for East Asian wide and full-width characters and emoji, else 1.
 * Source: Unicode 15, EastAsianWidth.txt (W and F) and general category Mn.
 */
int width_of_char(uint32_t c);

/* Columns of a clean one-line text; a byte that is no UTF-8 counts as one column. */
size_t width_of(const char *text);

/* Prints `text` and then blanks up to `columns`; a longer text is printed whole. */
void width_print(FILE *to, const char *text, size_t columns);

/* Writes `text` so that it takes at most `columns` (at least 1): where it is longer, its beginning
 * and an ellipsis. Returns `out`; a character that does not fit there is left out.
 */
char *width_cut(char *out, size_t bytes, const char *text, size_t columns);

#endif
