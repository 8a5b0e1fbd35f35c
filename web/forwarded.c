/* Whose request it is when it comes through a proxy. */
#include "web/forwarded.h"

#include <string.h>

bool forwarded_is_proxy(const struct config_web *web, const struct address *peer) {
    for (size_t i = 0; i < web->proxies_count; i++) {
        if (address_in(peer, &web->proxies[i]))
            return true;
    }
    return false;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

struct address forwarded_client(const struct config_web *web, const struct address *peer,
                                const char *header) {
    size_t end = header != NULL ? strnlen(header, FORWARDED_MOST_BYTES + 1) : 0;
    struct address found = *peer;

    if (end == 0 || end > FORWARDED_MOST_BYTES || !forwarded_is_proxy(web, peer))
        return *peer;
    for (;;) {
        const char *comma = memrchr(header, ',', end);
        size_t start = comma != NULL ? (size_t)(comma - header) + 1 : 0, last = end;

        while (start < last && is_blank(header[start]))
            start++;
        while (start < last && is_blank(header[last - 1]))
            last--;
        if (!address_parse(header + start, last - start, &found))
            return *peer;
        if (comma == NULL || !forwarded_is_proxy(web, &found))
            return found;
        end = (size_t)(comma - header);
    }
}
