/* What the suites of check_sim share: a simulator for each test, requests to it, answers. */
#ifndef CHECK_SIM_H
#define CHECK_SIM_H

#include "simctl.h"

#include <check.h>
#include <curl/curl.h>
#include <jansson.h>

#define TEST_TIMEOUT_S 60 /* generous: sanitizers, busy machines */

#define CORP "ww1234567890abcdef"
#define LINUX_APP 1000002
#define DATA_APP 1000003
#define CONTACTS 0
#define LINUX_SECRET "sample-secret-of-1000002-0123456789abcdefg"

#define URLSAFE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

#define WECOM_AGENT "Mozilla/5.0 (iPhone) Mobile/15E148 wxwork/4.1.39 MicroMessenger/7.0.1"
#define WECHAT_AGENT "Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger/8.0.40"
#define DESKTOP_AGENT "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"

/* An authorize link of the Linux application: AUTHORIZE, a scope, TO_BACK. */
#define BACK "https%3A%2F%2Flogin.example.com%2Fcallback"
#define AUTHORIZE \
    "/connect/oauth2/authorize?appid=" CORP "&response_type=code&agentid=1000002&state=abc123"
#define BASE "&scope=snsapi_base"
#define PRIVATE "&scope=snsapi_privateinfo"
#define TO_BACK "&redirect_uri=" BACK

extern struct sim *sim; /* of the running test */
extern const char *sim_binary, *sim_data, *sim_dir;

/* Checked fixtures. The end of the simulator is part of the test: it must leave nothing behind. */
void sim_setup(void);
void sim_teardown(void);

/* One request to the HTTPS port. NULL members are left out. */
struct ask {
    const char *path;                       /* with query */
    const char *body;                       /* given: a POST */
    const char *user_agent, *cookie, *from; /* from: own address, such as 127.0.0.2 */
    const char *header;
    long timeout_ms;
    CURL *curl; /* kept by the caller, to reuse a connection; NULL: one of its own */
};

struct reply {
    CURLcode result;
    long status;
    char *body; /* never NULL */
    size_t bytes;
    json_t *json; /* NULL when the body is no JSON */
    char *location, *error_code, *error_msg;
};

struct reply ask(const struct ask *ask);
void reply_free(struct reply *reply);
void ask_prepare(CURL *curl, const struct ask *ask, char **url); /* for parallel requests */

/* gettoken for an application; belongs to the test until the next call. */
const char *token(int64_t agent_id);

/* An API call with the application's token appended; `format` is the path below /cgi-bin/ with
 * its query. The answer must be HTTP 200 with a JSON object; json_decref it. */
json_t *call(int64_t agent_id, const char *format, ...) __attribute__((format(printf, 2, 3)));
json_t *post(int64_t agent_id, const char *path, const char *body);

/* The same, when only the number matters. */
int call_errcode(int64_t agent_id, const char *format, ...) __attribute__((format(printf, 2, 3)));
int post_errcode(int64_t agent_id, const char *path, const char *body);

int errcode_of(json_t *answer); /* decrefs it */
const char *text_of(json_t *object, const char *name);

/* POST /phone; its cookie, free() it. */
char *phone(const char *body);

/* A GET of a page. */
struct reply visit(const char *path, const char *user_agent, const char *cookie);

/* The code of a redirect ("" when it has none), and what stands in HTML after `before` up to the
 * next quote or tag. Both last until the next call. */
const char *code_of(const char *location);
const char *key_of(const char *html, const char *before);

Suite *suite_tokens(void);
Suite *suite_codes(void);
Suite *suite_contacts(void);
Suite *suite_message(void);
Suite *suite_faults(void);
Suite *suite_load(void);
Suite *suite_oauth(void);
Suite *suite_qr(void);
Suite *suite_control(void);
Suite *suite_start(void);

#endif
