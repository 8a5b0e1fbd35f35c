/* Whom a message reaches: users, departments and tags, split into good and bad. */
#include "recipients.h"

#include "call.h"
#include "table.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define USERS_MAX 1000 /* WeCom document 90236 */
#define OTHERS_MAX 100
#define STATUS_LEFT 5

void recipients_init(struct recipients *to) {
    *to = (struct recipients){table_new(free), json_array(), json_array(), json_array(), 0, 0};
}

void recipients_free(struct recipients *to) {
    table_free(to->members);
    json_decref(to->bad_users);
    json_decref(to->bad_parties);
    json_decref(to->bad_tags);
}

static bool recipients_reach(const struct call *call, const struct member *member) {
    return member != NULL && member->status != STATUS_LEFT &&
           corp_sees_member(&call->server->corp, call->app, member);
}

static void recipients_member(struct recipients *to, const struct member *member) {
    char *key = text_lower(member->userid);

    table_put(to->members, key, text_copy(member->userid));
    free(key);
}

static bool recipients_user(struct call *call, struct recipients *to, const char *userid) {
    const struct member *member = corp_member(&call->server->corp, userid);

    if (!recipients_reach(call, member))
        return false;
    recipients_member(to, member);
    return true;
}

static bool recipients_id(const char *text, int64_t *id) {
    char *end = NULL;

    errno = 0;
    *id = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0;
}

static bool recipients_party(struct call *call, struct recipients *to, const char *text) {
    const struct corp *corp = &call->server->corp;
    const struct member *member = NULL;
    int64_t id = 0;

    if (!recipients_id(text, &id) || !corp_sees_department(corp, call->app, id))
        return false;
    for (size_t at = 0; (member = table_next(corp->members, &at, NULL)) != NULL;)
        for (size_t i = 0; i < member->department.n; i++)
            if (corp_below(corp, member->department.v[i], id) && recipients_reach(call, member))
                recipients_member(to, member);
    return true;
}

static bool recipients_tag(struct call *call, struct recipients *to, const char *text) {
    const struct corp *corp = &call->server->corp;
    const struct member *member = NULL;
    const struct tag *tag = NULL;
    int64_t id = 0;

    if (!recipients_id(text, &id) || (tag = corp_tag(corp, id)) == NULL ||
        !corp_sees_tag(call->app, id))
        return false;
    for (size_t at = 0; (member = table_next(corp->members, &at, NULL)) != NULL;)
        if (corp_tagged(corp, tag, member) && recipients_reach(call, member))
            recipients_member(to, member);
    return true;
}

/* Cuts "a|b | c" into names and hands each to `add`; what it refuses goes to `bad`. */
static int recipients_cut(struct call *call, struct recipients *to, const char *list,
                          bool (*add)(struct call *, struct recipients *, const char *),
                          json_t *bad, size_t max, int too_many) {
    char *copy = text_copy(list == NULL ? "" : list);
    char *rest = copy;
    char *name = NULL;
    size_t n = 0;

    while ((name = strsep(&rest, "|")) != NULL && n <= max) {
        char *lower = NULL;
        name += strspn(name, " ");
        name[strcspn(name, " ")] = '\0';
        if (*name == '\0')
            continue;
        n++;
        if (add(call, to, name)) {
            to->good++;
            continue;
        }
        lower = text_lower(name);
        json_array_append_new(bad, json_string(lower));
        free(lower);
    }
    to->named += n;
    free(copy);
    return n > max ? too_many : 0;
}

int recipients_users(struct call *call, struct recipients *to, const char *list) {
    const struct member *member = NULL;

    if (list == NULL || strcmp(list, "@all") != 0)
        return recipients_cut(call, to, list, recipients_user, to->bad_users, USERS_MAX, 40032);
    for (size_t at = 0; (member = table_next(call->server->corp.members, &at, NULL)) != NULL;)
        if (recipients_reach(call, member))
            recipients_member(to, member);
    to->named++;
    to->good++;
    return 0;
}

int recipients_parties(struct call *call, struct recipients *to, const char *list) {
    return recipients_cut(call, to, list, recipients_party, to->bad_parties, OTHERS_MAX, 40058);
}

int recipients_tags(struct call *call, struct recipients *to, const char *list) {
    return recipients_cut(call, to, list, recipients_tag, to->bad_tags, OTHERS_MAX, 40058);
}
