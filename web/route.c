/* Which of the few things that we serve a path is. */
#include "web/route.h"

#include <string.h>

#include "wecom/limits.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* One route below the prefix. `letters` NULL: the path ends with `start`. */
static const struct row {
    enum route route;
    const char *start, *letters;
    size_t least, most;
} rows[] = {
    {ROUTE_HOME, "", NULL, 0, 0}, /* a prefix without its "/" */
    {ROUTE_HOME, "/", NULL, 0, 0},
    {ROUTE_LINK, "/s/", LETTERS DIGITS "_-", WECOM_WEB_KEY_MIN_BYTES, WECOM_WEB_KEY_MAX_BYTES},
    {ROUTE_CALLBACK, "/callback", NULL, 0, 0},
    {ROUTE_EVENTS, "/events/", LETTERS DIGITS "_.-", 1, WECOM_SERVICE_MAX_BYTES},
    {ROUTE_HEALTH, "/healthz", NULL, 0, 0},
};

/* `GET, HEAD` and so on, as the header Allow has it. */
static const struct {
    const char *name, *methods;
} about[ROUTE_COUNT] = {
    [ROUTE_NONE] = {"none", ""},
    [ROUTE_HOME] = {"home", "GET"},
    [ROUTE_LINK] = {"link", "GET"},
    [ROUTE_CALLBACK] = {"callback", "GET"},
    [ROUTE_EVENTS] = {"events", "GET, POST"},
    [ROUTE_HEALTH] = {"healthz", "GET, HEAD"},
    [ROUTE_PROOF] = {"proof", "GET, HEAD"},
};

static bool fits(const struct row *row, const char *path, const char **word) {
    size_t start = strlen(row->start), len;

    if (strncmp(path, row->start, start) != 0)
        return false;
    if (row->letters == NULL)
        return path[start] == '\0';
    len = strlen(path + start);
    if (len < row->least || len > row->most || strspn(path + start, row->letters) != len)
        return false;
    *word = path + start;
    return true;
}

/* WeCom asks for WW_verify_ and 16 letters and digits today. */
static bool is_proof(const char *path) {
    static const char start[] = "/WW_verify_";
    size_t middle;

    if (strncmp(path, start, strlen(start)) != 0)
        return false;
    path += strlen(start);
    middle = strspn(path, LETTERS DIGITS);
    return middle >= 1 && middle <= 64 && strcmp(path + middle, ".txt") == 0;
}

enum route route_find(const char *prefix, const char *path, const char **word) {
    size_t len = strlen(prefix);

    *word = NULL;
    if (is_proof(path)) {
        *word = path + 1;
        return ROUTE_PROOF;
    }
    if (path[0] != '/' || strncmp(path, prefix, len) != 0)
        return ROUTE_NONE;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (fits(&rows[i], path + len, word))
            return rows[i].route;
    }
    return ROUTE_NONE;
}

bool route_takes(enum route route, const char *method) {
    const char *at = about[route].methods;
    size_t len = strlen(method);

    while (len > 0 && *at != '\0') {
        size_t word = strcspn(at, ",");

        if (word == len && memcmp(at, method, len) == 0)
            return true;
        at += word;
        at += strspn(at, ", ");
    }
    return false;
}

const char *route_methods(enum route route) {
    return about[route].methods;
}

bool route_is_for_people(enum route route) {
    return route == ROUTE_NONE || route == ROUTE_HOME || route == ROUTE_LINK ||
           route == ROUTE_CALLBACK;
}

const char *route_name(enum route route) {
    return about[route].name;
}
