/* What is known of the message URL of each application since the start. */
#include "helper/message_urls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wecom/limits.h"

/* As many as the configuration file had sections: names come from there only. */
struct known {
    struct known *next;
    char app[WECOM_SERVICE_MAX_BYTES + 1];
    struct message_urls_fact fact;
};

struct message_urls {
    struct known *first;
};

struct message_urls *message_urls_new(void) {
    return calloc(1, sizeof(struct message_urls));
}

void message_urls_free(struct message_urls *urls) {
    struct known *next;

    for (struct known *k = urls != NULL ? urls->first : NULL; k != NULL; k = next) {
        next = k->next;
        free(k);
    }
    free(urls);
}

static struct known *find(const struct message_urls *urls, const char *app) {
    struct known *k = urls->first;

    while (k != NULL && strcmp(k->app, app) != 0)
        k = k->next;
    return k;
}

/* NULL: no memory. */
static struct known *take(struct message_urls *urls, const char *app) {
    struct known *k = find(urls, app);

    if (k != NULL)
        return k;
    k = calloc(1, sizeof *k);
    if (k == NULL)
        return NULL;
    (void)snprintf(k->app, sizeof k->app, "%s", app);
    k->next = urls->first;
    urls->first = k;
    return k;
}

/* Whoever calls has the URL. */
void message_urls_called(struct message_urls *urls, const char *app, int64_t now_ms) {
    struct known *k = take(urls, app);

    if (k != NULL)
        k->fact = (struct message_urls_fact){.called_ms = now_ms};
}

void message_urls_missing(struct message_urls *urls, const char *app, int64_t now_ms) {
    struct known *k = take(urls, app);

    if (k != NULL)
        k->fact.missing_ms = now_ms;
}

struct message_urls_fact message_urls_of(const struct message_urls *urls, const char *app) {
    const struct known *k = find(urls, app);

    return k != NULL ? k->fact : (struct message_urls_fact){0};
}
