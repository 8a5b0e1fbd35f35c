/* Our one cookie. */
#include "web/cookie.h"

#include <stddef.h>
#include <string.h>

#include "common/secret.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

static bool is_value(const char *value, size_t len) {
    return len >= WECOM_WEB_KEY_MIN_BYTES && len <= WECOM_WEB_KEY_MAX_BYTES &&
           strspn(value, LETTERS) >= len;
}

bool cookie_is_value(const char *value) {
    return is_value(value, strlen(value));
}

static void take(struct cookie *cookie, const char *value, size_t len) {
    bool same = len > 0 && strlen(cookie->value) == len && memcmp(cookie->value, value, len) == 0;

    if (cookie->spoilt || same)
        return;
    if (cookie->value[0] != '\0' || !is_value(value, len)) {
        secret_wipe(cookie->value);
        cookie->spoilt = true;
        return;
    }
    memcpy(cookie->value, value, len);
    cookie->value[len] = '\0';
}

/* cookie-pair *( ";" SP cookie-pair ), and blanks as browsers and proxies put them. */
void cookie_read(struct cookie *cookie, const char *header) {
    while (*header != '\0') {
        size_t len, pair;

        header += strspn(header, " \t;");
        len = pair = strcspn(header, ";");
        while (len > 0 && (header[len - 1] == ' ' || header[len - 1] == '\t'))
            len--;
        if (len > strlen(COOKIE_NAME) && header[strlen(COOKIE_NAME)] == '=' &&
            memcmp(header, COOKIE_NAME, strlen(COOKIE_NAME)) == 0)
            take(cookie, header + strlen(COOKIE_NAME) + 1, len - strlen(COOKIE_NAME) - 1);
        header += pair;
    }
}
