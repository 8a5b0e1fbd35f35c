/* Text from outside: is it UTF-8, and what of it may reach a terminal, a page or a log. */
#ifndef WECOM_COMMON_TEXT_H
#define WECOM_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character of well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, at most
 * U+10FFFF). Returns its length in bytes and the character in `*c`; 0 where there is none.
 */
size_t text_utf8_next(const char *bytes, size_t len, uint32_t *c);

/* Is all of it well-formed UTF-8? Empty is. */
bool text_is_utf8(const char *bytes, size_t len);

/* What text_clean leaves in place of what it takes out. */
enum text_lines {
    TEXT_ONE_LINE, /* LF and TAB become a space */
    TEXT_LINES,    /* LF and TAB stay */
};

/* Makes a string fit for a person's terminal, in place: control bytes (C0, DEL, C1), bidirectional
 * controls, invisible format characters, line and paragraph separators and bytes that are no UTF-8
 * are taken out. The result is never longer, and is well-formed UTF-8.
 */
void text_clean(char *string, enum text_lines lines);

/* Writes a string for a log line, between single quotes of the caller: what text_clean would take
 * out, "'" and "\" come out as \xNN for each byte. Always ends in NUL; what does not fit is left
 * out as a whole character. Returns `out`. `string` may be NULL (written as nothing).
 */
char *text_escape(char *out, size_t out_bytes, const char *string);

#endif
