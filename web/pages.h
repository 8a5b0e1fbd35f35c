/* The pages that people see: plain HTML, no script, one style sheet inside. */
#ifndef WECOM_WEB_PAGES_H
#define WECOM_WEB_PAGES_H

#include <stdbool.h>

#include "common/wire.h"
#include "web/html.h"
#include "web/language.h"

/* Ours alone: the helper does not answer, or not in a form that can be shown. */
#define PAGES_UNAVAILABLE "unavailable"

/* The value of Content-Security-Policy: nothing but the style sheet, whose digest it names. */
extern const char pages_policy[];

/* The HTTP status of the page; 0: there is no page of that word (go has none to show). */
unsigned int pages_status(const char *word);

/* Can the page be shown as the helper sent it? go: `location` is https and of URL characters; code:
 * `pin` is six digits; `cookie`, if any, is of our form. False for an unknown word.
 */
bool pages_is_good(const struct wire_message *page);

/* Writes the page of that word; `details` has what the helper sent with it (NULL: nothing). The
 * page may hold a code: html_clear wipes it.
 */
void pages_write(struct html *html, const char *word, enum language language,
                 const struct wire_message *details);

#endif
