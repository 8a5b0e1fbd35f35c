/* wecom-web for the end-to-end tests: started, asked over sockets of our own, and its helper, whose
 * part the test itself plays. Nothing runs beside: a test sends, takes the helper's side, reads.
 */
#ifndef WECOM_TESTS_E2E_SUPPORT_WEB_H
#define WECOM_TESTS_E2E_SUPPORT_WEB_H

#include "tests/e2e/support.h"

/* A case whose tests each get a fresh place, and a message; what was started is stopped. */
TCase *web_case(const char *name, int limit_s);
extern struct wire_message *told;

/* Of 127.0.0.1, where it listens. */
extern int web_port;

/* Writes wecom.conf with these lines for [web] (NULL: none; public_url stands unless they have it)
 * and starts it; a socket of the helper is there, on which the test listens.
 */
void web_begin(const char *lines);
/* Only writes the file. Only starts it; `more` arguments, NULL-terminated. */
void web_configure(const char *lines);
void web_start(void);
pid_t web_pid(void);
/* SIGTERM; fails the test unless it ends with 0 and no sanitizer complained. */
void web_stop(void);
/* What it has logged. web_says waits for a line, at most 15 s. */
const char *web_log(void);
bool web_says(const char *what);

/* A connection to it; `from` is our own address (NULL: 127.0.0.1). */
int web_connect(const char *from);
void web_send(int fd, const char *bytes);
/* Connects, sends "METHOD TARGET HTTP/1.1", Host, these headers (each ended by CRLF, NULL: none)
 * and an empty line.
 */
int web_ask(const char *method, const char *target, const char *headers);

/* What came until the other end closed, within 15 s. The connection is closed. */
struct web_answer {
    int status; /* 0: nothing came */
    const char *all, *body;
    int64_t ms;
};
struct web_answer web_read(int fd);
/* A header's value, "" when it is absent; "twice" when it is. */
const char *web_header(const struct web_answer *a, const char *name);
#define WEB_GET(target, headers) web_read(web_ask("GET", (target), (headers)))

/* The helper's side: takes the next exchange (fails after 15 s), its request in `m`. */
int web_helper_takes(struct wire_message *m);
/* Sends a packet as it stands here. */
void web_helper_says(int fd, const char *packet);
/* ready, the packet, the end. */
void web_helper_answers(int fd, const char *packet);
/* Has nobody asked the helper? */
bool web_helper_is_idle(void);
/* From now on there is one that runs as `uid`; web_begin did that with root. */
void web_helper_comes(uid_t uid);
/* From now on there is no helper. */
void web_helper_goes(void);

#endif
