/* What the end-to-end tests share: a place (directory, name spaces, simulator), the real helper,
 * programs, and a host that speaks the wire protocol. Everything started here ends with the test,
 * also when the test fails: a janitor in a session of its own waits for that.
 */
#ifndef WECOM_TESTS_E2E_SUPPORT_H
#define WECOM_TESTS_E2E_SUPPORT_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/wire.h"
#include "tests/sim/simctl.h"
#include "wecom/error.h"

/* Of tests/sim/members.json. */
enum { AGENT = 1000002, OTHER_AGENT = 1000003 };
#define CORP "ww1234567890abcdef"
#define SECRET "sample-secret-of-1000002-0123456789abcdefg"
#define OTHER_SECRET "sample-secret-of-1000003-0123456789abcdefg"

#define GETTOKEN "/cgi-bin/gettoken"
#define GETUSERINFO "/cgi-bin/auth/getuserinfo"
#define GETUSERDETAIL "/cgi-bin/auth/getuserdetail"
#define USER_GET "/cgi-bin/user/get"
#define AGENT_GET "/cgi-bin/agent/get"

/* The account that the helper runs as. */
enum { NOBODY = 65534 };

/* Sanitizers and valgrind make everything slower: limits of time are stretched by this. */
int place_slowness(void);

/* --- The place --- */

struct place {
    char dir[48]; /* 0755, of root; everything is below it */
    struct sim *sim;
    pid_t helper; /* 0 while none runs */
};
extern struct place place;

/* A case whose tests each get a fresh place with a running simulator. */
TCase *place_case(const char *name, int limit_s);

/* "DIR/name"; the last eight results stay valid. */
const char *place_path(const char *name);
/* The program of this build: "BUILD/name". The last eight results stay valid. */
const char *place_program(const char *name);

/* A copy of `from` with {dir} {api} {ca} {build} filled in. Strings that this and the functions
 * below return go with the place.
 */
const char *place_fill(const char *from);
/* Writes a file (name below the place, or absolute) with the same filled in. */
void place_write(const char *name, const char *content, mode_t mode, uid_t owner);

/* Memory that goes with the place; returns it. place_json does the same for JSON. */
void *place_keep(void *memory);
json_t *place_json(json_t *json);

/* Tells the janitor of a process that must not outlive the test. */
void place_own(pid_t pid);
/* Puts a directory of the place over one of the machine's, or a file over a file, for this test
 * and its children only.
 */
void place_mount(const char *name, const char *over);

/* Does any file below the place hold these bytes? Sockets are passed over; so is `except`. */
bool place_holds(const char *bytes, const char *except);

/* Makes a certificate for 127.0.0.1 and login.example.com that is its own authority: NAME.pem,
 * NAME.key.
 */
void place_certificate(const char *name);
/* A TCP port of 127.0.0.1 that was free a moment ago. */
int place_free_port(void);

/* The sentence of po/LANG.po with the id filled in. */
const char *place_sentence(const char *lang, const char *text_id, const char *id);

/* --- Programs (support_run.c) --- */

struct run {
    int status; /* exit status, or 128 + signal */
    const char *out, *err;
    int64_t ms;
};

enum { RUN_MOST = 24 };

/* Runs to its end; `input` may be NULL. The first argument is the program's path. Fails the test
 * when it takes longer than `limit_s`.
 */
struct run run(const char *input, int limit_s, const char *const argv[]);
#define RUN(input, ...) run((input), 60, (const char *const[]){__VA_ARGS__, NULL})

/* The same, started only. `pid` is the process; run_wait ends it. */
struct running {
    pid_t pid;
    int out, err;
    int64_t begun_ms;
};
struct running run_start(const char *input, const char *const argv[]);
struct run run_wait(struct running *r, int limit_s);

/* In the child, before the program begins. NULL: nothing. */
extern void (*run_prepare)(void);
/* More environment for the child: "NAME=value", NULL-terminated. NULL: that of the test. */
extern const char *const *run_environment;

/* LD_PRELOAD and ASAN_OPTIONS for a program that loads our module into a host without ASan; NULL
 * when the module needs none.
 */
const char *const *run_host_environment(void);

/* --- The helper (support_helper.c) --- */

/* Services that most tests use: web (identity; userid, name, departments), detail (the same with
 * mobile and email), host (account=yes).
 */
extern const char helper_services[];
/* Set: no host accounts, so that nothing is asked of WeCom but what the test makes. */
extern bool helper_identities_only;

/* Writes wecom.conf (and an empty account table, so that no round of synchronization begins by
 * itself, unless the lines have a state_dir or [accounts] of their own): more lines for [helper]
 * and [app main], and the services. NULL: none, and helper_services.
 */
void helper_configure(const char *helper_lines, const char *app_lines, const char *services);
/* Starts it with that file and waits for "started". */
void helper_start(void);
/* helper_configure(NULL, NULL, NULL) and helper_start. */
void helper_begin(void);
/* Starts it with more arguments and does not wait. */
void helper_spawn(const char *const *more);
/* Waits for its end without a signal, or after one (0: none). The exit status. */
int helper_end(int signal);
/* SIGTERM; fails the test unless it ends with 0 and no sanitizer complained. */
void helper_stop(void);

/* Waits until the log, from `from` on, holds `what`; false after ten seconds. */
bool helper_says(size_t from, const char *what);
/* SIGHUP, and waits until the log says this of it. */
void helper_reload(const char *says);
/* What it has logged up to now, and how long that is. */
const char *helper_log(void);
/* The end of it, short enough for the message of an assertion. */
const char *helper_tail(void);
size_t helper_log_bytes(void);
/* The first line with this text behind `from`; NULL: none. */
const char *helper_line(size_t from, const char *what);

