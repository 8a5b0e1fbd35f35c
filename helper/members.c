/* Is this userid an active member? WeCom's user/get, asked once however many want to know. */
#include "helper/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"

enum { BUCKETS = 4096 };

struct members_watch {
    struct members_watch *next, **link;
    void (*done)(void *arg, const struct members_answer *answer);
    void *arg;
};

struct entry {
    struct entry *next;
    struct members *members;
    struct client_app *app; /* a reference */
    char userid[WECOM_USERID_MAX_BYTES + 1];
    struct client_request *request; /* while WeCom is being asked */
    struct members_watch *watches;
    struct members_answer answer;
};

struct members {
    struct client_clock clock;
    size_t count;
    struct entry *buckets[BUCKETS];
};

static int64_t now_ms(const struct members *members) {
    return members->clock.now_ms(members->clock.self);
}

struct members *members_new(struct client_clock clock) {
    struct members *members = calloc(1, sizeof *members);

    if (members != NULL)
        members->clock = clock;
    return members;
}

static void free_entry(struct entry *entry) {
    while (entry->watches != NULL)
        members_drop(entry->watches);
    client_cancel(entry->request);
    client_app_unref(entry->app);
    free(entry);
}

void members_free(struct members *members) {
    if (members == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *e = members->buckets[i], *next; e != NULL; e = next) {
            next = e->next;
            free_entry(e);
        }
    }
    free(members);
}

/* FNV-1a over the lower-cased userid: people of one company, not an enemy's choice of thousands. */
static struct entry **find(struct members *members, const struct client_app *app,
                           const char *userid) {
    char lower[WECOM_USERID_MAX_BYTES + 1] = "";
    uint32_t hash = 2166136261u;
    struct entry **at;

    (void)name_lower(lower, sizeof lower, userid);
    for (const char *c = lower; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (at = &members->buckets[hash % BUCKETS]; *at != NULL; at = &(*at)->next) {
        if ((*at)->app == app && name_same_userid((*at)->userid, userid))
            break;
    }
    return at;
}

static bool is_fresh(const struct entry *entry) {
    int64_t age = now_ms(entry->members) - entry->answer.answered_ms;

    switch (entry->answer.state) {
    case MEMBERS_UNKNOWN:
        return false;
    case MEMBERS_ACTIVE:
        return age < MEMBERS_FRESH_MS;
    default:
        return age < MEMBERS_ABSENT_MS;
    }
}

/* Makes room: what is neither fresh nor asked for goes; if that is not enough, all that is not
 * asked for.
 */
static void sweep(struct members *members, bool fresh_too) {
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry **at = &members->buckets[i]; *at != NULL;) {
            struct entry *e = *at;

            if (e->request != NULL || e->watches != NULL || (is_fresh(e) && !fresh_too)) {
                at = &e->next;
                continue;
            }
            *at = e->next;
            free_entry(e);
            members->count--;
        }
    }
}

const struct members_answer *members_known(struct members *members, const struct client_app *app,
                                           const char *userid) {
    struct entry *entry = *find(members, app, userid);

    return entry != NULL && is_fresh(entry) ? &entry->answer : NULL;
}

enum members_state members_state_of(const struct answer_member *member) {
    if (!member->enabled)
        return MEMBERS_DISABLED;
    switch (member->status) {
    case 1:
        return MEMBERS_ACTIVE;
    case 2:
        return MEMBERS_DISABLED;
    case 4:
        return MEMBERS_NOT_ACTIVATED;
    default:
        return MEMBERS_LEFT;
    }
}

static void judge(const struct entry *entry, const struct client_result *result,
                  struct members_answer *answer) {
    *answer =
        (struct members_answer){.failure = result->failure, .answered_ms = now_ms(entry->members)};
    if (result->failure.reason == WECOM_REASON_NOT_VISIBLE) {
        answer->state = MEMBERS_NOT_VISIBLE;
    } else if (result->failure.reason == WECOM_REASON_NONE) {
        if (answer_member(result->json, &answer->member) == WECOM_OK &&
            name_same_userid(answer->member.userid, entry->userid)) {
            answer->state = members_state_of(&answer->member);
            return;
        }
        answer->member = (struct answer_member){0};
        answer->failure = (struct client_failure){
            .reason = WECOM_REASON_INTERNAL,
            .cure = "cure_odd_answer",
            .detail = "user/get: the answer has no status, or is about somebody else"};
    }
}

