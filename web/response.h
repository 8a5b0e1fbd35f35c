/* HTTP answers: each with the headers that keep it out of caches, frames and other hands. */
#ifndef WECOM_WEB_RESPONSE_H
#define WECOM_WEB_RESPONSE_H

#include "common/wire.h"
#include "web/language.h"

struct MHD_Response;

/* All answer NULL where there is no memory; the caller destroys what they answer. */

/* A page of web/pages.h; `details` as there. */
struct MHD_Response *response_page(const char *word, enum language language,
                                   const struct wire_message *details);
/* Plain text: for WeCom, for programs. */
struct MHD_Response *response_text(const char *body);
/* To a place that pages_is_good() found good. */
struct MHD_Response *response_redirect(const char *location);

/* Adds our cookie; the value is one that pages_is_good() found good. */
bool response_set_cookie(struct MHD_Response *response, const char *value);

/* A status as a line of text, such as "404 not found". */
const char *response_status_line(unsigned int status);

#endif
