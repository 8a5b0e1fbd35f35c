/* Shared by login.c, login_talk.c and login_grant.c only. */
#ifndef WECOM_HELPER_LOGIN_INTERNAL_H
#define WECOM_HELPER_LOGIN_INTERNAL_H

#include "helper/login_method.h"
#include "helper/people.h"

/* What a method found out, while the store is asked. */
struct accepted {
    struct members_answer said;
    struct answer_detail detail;
    struct client_failure note;
    bool has_detail, has_note;
    struct people_answer answer; /* while the table is waited for */
};

struct login {
    struct login *next, **link; /* among those that wait */
    struct request request;
    const struct login_method *method;
    void *state;
    struct event *deadline;
    bool asking; /* the person's turn */
    unsigned int rounds;
    const char *prompt_id, *info_id; /* what he was asked last */
    bool echo;
    enum config_lang lang; /* of the service, or as the person wished */
    bool admitted;         /* by all that the store knows */
    bool known;            /* somebody has this name */
    bool judged;           /* what was typed went to a method */
    bool waits_out;        /* asked for Enter, after a while */
    bool granted;
    struct people_ticket *people;
    struct members_watch *watch;
    char proved[WECOM_USERID_MAX_BYTES + 1]; /* of whom login_confirm asks WeCom */
    struct worker_wait *published;
    struct accepted *accepted;
    char *authtok; /* what the host already has, until the method begins */
};

/* Ends the login with this message; `message` is for the person. */
void login_deny_with(struct login *login, enum wecom_reason reason, const char *userid,
                     const struct client_failure *failure, const char *message);
/* Ends a login that was answered. */
void login_end(struct login *login);

/* Are guesses of this login counted? Where somebody names a user and types: at hosts with accounts.
 */
bool login_is_counted(const struct login *login);
/* After a change of the counters. */
void login_log_throttle(const struct helper *helper);

/* The preferred method of a service. */
const struct login_method *login_first_method(const struct config_service *service);

/* The method that is preferred, else the one that `authtok` (NULL: none) fits, begins; or the
 * person is asked to wait.
 */
void login_begin_first(struct login *login, const char *authtok);
/* What the person typed, without blanks around it. */
void login_take_answer(struct login *login, const char *text);

/* The decision is made and waits for the table only. */
void login_grant_now(struct login *login);

#endif