static void on_answer(void *arg, const struct client_result *result) {
    struct entry *entry = arg;
    struct members_watch *told;
    struct members_answer answer;

    judge(entry, result, &answer);
    entry->request = NULL;
    entry->answer = answer;
    entry->answer.remembered = true;
    /* Those who are told may ask anew, leave, or make room: the entry is not touched any more. */
    told = entry->watches;
    entry->watches = NULL;
    if (told != NULL)
        told->link = &told;
    while (told != NULL) {
        struct members_watch *watch = told;

        told = watch->next;
        if (told != NULL)
            told->link = &told;
        watch->done(watch->arg, &answer);
        free(watch);
    }
}

static struct entry *new_entry(struct members *members, struct client_app *app,
                               const char *userid) {
    struct entry *entry;

    if (members->count >= MEMBERS_MOST)
        sweep(members, false);
    if (members->count >= MEMBERS_MOST)
        sweep(members, true);
    entry = members->count < MEMBERS_MOST ? calloc(1, sizeof *entry) : NULL;
    if (entry == NULL)
        return NULL;
    entry->members = members;
    entry->app = client_app_ref(app);
    (void)snprintf(entry->userid, sizeof entry->userid, "%s", userid);
    *find(members, app, userid) = entry;
    members->count++;
    return entry;
}

struct members_watch *members_ask(struct members *members, struct client_app *app,
                                  const char *userid,
                                  void (*done)(void *arg, const struct members_answer *answer),
                                  void *arg) {
    const char *values[CALLS_PARAMETERS] = {userid};
    struct members_watch *watch = calloc(1, sizeof *watch);
    struct entry *entry = *find(members, app, userid);

    if (watch == NULL)
        return NULL;
    if (entry == NULL)
        entry = new_entry(members, app, userid);
    if (entry != NULL && entry->request == NULL)
        entry->request = client_ask(app, CALLS_USER_GET, values, now_ms(members) + MEMBERS_ASK_MS,
                                    on_answer, entry);
    if (entry == NULL || entry->request == NULL) {
        free(watch);
        return NULL;
    }
    *watch = (struct members_watch){
        .next = entry->watches, .link = &entry->watches, .done = done, .arg = arg};
    if (watch->next != NULL)
        watch->next->link = &watch->next;
    entry->watches = watch;
    return watch;
}

void members_drop(struct members_watch *watch) {
    if (watch == NULL)
        return;
    *watch->link = watch->next;
    if (watch->next != NULL)
        watch->next->link = watch->link;
    free(watch);
}

void members_forget(struct members *members, const struct client_app *app, const char *userid) {
    struct entry *entry = *find(members, app, userid);

    if (entry != NULL)
        entry->answer = (struct members_answer){.state = MEMBERS_UNKNOWN};
}

bool members_hear(struct members *members, struct client_app *app, const char *userid,
                  struct members_watch **watch,
                  void (*done)(void *arg, const struct members_answer *answer), void *arg) {
    const struct members_answer *known = members_known(members, app, userid);

    *watch = NULL;
    if (known != NULL) {
        struct members_answer said = *known;

        done(arg, &said);
        return true;
    }
    *watch = members_ask(members, app, userid, done, arg);
    return *watch != NULL;
}

enum wecom_reason members_reason(const struct members_answer *answer) {
    switch (answer->state) {
    case MEMBERS_ACTIVE:
        return WECOM_REASON_NONE;
    case MEMBERS_DISABLED:
    case MEMBERS_NOT_ACTIVATED:
        return WECOM_REASON_DISABLED;
    case MEMBERS_LEFT:
        return WECOM_REASON_WITHDRAWN;
    case MEMBERS_NOT_VISIBLE:
        return WECOM_REASON_NOT_VISIBLE;
    case MEMBERS_UNKNOWN:
        break;
    }
    return answer->failure.reason != WECOM_REASON_NONE ? answer->failure.reason
                                                       : WECOM_REASON_INTERNAL;
}
