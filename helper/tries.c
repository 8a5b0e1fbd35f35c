/* How often a service may try wrong keys. */
#include "helper/tries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    struct row *next;
    char service[WECOM_SERVICE_MAX_BYTES + 1];
    unsigned int running, wrong;
    int64_t wrong_ms[TRIES_MOST]; /* when; the oldest first */
};

struct tries {
    struct client_clock clock;
    struct row *rows;
    size_t count;
};

struct tries *tries_new(struct client_clock clock) {
    struct tries *tries = calloc(1, sizeof *tries);

    if (tries != NULL)
        tries->clock = clock;
    return tries;
}

static void free_row(struct tries *tries, struct row **at) {
    struct row *row = *at;

    *at = row->next;
    tries->count--;
    free(row);
}

void tries_free(struct tries *tries) {
    while (tries != NULL && tries->rows != NULL)
        free_row(tries, &tries->rows);
    free(tries);
}

static void forget(struct row *row, int64_t now_ms) {
    unsigned int old = 0;

    while (old < row->wrong && now_ms - row->wrong_ms[old] >= TRIES_WITHIN_MS)
        old++;
    row->wrong -= old;
    memmove(row->wrong_ms, row->wrong_ms + old, row->wrong * sizeof row->wrong_ms[0]);
}

/* Forgets what is old, everywhere, and finds the place of the service. */
static struct row **find(struct tries *tries, const char *service) {
    int64_t now_ms = tries->clock.now_ms(tries->clock.self);
    struct row **at = &tries->rows;

    while (*at != NULL) {
        forget(*at, now_ms);
        if (strcmp((*at)->service, service) == 0)
            break;
        if ((*at)->wrong == 0 && (*at)->running == 0)
            free_row(tries, at);
        else
            at = &(*at)->next;
    }
    return at;
}

bool tries_begin(struct tries *tries, const char *service) {
    struct row **at = find(tries, service);

    if (*at == NULL && tries->count < TRIES_SERVICES) {
        *at = calloc(1, sizeof **at);
        if (*at == NULL)
            return false;
        (void)snprintf((*at)->service, sizeof(*at)->service, "%s", service);
        tries->count++;
    }
    if (*at == NULL || (*at)->wrong + (*at)->running >= TRIES_MOST)
        return false;
    (*at)->running++;
    return true;
}

void tries_end(struct tries *tries, const char *service, bool wrong) {
    struct row *row = *find(tries, service);

    if (row == NULL || row->running == 0)
        return;
    row->running--;
    if (wrong && row->wrong < TRIES_MOST)
        row->wrong_ms[row->wrong++] = tries->clock.now_ms(tries->clock.self);
}
