/* Shared by login.c, login_talk.c and login_grant.c only. */
#ifndef WECOM_HELPER_LOGIN_INTERNAL_H
#define WECOM_HELPER_LOGIN_INTERNAL_H

#include "helper/auth_info.h"
#include "helper/login_method.h"
#include "helper/people.h"
#include "helper/remember.h"

/* What a method found out, while the store is asked. */
struct accepted {
    struct members_answer said;
    struct answer_detail detail;
    struct client_failure note;
    bool has_detail;
    bool by_store;               /* WeCom said nothing: it cannot be reached */
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
    bool blind;    /* the host had it: it cannot ask */
    bool has_key;  /* the host names a key that the login was made with, and it counts here */
    unsigned char key[AUTH_INFO_BYTES];
};

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
/* Goes over to a method, with what was typed for it (NULL: nothing). */
void login_go_to(struct login *login, const struct login_method *method, const char *authtok);

/* What the person typed, without blanks around it. */
void login_take_answer(struct login *login, const char *text);

/* remember= (login_remember.c). Takes the key that the host names, where one counts; tells the log
 * once for each service when none does.
 */
void login_take_key(struct login *login, const char *auth_info);
/* Is there a window for this login, of the account that has the name? */
bool login_is_remembered(const struct login *login, const struct people_answer *answer);
/* A login was granted in full: its window begins. It was refused: its window ends. */
void login_remember(const struct login *login, const struct people_answer *answer);
void login_forget(const struct login *login);

/* The decision is made and waits for the table only. */
void login_grant_now(struct login *login);

#endif
