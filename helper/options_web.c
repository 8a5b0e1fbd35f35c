/* How values of [web] are checked. */
#include "helper/options_web.h"

#include <stdio.h>
#include <string.h>

/* Cuts the next word off `*rest`; its length, 0 at the end. */
static size_t next_word(const char **rest, const char **word) {
    size_t len;

    *word = *rest + strspn(*rest, " \t");
    len = strcspn(*word, " \t");
    *rest = *word + len;
    return len;
}

/* 1-65535 without a needless zero; 0: it is none. */
static unsigned int parse_port(const char *text, size_t len) {
    unsigned int port = 0;

    if (len == 0 || len > 5 || text[0] == '0')
        return 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        port = port * 10 + (unsigned int)(text[i] - '0');
    }
    return port <= UINT16_MAX ? port : 0;
}

static bool parse_listen(const char *word, size_t len, struct config_listen *out) {
    const char *colon = memrchr(word, ':', len);
    size_t host;
    unsigned int port;
    bool brackets;

    if (colon == NULL)
        return false;
    host = (size_t)(colon - word);
    brackets = host > 2 && word[0] == '[' && word[host - 1] == ']';
    port = parse_port(colon + 1, len - host - 1);
    if (port == 0 || (!brackets && memchr(word, ':', host) != NULL) ||
        !address_parse(word + brackets, host - 2 * (size_t)brackets, &out->address))
        return false;
    out->port = (uint16_t)port;
    return brackets != address_is_v4(&out->address);
}

const char *options_set_listen(const struct option *self, void *target, const char *value) {
    struct config_web *web = target;
    const char *word;
    size_t len;

    (void)self;
    web->listens_count = 0;
    while ((len = next_word(&value, &word)) > 0) {
        if (web->listens_count == CONFIG_LISTENS)
            return "has more than 8 addresses";
        if (!parse_listen(word, len, &web->listens[web->listens_count]))
            return "must be an address and a port, such as 127.0.0.1:8473 or [::1]:8473; several "
                   "are separated by blanks";
        for (size_t i = 0; i < web->listens_count; i++) {
            if (memcmp(&web->listens[i], &web->listens[web->listens_count],
                       sizeof web->listens[i]) == 0)
                return "has an address twice";
        }
        web->listens_count++;
    }
    return web->listens_count > 0 ? NULL : "must name at least one address";
}

const char *options_set_proxies(const struct option *self, void *target, const char *value) {
    struct config_web *web = target;
    const char *word;
    size_t len;

    (void)self;
    web->proxies_count = 0;
    if (strcmp(value, "none") == 0)
        return NULL;
    while ((len = next_word(&value, &word)) > 0) {
        if (web->proxies_count == CONFIG_PROXIES)
            return "has more than 32 addresses";
        if (!address_parse_net(word, len, &web->proxies[web->proxies_count]))
            return "must be none, or addresses and nets such as 127.0.0.1 10.2.0.0/16 "
                   "2001:db8::/32, whose bits behind the net are zero";
        web->proxies_count++;
    }
    return web->proxies_count > 0 ? NULL : "must be none, or name at least one address";
}

/* Labels of lower-case letters, digits and "-", with "." between them. */
static bool is_host(const char *host, size_t len) {
    size_t label = 0;

    for (size_t i = 0; i < len; i++) {
        bool letter = (host[i] >= 'a' && host[i] <= 'z') || (host[i] >= '0' && host[i] <= '9');

        if (host[i] == '.' && label > 0 && host[i - 1] != '-')
            label = 0;
        else if (letter || (host[i] == '-' && label > 0))
            label++;
        else
            return false;
        if (label > 63)
            return false;
    }
    return label > 0 && host[len - 1] != '-';
}

/* "/" and a name, again and again; no name is "." or "..", which proxies would resolve. */
static bool is_path(const char *path) {
    while (*path == '/') {
        size_t len = strcspn(++path, "/");

        if (len == 0 ||
            len != strspn(path,
                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~") ||
            (path[0] == '.' && (len == 1 || (len == 2 && path[1] == '.'))))
            return false;
        path += len;
    }
    return *path == '\0';
}

const char *options_set_public_url(const struct option *self, void *target, const char *value) {
    static const char scheme[] = "https://";
    struct config_web *web = target;
    size_t len = strlen(value), host, port = 0;
    const char *at = value + strlen(scheme);

    (void)self;
    if (strncmp(value, scheme, strlen(scheme)) != 0)
        return "must begin with https://";
    if (len > 0 && value[len - 1] == '/')
        len--;
    if (len >= sizeof web->public_url)
        return "is too long";
    (void)snprintf(web->public_url, sizeof web->public_url, "%.*s", (int)len, value);
    at = web->public_url + strlen(scheme);
    host = strcspn(at, ":/?#@");
    if (at[host] == ':')
        port = 1 + strcspn(at + host + 1, "/?#@");
    if (!is_host(at, host) || (port > 0 && parse_port(at + host + 1, port - 1) == 0) ||
        !is_path(at + host + port))
        return "must be https://HOST, https://HOST:PORT or https://HOST/PATH, with the host in "
               "lower case, without user name, query and fragment";
    if (len + strlen("/s/") + WECOM_WEB_KEY_BYTES > WECOM_SCAN_LINK_MAX_BYTES)
        return "is too long: with /s/ and 22 characters behind it, it makes the link in the QR "
               "code, which fits a terminal only up to 78 bytes; at most 53 are left for this";
    web->prefix = (size_t)(at - web->public_url) + host + port;
    return NULL;
}
