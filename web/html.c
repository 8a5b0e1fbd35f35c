/* A page in the making: pieces of our own, and text from outside that cannot become markup. */
#include "web/html.h"

#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"
#include "common/wiping.h"

enum { FIRST_BYTES = 8192 };

static bool grow(struct html *html, size_t more) {
    size_t size = html->size > 0 ? html->size : FIRST_BYTES;
    char *bytes;

    if (html->failed || more <= html->size - html->len)
        return !html->failed;
    while (size - html->len < more)
        size *= 2;
    bytes = wiping_resize(html->bytes, size);
    if (bytes == NULL) {
        html->failed = true;
        return false;
    }
    html->bytes = bytes;
    html->size = size;
    return true;
}

static void put(struct html *html, const char *bytes, size_t len) {
    if (len == 0 || !grow(html, len))
        return;
    memcpy(html->bytes + html->len, bytes, len);
    html->len += len;
}

void html_put(struct html *html, const char *markup) {
    put(html, markup, strlen(markup));
}

static void put_escaped(struct html *html, const char *text) {
    static const struct {
        char byte;
        const char *written;
    } escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

    while (*text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");

        put(html, text, plain);
        text += plain;
        for (size_t i = 0; *text != '\0' && i < sizeof escapes / sizeof escapes[0]; i++) {
            if (*text == escapes[i].byte)
                html_put(html, escapes[i].written);
        }
        text += *text != '\0';
    }
}

void html_text_part(struct html *html, const char *text, size_t len) {
    char *copy = strndup(text, len);

    if (copy == NULL) {
        html->failed = true;
        return;
    }
    text_clean(copy, TEXT_ONE_LINE);
    put_escaped(html, copy);
    secret_wipe_bytes(copy, len);
    free(copy);
}

void html_text(struct html *html, const char *text) {
    if (text != NULL)
        html_text_part(html, text, strlen(text));
}

void html_clear(struct html *html) {
    wiping_free(html->bytes);
    *html = (struct html){0};
}
