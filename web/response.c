/* HTTP answers: each with the headers that keep it out of caches, frames and other hands. */
#include "web/response.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "common/wiping.h"
#include "web/cookie.h"
#include "web/pages.h"

/* One request a connection: nothing that a browser or a proxy sends behind its request is ever read
 * as another one, and whoever is slow holds one place for a known time. HSTS is right for whoever
 * hears it over TLS; others must not heed it (RFC 6797, section 8.1).
 */
static const struct {
    const char *name, *value;
} always[] = {
    {"Connection", "close"},
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Strict-Transport-Security", "max-age=31536000"},
};

static bool add(struct MHD_Response *response, const char *name, const char *value) {
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Takes the bytes, which are of wiping_new. NULL with them freed. */
static struct MHD_Response *finish(char *bytes, size_t len, const char *type) {
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(len, bytes, wiping_free);
    bool good = response != NULL;

    if (response == NULL)
        wiping_free(bytes);
    for (size_t i = 0; good && i < sizeof always / sizeof always[0]; i++)
        good = add(response, always[i].name, always[i].value);
    good = good && add(response, "Content-Security-Policy", pages_policy) &&
           add(response, "Content-Type", type);
    if (!good && response != NULL) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}

struct MHD_Response *response_page(const char *word, enum language language,
                                   const struct wire_message *details) {
    struct html html = {0};
    struct MHD_Response *response;

    pages_write(&html, word, language, details);
    if (html.failed) {
        html_clear(&html);
        return NULL;
    }
    response = finish(html.bytes, html.len, "text/html; charset=utf-8");
    if (response != NULL && !add(response, "Content-Language", language_tag(language))) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}

struct MHD_Response *response_text(const char *body) {
    char *copy = wiping_copy(body);

    return copy != NULL ? finish(copy, strlen(copy), "text/plain; charset=utf-8") : NULL;
}

struct MHD_Response *response_redirect(const char *location) {
    struct MHD_Response *response = response_text("");

    if (response != NULL && !add(response, "Location", location)) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}

bool response_set_cookie(struct MHD_Response *response, const char *value) {
    char header[256];
    bool good;

    (void)snprintf(header, sizeof header,
                   COOKIE_NAME "=%s; Path=/; Max-Age=%d; Secure; HttpOnly; SameSite=Lax", value,
                   COOKIE_MAX_AGE_S);
    good = add(response, "Set-Cookie", header);
    secret_wipe(header);
    return good;
}

const char *response_status_line(unsigned int status) {
    switch (status) {
    case 200:
        return "ok\n";
    case 400:
        return "400 bad request\n";
    case 404:
        return "404 not found\n";
    case 405:
        return "405 method not allowed\n";
    case 413:
        return "413 content too large\n";
    case 414:
        return "414 URI too long\n";
    default:
        return "503 the sign-in service does not answer\n";
    }
}
