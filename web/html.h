/* A page in the making: pieces of our own, and text from outside that cannot become markup. */
#ifndef WECOM_WEB_HTML_H
#define WECOM_WEB_HTML_H

#include <stdbool.h>
#include <stddef.h>

/* {0} is an empty one. Once there was no memory, `failed` stays and nothing is added. */
struct html {
    char *bytes; /* of wiping_new, not NUL-terminated; may hold a secret */
    size_t len, size;
    bool failed;
};

/* Markup of ours, as it is. */
void html_put(struct html *html, const char *markup);
/* Text of anybody (NULL: none): control, bidirectional and invisible characters are taken out, line
 * ends become blanks, what means something in HTML is escaped, in attributes with quotes too.
 */
void html_text(struct html *html, const char *text);
/* The same of the first `len` bytes. */
void html_text_part(struct html *html, const char *text, size_t len);

/* Wipes and frees. */
void html_clear(struct html *html);

#endif
