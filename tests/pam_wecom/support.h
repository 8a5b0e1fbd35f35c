/* What the tests of the module share: a helper that plays a script, and a host, that is the real
 * libpam with a directory of its own for stacks and a conversation that plays a script too.
 */
#ifndef WECOM_TESTS_PAM_SUPPORT_H
#define WECOM_TESTS_PAM_SUPPORT_H

#include <check.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* --- The place: a directory with the socket, the links file and the stacks. --- */

struct place {
    char dir[64], socket[96], links[96], module[512];
};
extern struct place place;

void place_open(void);
void place_close(void); /* stops the helper too; no child is left */

/* A case whose tests each get a fresh place. */
TCase *place_case(const char *name);

/* Writes a file into the place's directory; owner as the test's. */
void place_write(const char *path, const char *text, mode_t mode);

/* --- The helper: a child process, one more for each connection. --- */

enum step_kind {
    STEP_END = 0, /* hang up */
    HEAR,         /* receive a packet, and it begins with this verb */
    SAY,          /* send this packet; {user} {userid} {service} {text} are those last heard */
    BYTES,        /* send `n` bytes as they are */
    REST,         /* do nothing for `n` ms */
    STAY,         /* do nothing until the host hangs up */
    AGAIN,        /* go back `n` steps, for ever */
};

struct step {
    enum step_kind kind;
    const char *text;
    size_t n;
};

#define READY \
    { SAY, "ready\nid=tst-1\n", 0 }
#define SCRIPT(...) ((const struct step[]){__VA_ARGS__, {STEP_END, NULL, 0}})

/* What a helper says that grants: to a host that names a user, and to one with `identity`. */
#define GRANTED \
    "result\nverdict=granted\naccount=valid\ncorp=wwcorp1\nuser={user}\nuserid=ZhangSan\n"
#define GRANTED_IDENTITY "result\nverdict=granted\naccount=valid\ncorp=wwcorp1\nuserid=ZhangSan\n"
/* begin -> ready -> this result, and account -> ready -> this result. */
#define RESULT(text) SCRIPT({HEAR, "begin", 0}, READY, {SAY, text, 0})
#define ACCOUNT(text) SCRIPT({HEAR, "account", 0}, READY, {SAY, text, 0})
#define ASK \
    { SAY, "ask\ninfo=Look at your phone.%0AThe code is there.\nprompt=Code: \necho=no\n", 0 }

/* Every connection gets this script. */
void helper_play(const struct step *script);
/* The same, by a process of another user (only as root). */
void helper_play_as(uid_t uid, const struct step *script);
/* Listens, and never accepts. */
void helper_deaf(int backlog);
void helper_stop(void);

/* How many connections the module made since the start. Asks the helper itself. */
int helper_connections(void);
/* The packets heard so far, all connections together; as strings. */
int helper_heard_count(void);
const char *helper_heard(int n);
/* Waits up to 5 s: did the host hang up on a script that stays? */
bool helper_was_left(void);

/* Is "name=value" a line of the packet? */
bool has_field(const char *packet, const char *field);
/* Is there any field of this name? */
bool has_name(const char *packet, const char *name);

/* --- The host. --- */

enum { SHOWN_MOST = 80, ANSWERS_MOST = 80 };

/* One message of one call of the conversation. */
struct shown {
    int call, style;
    char *text;
};

struct host {
    pam_handle_t *pamh;
    int flags;
    /* the person */
    const char *answers[ANSWERS_MOST]; /* in turn; the last one again and again */
    int conv_code;                     /* what the conversation returns */
    bool no_responses, no_answer;      /* success, but no array, or a NULL in it */
    int think_ms;                      /* before each answer */
    void (*during)(struct host *h);    /* called within each conversation that prompts */
    /* what happened */
    struct shown shown[SHOWN_MOST];
    int shown_count, calls, prompts;
};

/* Writes a stack; "@" becomes the module's path with socket= and links= of the place. */
void stack_write(const char *service, const char *text);

/* A handle on a stack that has the module alone, with these arguments, in auth, account and
 * session. `user` may be NULL.
 */
void host_open(struct host *h, const char *service, const char *user, const char *args);
/* A handle on a stack that was written before. */
void host_start(struct host *h, const char *service, const char *user);
void host_close(struct host *h);

/* pam_authenticate and pam_acct_mgmt with the flags of the host. */
int host_auth(struct host *h);
int host_account(struct host *h);

/* The whole: open, authenticate, close. */
int login(const char *user, const char *args);

/* The text shown with this style, first one; NULL when none was. */
const char *host_shown(const struct host *h, int style);
const char *host_user(const struct host *h);

/* --- The system log, as libpam would have written it. --- */

int log_count(int priority);
/* A line with this priority and this part; -1 for any priority. */
bool log_has(int priority, const char *part);
void log_forget(void);

int64_t now_ms(void);
/* Root, so links files and other users can be made? */
bool am_root(void);
/* Runs `f` in a child and returns what it returned (0-255). */
int in_child(int (*f)(void));

#endif
