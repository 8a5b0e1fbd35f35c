/* A sign-in by scan with all that is real: helper, wecom-web with TLS of its own, the simulator's
 * pages of WeCom; terminals that speak the wire protocol, and browsers with cookies.
 */
#ifndef WECOM_TESTS_E2E_SUPPORT_SCAN_H
#define WECOM_TESTS_E2E_SUPPORT_SCAN_H

#include "tests/e2e/support_web.h"

/* What browsers call themselves. */
extern const char agent_ios[], agent_android[], agent_windows[]; /* WeCom */
extern const char agent_wechat[], agent_safari[], agent_desktop[];

/* Services sshd (method scan), both (scan and message), closed (wangwu may not), web (account=no),
 * each with these lines more (NULL: none). Starts both programs, with one configuration file.
 */
void scan_begin(const char *service_lines);
/* Stops both, and fails the test if a log has a secret of any terminal or browser. */
void scan_end(void);

/* --- Terminals --- */

struct terminal {
    int fd;
    char id[17], link[80];
    const char *info, *prompt;
};

/* Somebody at a host asks; the terminal shows a link. terminal_open: within 60 s, for this user. */
struct terminal terminal_ask(const struct question *q);
struct terminal terminal_open(const char *service, const char *user);
#define TERMINAL(user) terminal_open("sshd", (user))
/* Types a line; what the helper says. */
struct answer terminal_type(const struct terminal *t, const char *line);
/* Is let in with it, as this member, by scan. */
void terminal_lets_in(const struct terminal *t, const char *pin, const char *userid);

/* --- Browsers --- */

struct browser;

/* NULL for `userid`: a browser without WeCom. "zh" or "en". All of them go with the test. */
struct browser *browser_new(const char *agent, const char *language, const char *userid);
/* The phone of a member whose WeCom shows another company. */
struct browser *browser_elsewhere(const char *userid);
/* The same cookies under another name, as one that stole them has them. */
struct browser *browser_copy(const struct browser *from);
/* A cookie of login.example.com; "" where there is none. */
const char *browser_cookie(const struct browser *b);

struct seen {
    long status;
    const char *body, *location, *headers; /* location "": none */
    const char *head;                      /* its heading */
    const char *pin;                       /* the six digits; "": there are none */
};

/* One request. */
struct seen browser_get(struct browser *b, const char *url);
/* Both at the same time, of one browser. */
void browser_get_twice(struct browser *b, const char *url, struct seen both[2]);
/* Goes where it is sent, up to a page. */
struct seen browser_open(struct browser *b, const char *url);
/* On the page of WeCom's QR code: another phone allows or denies, or one click does. */
struct seen browser_scanned(struct browser *b, const struct seen *page, struct browser *phone,
                            const char *action);
struct seen browser_clicks(struct browser *b, const struct seen *page);

/* The page of that name, in that language, with the headers that guard it. */
void seen_is(const struct seen *page, const char *word, const char *language);

#endif
