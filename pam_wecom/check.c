/* May the helper grant that? The helper talks to the network and is not trusted here.
 *
 *  1. The result MUST name a well-formed userid.
 *  2. Where accounts count, it MUST name exactly the user that the login began with, and PAM_USER
 *     MUST still be that user.
 *  3. A name that is in passwd NOW MUST be linked, now, to exactly this company and userid, and
 *     MUST NOT be uid 0.
 *  4. With `identity`, it MUST NOT name a user (so both sides mean the same kind of service), and a
 *     PAM_USER that the host set MUST be the userid.
 */
#include "pam_wecom/check.h"

#include <string.h>

#include "common/localfiles.h"
#include "common/names.h"
#include "wecom/paths.h"

static enum outcome check_account(const struct call *c, const struct wire_message *result) {
    const char *user = wire_get(result, WIRE_F_USER);
    const char *userid = wire_get(result, WIRE_F_USERID);
    const char *corp_id = wire_get(result, WIRE_F_CORP);
    const char *now = call_item(c, PAM_USER);
    struct guard guard;

    if (user == NULL || c->user[0] == '\0' || strcmp(user, c->user) != 0)
        return OUTCOME_FORBIDDEN;
    if (now == NULL || strcmp(now, c->user) != 0)
        return OUTCOME_FORBIDDEN;
    if (corp_id == NULL || !name_is_corp_id(corp_id))
        return OUTCOME_FORBIDDEN;
    if (guard_look(WECOM_PASSWD_FILE, c->args.links, c->user, &guard) != WECOM_OK)
        return OUTCOME_NO_PASSWD;
    if (guard.place == GUARD_FREE)
        return OUTCOME_GRANTED;
    return guard.place == GUARD_LINKED && localfiles_link_is(guard.link, corp_id, userid)
               ? OUTCOME_GRANTED
               : OUTCOME_FORBIDDEN;
}

static enum outcome check_identity(const struct call *c, const struct wire_message *result) {
    const char *userid = wire_get(result, WIRE_F_USERID);
    const char *corp_id = wire_get(result, WIRE_F_CORP);
    const char *now = call_item(c, PAM_USER);

    if (wire_get(result, WIRE_F_USER) != NULL || (corp_id != NULL && !name_is_corp_id(corp_id)))
        return OUTCOME_FORBIDDEN;
    if (c->user[0] != '\0' && (now == NULL || strcmp(now, c->user) != 0))
        return OUTCOME_FORBIDDEN;
    return now == NULL || name_same_userid(now, userid) ? OUTCOME_GRANTED : OUTCOME_OTHER_PERSON;
}

enum outcome check_granted(const struct call *c, const struct wire_message *result) {
    const char *userid = wire_get(result, WIRE_F_USERID);

    if (userid == NULL || !name_is_userid(userid))
        return OUTCOME_FORBIDDEN;
    return c->args.identity ? check_identity(c, result) : check_account(c, result);
}

bool check_account_is_ours(const struct call *c, const struct wire_message *result) {
    const char *user = wire_get(result, WIRE_F_USER);
    const char *userid = wire_get(result, WIRE_F_USERID);

    if (c->args.identity)
        return user == NULL && (userid == NULL || name_same_userid(userid, c->user));
    return user == NULL || strcmp(user, c->user) == 0;
}
