/* What one call of libpam is about: arguments, service, whose name. */
#ifndef PAM_WECOM_CALL_H
#define PAM_WECOM_CALL_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "pam_wecom/args.h"
#include "pam_wecom/guard.h"
#include "pam_wecom/result.h"
#include "wecom/limits.h"

/* Names are copies: a conversation may change the items behind our back. */
struct call {
    pam_handle_t *pamh;
    struct args args;
    bool silent;              /* PAM_SILENT or `quiet`: prompts only */
    const char *bad_argument; /* with OUTCOME_BAD_ARGUMENT */
    char service[WECOM_SERVICE_MAX_BYTES + 1];
    char user[WECOM_USER_MAX_BYTES + 1]; /* "" when the host named nobody */
    struct guard guard;                  /* of `user`; not looked at with `identity` */
};

enum call_user {
    CALL_ASK_USER,  /* authentication: the name is asked for where the host has none */
    CALL_KNOW_USER, /* later: the name is there or the call is refused */
};

/* Fills `c`. OUTCOME_GRANTED means only: go on. LOCAL_USER: the name is the machine's own. Nothing
 * to release.
 */
enum outcome call_begin(struct call *c, pam_handle_t *pamh, int flags, int argc, const char **argv,
                        enum call_user how);

/* The string item, NULL when unset or empty. Owned by libpam, until the item changes. */
const char *call_item(const struct call *c, int item);

#endif