/* --- A host that speaks the protocol (support_talk.c) --- */

struct question {
    enum wire_verb verb; /* 0: begin */
    const char *service; /* NULL: web */
    const char *user, *code, *link, *app, *rhost;
    bool host;       /* account=yes: without `identity` */
    int deadline_ms; /* 0: 20000, or what slow machines need */
    const char *socket, *command, *op, *lang;
    const char *corp, *agent_id, *secret; /* of app_set */
};

enum { TALK_ENVS = WIRE_FIELD_COUNT - WIRE_F_FIRST_ENV, TALK_ROWS = 32 };

/* Absent fields are "". */
struct answer {
    enum wecom_error error; /* of the exchange */
    char id[17], verdict[17], account[17], reason[33], method[17], user[257], userid[65], corp[65];
    char message[1025], prompt[257], info[8193]; /* info: what stands above the prompt */
    char env[TALK_ENVS][1025];
    json_t *rows; /* of info, app_check and admin; goes with the place */
    int64_t ms;
};

/* One exchange to its end; an ask ends it too, and is in `prompt`. */
struct answer talk(const struct question *q);
#define ASK(...) talk(&(const struct question){__VA_ARGS__})
/* The same with a fresh code of `userid`. */
#define LOGIN(person, ...) ASK(.code = talk_code(person), __VA_ARGS__)
const char *talk_code(const char *userid);
/* A code minted as sim_mint_with does it. */
const char *talk_mint(const char *json_format, ...) __attribute__((format(printf, 1, 2)));
/* Text made by printf. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* In steps: sends the request; receives up to the result, or an ask; answers an ask; hangs up. */
int talk_open(const struct question *q);
/* Waits for "ready": from then on the helper has the question. The id of the exchange. */
const char *talk_ready(int fd);
struct answer talk_hear(int fd, int limit_ms);
void talk_answer(int fd, const char *typed);
/* Fails the test unless the piece stands in it. */
void text_has(const char *all, const char *piece);
/* Raw bytes as one packet, or nothing but a connection. */
int talk_connect(const char *socket);
void talk_send(int fd, const void *bytes, size_t len);
/* Waits until the other end closed; false after ten seconds, or if it sent something else. */
bool talk_is_closed(int fd);

const char *answer_env(const struct answer *a, enum wire_field field);

/* Assertions with all of the answer and the end of the log in the message. */
void answer_is(const struct answer *a, const char *verdict, const char *reason, const char *where);
#define GRANTED(a, person)                           \
    do {                                             \
        struct answer granted_ = (a);                \
        answer_is(&granted_, "granted", "", #a);     \
        ck_assert_str_eq(granted_.userid, (person)); \
    } while (0)
#define DENIED(a, why)                            \
    do {                                          \
        struct answer denied_ = (a);              \
        answer_is(&denied_, "denied", (why), #a); \
    } while (0)
#define UNAVAILABLE(a, why)                                 \
    do {                                                    \
        struct answer unavailable_ = (a);                   \
        answer_is(&unavailable_, "unavailable", (why), #a); \
    } while (0)
/* The message is the sentence of this id in both languages, Chinese first, and nothing else. */
void answer_reads(const struct answer *a, const char *text_id);

int64_t now_ms(void);
int count(const char *path);
/* All requests that reached the API. */
int count_all(void);

/* --- PAM services (support_stack.c) --- */

/* Writes /etc/pam.d (of this test) and a configuration with its services, and starts the helper:
 * wecom-web (identity), wecom-host, wecom-slow (identity, three seconds), wecom-fall (goes on with
 * pam_permit where the helper is absent).
 */
void stack_begin(const char *helper_lines, const char *app_lines);
/* One service: all its lines with this control and these arguments; `last` behind each. */
void stack_write(const char *name, const char *control, const char *arguments, const char *last);

/* Fails the test unless the program ended with 0. */
void run_passes(const struct run *r);

/* wecom-login with these arguments: the code goes in as JSON (NULL: nothing), the answer comes out.
 */
const json_t *sign_in(const char *code, int status, const char *const more[]);
#define SIGN_IN(code, ...) sign_in((code), 0, (const char *const[]){__VA_ARGS__, NULL})
void sign_in_ok(const json_t *answer, const char *user);
void sign_in_refused(const json_t *answer, const char *pam, const char *reason);
/* The string of an object, "" when there is none. */
const char *word_of(const json_t *object, const char *key);

/* --- Hosts that are not root (support_caller.c) --- */

struct caller {
    uid_t uid;
    gid_t gid;
    const gid_t *groups;
    size_t groups_count;
};

/* One exchange as somebody else. `rows` is NULL. */
struct answer caller_asks(const struct caller *who, const struct question *q);
#define ASK_AS(who, ...) caller_asks((who), &(const struct question){__VA_ARGS__})
/* Runs `work` as somebody else and brings its result. */
void caller_run(const struct caller *who, void (*work)(void *arg, int *result), void *arg,
                int *result);

/* --- In between (support_relay.c) --- */

struct relay {
    pid_t pid; /* leads the process group of its connections */
    int port;
    unsigned int *accepted; /* shared with it */
};

/* Listens on 127.0.0.1:port (0: any) and passes bytes to that port. */
struct relay relay_start(int port, int to_port);
/* A proxy that knows CONNECT to 127.0.0.1. `status` 200: it serves; else what it answers. */
struct relay relay_proxy(int status);
/* Ends it and every connection through it. */
void relay_stop(struct relay *r);

#endif
