/* Strings of the simulator: allocation that never fails, random words, escaping.
 *
 * The simulator is a test tool: when memory runs out it says so and ends, so nothing here
 * returns NULL. Every returned string belongs to the caller and is freed with free(). */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *text_alloc(size_t bytes); /* zeroed memory */
void *text_resize(void *old, size_t items, size_t item_bytes);
char *text_copy(const char *from); /* NULL gives NULL */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Replaces *slot by a copy of `from` (NULL empties it). */
void text_set(char **slot, const char *from);

/* bytes random bytes as unpadded base64url: 32 bytes give 43 characters of [A-Za-z0-9_-]. */
char *text_random(size_t bytes);

/* 23 digits, as in the hints of the server's error texts. out holds 24 bytes. */
void text_hint(char out[24]);

/* ASCII lower case; userids and host names are compared that way. */
char *text_lower(const char *from);

/* &, <, >, " and ' become entities: safe in element content and in quoted attributes. */
char *text_html(const char *from);

/* The application/x-www-form-urlencoded form of a value. */
char *text_url(const char *from);

/* Only ASCII letters and digits, at least one. */
bool text_alnum(const char *text);

/* Printable ASCII only, for a header value: other bytes become '?'. */
char *text_header(const char *from);

#endif
