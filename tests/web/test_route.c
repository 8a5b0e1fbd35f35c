/* Which path is served, by which method, and that every other one is not. */
#include "web/route.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define ID16 "0123456789abcdef"
#define ID64 ID16 ID16 ID16 ID16

static const struct {
    const char *prefix, *path;
    enum route route;
    const char *word;
} paths[] = {
    {"", "/", ROUTE_HOME, NULL},
    {"", "/callback", ROUTE_CALLBACK, NULL},
    {"", "/healthz", ROUTE_HEALTH, NULL},
    {"", "/s/" ID16, ROUTE_LINK, ID16},
    {"", "/s/" ID64, ROUTE_LINK, ID64},
    {"", "/s/AZaz09_-AZaz09_-", ROUTE_LINK, "AZaz09_-AZaz09_-"},
    {"", "/events/a", ROUTE_EVENTS, "a"},
    {"", "/events/host-1_x.Y", ROUTE_EVENTS, "host-1_x.Y"},
    {"", "/events/" ID64, ROUTE_EVENTS, ID64},
    {"", "/WW_verify_a.txt", ROUTE_PROOF, "WW_verify_a.txt"},
    {"", "/WW_verify_" ID64 ".txt", ROUTE_PROOF, "WW_verify_" ID64 ".txt"},
    {"/p", "/p/", ROUTE_HOME, NULL},
    {"/p", "/p", ROUTE_HOME, NULL},
    {"/p/q", "/p/q/s/" ID16, ROUTE_LINK, ID16},
    {"/p", "/p/callback", ROUTE_CALLBACK, NULL},
    {"/p", "/p/events/a", ROUTE_EVENTS, "a"},
    {"/p", "/p/healthz", ROUTE_HEALTH, NULL},
    {"/p", "/WW_verify_a.txt", ROUTE_PROOF, "WW_verify_a.txt"},
    /* nothing else */
    {"", "", ROUTE_NONE, NULL},
    {"", "//", ROUTE_NONE, NULL},
    {"", "/x", ROUTE_NONE, NULL},
    {"", "/s", ROUTE_NONE, NULL},
    {"", "/s/", ROUTE_NONE, NULL},
    {"", "/s/0123456789abcde", ROUTE_NONE, NULL},
    {"", "/s/" ID64 "0", ROUTE_NONE, NULL},
    {"", "/s/" ID16 "/", ROUTE_NONE, NULL},
    {"", "/s/" ID16 "%41", ROUTE_NONE, NULL},
    {"", "/s/" ID16 ".", ROUTE_NONE, NULL},
    {"", "/s/../" ID16, ROUTE_NONE, NULL},
    {"", "/S/" ID16, ROUTE_NONE, NULL},
    {"", "/%73/" ID16, ROUTE_NONE, NULL},
    {"", "/./s/" ID16, ROUTE_NONE, NULL},
    {"", "//s/" ID16, ROUTE_NONE, NULL},
    {"", "s/" ID16, ROUTE_NONE, NULL},
    {"", "http://h/s/" ID16, ROUTE_NONE, NULL},
    {"", "*", ROUTE_NONE, NULL},
    {"", "/callback/", ROUTE_NONE, NULL},
    {"", "/callback;x", ROUTE_NONE, NULL},
    {"", "/Callback", ROUTE_NONE, NULL},
    {"", "/call%62ack", ROUTE_NONE, NULL},
    {"", "/events", ROUTE_NONE, NULL},
    {"", "/events/", ROUTE_NONE, NULL},
    {"", "/events/a/b", ROUTE_NONE, NULL},
    {"", "/events/a%2e", ROUTE_NONE, NULL},
    {"", "/events/" ID64 "0", ROUTE_NONE, NULL},
    {"", "/healthz/", ROUTE_NONE, NULL},
    {"", "/WW_verify_.txt", ROUTE_NONE, NULL},
    {"", "/WW_verify_a", ROUTE_NONE, NULL},
    {"", "/WW_verify_a.txtx", ROUTE_NONE, NULL},
    {"", "/WW_verify_a_b.txt", ROUTE_NONE, NULL},
    {"", "/WW_verify_a/../b.txt", ROUTE_NONE, NULL},
    {"", "/WW_verify_" ID64 "0.txt", ROUTE_NONE, NULL},
    {"", "/ww_verify_a.txt", ROUTE_NONE, NULL},
    {"/p", "/", ROUTE_NONE, NULL},
    {"/p", "/callback", ROUTE_NONE, NULL},
    {"/p", "/px", ROUTE_NONE, NULL},
    {"/p", "/pcallback", ROUTE_NONE, NULL},
    {"/p", "/P/", ROUTE_NONE, NULL},
    {"/p", "/p/WW_verify_a.txt", ROUTE_NONE, NULL},
    {"/p", "/p//callback", ROUTE_NONE, NULL},
};

START_TEST(a_path_is_one_of_ours_exactly_or_none) {
    char *copy = strdup(paths[_i].path);
    const char *word = "x";

    ck_assert_int_eq(route_find(paths[_i].prefix, copy, &word), paths[_i].route);
    if (paths[_i].word != NULL)
        ck_assert_str_eq(word, paths[_i].word);
    else
        ck_assert_ptr_null(word);
    free(copy);
}
END_TEST

static const char *const methods[] = {"GET",     "HEAD",      "POST",  "PUT", "DELETE",
                                      "OPTIONS", "PATCH",     "TRACE", "get", "CONNECT",
                                      "",        "GET, HEAD", "G",     "GETX"};

START_TEST(a_head_request_never_opens_a_link) {
    for (int r = ROUTE_NONE; r < ROUTE_COUNT; r++) {
        enum route route = (enum route)r;
        bool get = _i == 0 && route != ROUTE_NONE;
        bool head = _i == 1 && (route == ROUTE_HEALTH || route == ROUTE_PROOF);
        bool post = _i == 2 && route == ROUTE_EVENTS;

        ck_assert_msg(route_takes(route, methods[_i]) == (get || head || post), "%s %s",
                      methods[_i], route_name(route));
        ck_assert_ptr_nonnull(route_methods(route));
        ck_assert_str_ne(route_name(route), "");
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("route");
    TCase *t = tcase_create("route");

    tcase_add_loop_test(t, a_path_is_one_of_ours_exactly_or_none, 0, COUNT(paths));
    tcase_add_loop_test(t, a_head_request_never_opens_a_link, 0, COUNT(methods));
    suite_add_tcase(s, t);
    return s;
}
