/* What the tests of pages share: phones, visits, codes in redirects, keys in HTML. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *phone(const char *body) {
    json_t *answer = sim_post(sim, "/phone", body);
    char *cookie = NULL;

    ck_assert_ptr_nonnull(text_of(answer, "phone"));
    ck_assert_int_ge(asprintf(&cookie, "sim_phone=%s", text_of(answer, "phone")), 0);
    json_decref(answer);
    return cookie;
}

struct reply visit(const char *path, const char *user_agent, const char *cookie) {
    return ask(&(struct ask){.path = path, .user_agent = user_agent, .cookie = cookie});
}

const char *code_of(const char *location) {
    static char code[600];
    const char *at = strstr(location, "code=");

    code[0] = '\0';
    if (at != NULL)
        snprintf(code, sizeof(code), "%.*s", (int)strcspn(at + 5, "&"), at + 5);
    return code;
}

const char *key_of(const char *html, const char *before) {
    static char key[100];
    const char *at = strstr(html, before);

    ck_assert_msg(at != NULL, "no key: %s", html);
    at += strlen(before);
    snprintf(key, sizeof(key), "%.*s", (int)strcspn(at, "\"<"), at);
    return key;
}
