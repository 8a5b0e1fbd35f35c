/* libFuzzer target: arbitrary bytes as what a browser sends, through every parser of wecom-web's
 * own: path, query, cookie, X-Forwarded-For, Accept-Language. What comes out is of the form that it
 * must have, and what is refused leaves nothing behind.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "web/cookie.h"
#include "web/forwarded.h"
#include "web/language.h"
#include "web/query.h"
#include "web/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static void check_query(const char *string) {
    char value[65];
    enum query_result result = query_value(string, "code", value, sizeof value);
    size_t len = strnlen(value, sizeof value);

    must(len < sizeof value && text_is_utf8(value, len));
    must(result == QUERY_GOOD || len == 0);
    for (size_t i = 0; i < len; i++)
        must((unsigned char)value[i] >= 0x20 && value[i] != 0x7F);
}

/* As one header, and as two with the same. */
static void check_cookie(const char *string) {
    struct cookie once = {.spoilt = false}, twice = {.spoilt = false};

    cookie_read(&once, string);
    must(once.value[0] == '\0' || cookie_is_value(once.value));
    cookie_read(&twice, string);
    cookie_read(&twice, string);
    must(strcmp(once.value, twice.value) == 0);
}

static void check_forwarded(const char *string) {
    static const struct address_net loopback = {
        .address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127}}, .bits = 104};
    struct config_web web = {.proxies = {loopback}, .proxies_count = 1};
    struct address peer, client;
    char text[ADDRESS_TEXT_BYTES];

    must(address_parse("127.0.0.1", 9, &peer));
    client = forwarded_client(&web, &peer, string);
    must(address_parse(address_text(&client, text), strlen(text), &peer));
    must(memcmp(&client, &peer, sizeof peer) == 0);
    /* nobody is believed who is no proxy */
    must(address_parse("192.0.2.1", 9, &peer));
    client = forwarded_client(&web, &peer, string);
    must(memcmp(&client, &peer, sizeof peer) == 0);
}

static void check_route(const char *string) {
    const char *word = NULL;
    enum route route = route_find("/p", string, &word);

    must(route < ROUTE_COUNT);
    must((word != NULL) == (route == ROUTE_LINK || route == ROUTE_EVENTS || route == ROUTE_PROOF));
    must(word == NULL || (word[0] != '\0' && strpbrk(word, "/%?#\\ ") == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *string = malloc(size + 1);

    must(string != NULL);
    if (size > 0)
        memcpy(string, data, size);
    string[size] = '\0';
    check_query(string);
    check_cookie(string);
    check_forwarded(string);
    check_route(string);
    must(language_choose(string) == LANGUAGE_ZH || language_choose(string) == LANGUAGE_EN);
    free(string);
    return 0;
}
