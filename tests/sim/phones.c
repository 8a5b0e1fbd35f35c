/* The people at the browser side: phones, remembered consent, pages that wait. */
#include "phones.h"

#include "server.h"
#include "table.h"
#include "text.h"

#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>

#define CONSENT_LIFE_MS (30LL * 86400 * 1000) /* WeCom document 15232 */
#define VISIT_LIFE_MS (300 * 1000)
#define KEEP_VISITS 1000

struct consent {
    struct table *fields;
    int64_t at_ms;
};

struct phones {
    struct table *phones;   /* by id */
    struct table *consents; /* by "agent id/userid" */
    struct table *visits;   /* by key */
};

static void phone_free(void *thing) {
    struct phone *phone = thing;

    free(phone->id);
    free(phone->userid);
    free(phone->external_userid);
    table_free(phone->consent);
    free(phone);
}

static void consent_free(void *thing) {
    struct consent *consent = thing;

    table_free(consent->fields);
    free(consent);
}

static void visit_free(void *thing) {
    struct visit *visit = thing;

    /* While libevent has the connection, it has the request too. */
    if (visit->waiter != NULL && evhttp_request_get_connection(visit->waiter) == NULL)
        evhttp_request_free(visit->waiter);
    if (visit->timer != NULL)
        event_free(visit->timer);
    free(visit->key);
    free(visit->redirect_uri);
    free(visit->state);
    free(visit->redirect);
    free(visit);
}

struct phones *phones_new(void) {
    struct phones *phones = text_alloc(sizeof(*phones));

    phones->phones = table_new(phone_free);
    phones->consents = table_new(consent_free);
    phones->visits = table_new(visit_free);
    return phones;
}

void phones_free(struct phones *phones) {
    table_free(phones->visits);
    table_free(phones->consents);
    table_free(phones->phones);
    free(phones);
}

struct phone *phones_add(struct phones *phones) {
    struct phone *phone = text_alloc(sizeof(*phone));

    phone->id = text_random(9);
    table_put(phones->phones, phone->id, phone);
    return phone;
}

struct phone *phones_find(const struct phones *phones, const char *id) {
    return table_get(phones->phones, id);
}

struct visit *phones_visit(struct server *server, struct app *app, struct phone *phone,
                           const char *redirect_uri, const char *state) {
    struct table *all = server->phones->visits;
    struct visit *visit = text_alloc(sizeof(*visit));
    const struct visit *oldest = NULL;
    size_t at = 0;

    visit->server = server;
    visit->key = text_random(15);
    visit->app = app;
    visit->phone = phone;
    visit->redirect_uri = text_copy(redirect_uri);
    visit->state = text_copy(state);
    visit->made_ms = clock_ms(&server->clock);
    if (table_count(all) >= KEEP_VISITS && (oldest = table_next(all, &at, NULL)) != NULL &&
        oldest->waiter == NULL)
        table_remove(all, oldest->key);
    table_put(all, visit->key, visit);
    return visit;
}

struct visit *phones_visit_find(struct server *server, const char *key) {
    struct visit *visit = table_get(server->phones->visits, key);

    if (visit != NULL && clock_ms(&server->clock) - visit->made_ms >= VISIT_LIFE_MS)
        return NULL;
    return visit;
}

static char *consent_key(const struct app *app, const struct phone *phone) {
    char *lower = text_lower(phone->userid);
    char *key = text_format("%lld/%s", (long long)app->agent_id, lower);

    free(lower);
    return key;
}

const struct table *phones_consent(struct server *server, const struct app *app,
                                   const struct phone *phone) {
    int64_t now = clock_ms(&server->clock);
    char *key = consent_key(app, phone);
    const struct consent *consent = table_get(server->phones->consents, key);

    free(key);
    /* what a phone was made with later is what its owner has changed in the client meanwhile */
    if (consent != NULL && now - consent->at_ms < CONSENT_LIFE_MS &&
        (phone->consent == NULL || phone->consent_ms < consent->at_ms))
        return consent->fields;
    return now - phone->consent_ms < CONSENT_LIFE_MS ? phone->consent : NULL;
}

void phones_remember(struct server *server, const struct app *app, const struct phone *phone,
                     struct table *fields) {
    struct consent *consent = text_alloc(sizeof(*consent));
    char *key = consent_key(app, phone);

    consent->fields = fields;
    consent->at_ms = clock_ms(&server->clock);
    table_put(server->phones->consents, key, consent);
    free(key);
}
