/* OAuth codes and user tickets. */
#include "codes.h"

#include "server.h"
#include "table.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define CODE_BYTES 32             /* 43 characters */
#define CODE_LIFE_MS (300 * 1000) /* 5 minutes, WeCom document 91022 */
#define TICKET_BYTES 96
#define TICKET_LIFE_MS (1800 * 1000) /* WeCom document 91023 */
#define KEEP_MS (3600 * 1000)        /* then even the memory of a code or ticket goes */

/* A code or a ticket: both are a word, a life and a person. */
struct grant {
    char *word;
    struct app *app;
    char *userid, *openid, *external_userid, *linked_corp, *domain;
    struct table *consent; /* NULL: every field */
    bool privateinfo, qr, used;
    int64_t made_ms;
};

struct codes {
    struct table *codes;
    struct table *tickets;
};

static void grant_free(void *thing) {
    struct grant *grant = thing;

    free(grant->word);
    free(grant->userid);
    free(grant->openid);
    free(grant->external_userid);
    free(grant->linked_corp);
    free(grant->domain);
    table_free(grant->consent);
    free(grant);
}

struct codes *codes_new(void) {
    struct codes *codes = text_alloc(sizeof(*codes));

    codes->codes = table_new(grant_free);
    codes->tickets = table_new(grant_free);
    return codes;
}

void codes_free(struct codes *codes) {
    table_free(codes->codes);
    table_free(codes->tickets);
    free(codes);
}

static struct table *codes_copy_set(const struct table *set) {
    struct table *copy = table_new(free);
    const char *key = NULL;
    const char *value = NULL;

    for (size_t at = 0; (value = table_next(set, &at, &key)) != NULL;)
        table_put(copy, key, text_copy(value));
    return copy;
}

/* Entries stand in the order of their making: old ones are at the front. A few are dropped each
 * time, so that a long benchmark does not eat the memory. */
static void codes_prune(struct table *all, int64_t now_ms) {
    const struct grant *grant = NULL;
    size_t at = 0;

    for (int i = 0; i < 4 && (grant = table_next(all, &at, NULL)) != NULL; i++) {
        if (now_ms - grant->made_ms <= KEEP_MS)
            break;
        table_remove(all, grant->word);
    }
}

char *codes_mint(struct server *server, const struct code_grant *from) {
    struct grant *grant = text_alloc(sizeof(*grant));

    grant->word = text_random(CODE_BYTES);
    grant->app = from->app;
    grant->userid = text_copy(from->userid);
    grant->openid = text_copy(from->openid);
    grant->external_userid = text_copy(from->external_userid);
    grant->linked_corp = text_copy(from->linked_corp);
    grant->domain = text_lower(from->domain);
    grant->privateinfo = from->privateinfo;
    grant->qr = from->qr;
    grant->consent = from->consent == NULL ? NULL : codes_copy_set(from->consent);
    grant->made_ms = clock_ms(&server->clock);
    codes_prune(server->codes->codes, grant->made_ms);
    table_put(server->codes->codes, grant->word, grant);
    return text_copy(grant->word);
}

static bool codes_domain(const struct grant *grant, const char *domain) {
    char *lower = text_lower(domain);
    bool same = lower != NULL && *lower != '\0' && strcmp(grant->domain, lower) == 0;

    free(lower);
    return same;
}

/* 0 when the code can be redeemed by the application now. */
static int codes_check(struct server *server, const struct app *app, const char *word,
                       struct grant **found) {
    struct grant *grant = table_get(server->codes->codes, word);
    bool distinct = server->options.distinct_codes;

    *found = grant;
    if (grant == NULL || grant->app != app)
        return 40029;
    if (grant->used)
        return distinct ? 42022 : 40029;
    if (clock_ms(&server->clock) - grant->made_ms >= CODE_LIFE_MS)
        return distinct ? 42003 : 40029;
    if (codes_domain(grant, app->oauth_domain) ||
        (grant->qr && codes_domain(grant, app->login_domain)))
        return 0;
    return 50001;
}

bool codes_live(struct server *server, const struct app *app, const char *code) {
    struct grant *grant = NULL;

    return codes_check(server, app, code, &grant) == 0;
}

static char *codes_make_ticket(struct server *server, const struct grant *from) {
    struct grant *ticket = text_alloc(sizeof(*ticket));

    ticket->word = text_random(TICKET_BYTES);
    ticket->app = from->app;
    ticket->userid = text_copy(from->userid);
    ticket->consent = from->consent == NULL ? NULL : codes_copy_set(from->consent);
    ticket->made_ms = clock_ms(&server->clock);
    codes_prune(server->codes->tickets, ticket->made_ms);
    table_put(server->codes->tickets, ticket->word, ticket);
    return text_copy(ticket->word);
}

int codes_redeem(struct server *server, const struct app *app, const char *code,
                 struct code_answer *answer) {
    struct grant *grant = NULL;
    const struct member *member = NULL;
    int errcode = codes_check(server, app, code, &grant);

    if (errcode != 0) {
        codes_failed(server, code);
        return errcode;
    }
    grant->used = true;
    *answer = (struct code_answer){grant->userid, grant->openid, grant->external_userid,
                                   grant->linked_corp, NULL};
    member = grant->userid == NULL ? NULL : corp_member(&server->corp, grant->userid);
    if (member != NULL && grant->linked_corp == NULL && grant->privateinfo && !grant->qr &&
        corp_sees_member(&server->corp, app, member))
        answer->ticket = codes_make_ticket(server, grant);
    return 0;
}

void codes_failed(struct server *server, const char *code) {
    struct grant *grant = table_get(server->codes->codes, code);

    if (grant != NULL && server->options.burn_code_on_error)
        grant->used = true;
}

int codes_ticket(struct server *server, const struct app *app, const char *word,
                 const char **userid, const struct table **consent) {
    struct grant *ticket = table_get(server->codes->tickets, word);

    if (ticket == NULL || ticket->app != app)
        return 84015;
    if (clock_ms(&server->clock) - ticket->made_ms >= TICKET_LIFE_MS)
        return 84014;
    *userid = ticket->userid;
    *consent = ticket->consent;
    return 0;
}
