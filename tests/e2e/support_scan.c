/* A sign-in by scan with all that is real: the programs and the terminals. */
#include "tests/e2e/support_scan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/support_scan_internal.h"

enum { SECRETS_MOST = 8192 };

/* What no log may have. */
static const char *secrets[SECRETS_MOST];
static size_t secrets_count;

void scan_remember(const char *secret) {
    ck_assert_uint_lt(secrets_count, SECRETS_MOST);
    if (secret[0] != '\0')
        secrets[secrets_count++] = text("%s", secret);
}

/* One file for both programs, as on a real machine. */
static void configure(const char *lines) {
    if (web_port == 0)
        web_port = place_free_port();
    place_certificate("web");
    ck_assert_int_eq(chown(place_path("web.key"), 1, 1), 0);
    ck_assert_int_eq(chmod(place_path("web.key"), 0400), 0);
    helper_configure("log_level = debug\n",
                     "authorize_url = {api}/connect/oauth2/authorize\n"
                     "sso_url = {api}/wwlogin/sso/login\n",
                     text("[web]\nuser = daemon\npublic_url = https://login.example.com\n"
                          "listen = 127.0.0.1:%d\n"
                          "tls_cert = {dir}/web.pem\ntls_key = {dir}/web.key\n"
                          "[service sshd]\nmethods = scan\n%s"
                          "[service both]\nmethods = scan message\n%s"
                          "[service closed]\nmethods = scan\ndeny = user:wangwu\n%s"
                          "[service web]\nmethods = scan\naccount = no\n%s",
                          web_port, lines, lines, lines, lines));
    ck_assert_int_eq(symlink(place_path("wecom.conf"), place_path("web.conf")), 0);
}

void scan_begin(const char *service_lines) {
    secrets_count = 0;
    configure(service_lines != NULL ? service_lines : "");
    helper_start();
    web_start();
    browsers_begin();
}

/* Six digits that stand in a longer number are none. */
static bool has(const char *log, const char *secret) {
    size_t len = strlen(secret);
    bool digits = strspn(secret, "0123456789") == len;

    for (const char *at = log; (at = strstr(at, secret)) != NULL; at++) {
        bool inside = at > log && isdigit((unsigned char)at[-1]) != 0;

        if (!digits || (!inside && isdigit((unsigned char)at[len]) == 0))
            return true;
    }
    return false;
}

void scan_end(void) {
    const char *const logs[] = {helper_log(), web_log()};

    browsers_end();
    for (size_t i = 0; i < secrets_count; i++) {
        for (int l = 0; l < 2; l++)
            ck_assert_msg(!has(logs[l], secrets[i]), "a log has '%s':\n%s", secrets[i], logs[l]);
        if (strlen(secrets[i]) > 6)
            ck_assert_msg(!place_holds(secrets[i], NULL), "a file has '%s'", secrets[i]);
    }
}

struct terminal terminal_ask(const struct question *q) {
    struct terminal t = {.fd = talk_open(q)};
    struct answer a = talk_hear(t.fd, 5000);
    const char *link = strstr(a.info, "https://");

    ck_assert_msg(link != NULL, "no link: error %d, '%s'\n%s", (int)a.error, a.info, helper_tail());
    (void)snprintf(t.link, sizeof t.link, "%.*s", (int)strcspn(link, "\n "), link);
    (void)snprintf(t.id, sizeof t.id, "%s", a.id);
    t.info = text("%s", a.info);
    t.prompt = text("%s", a.prompt);
    scan_remember(strrchr(t.link, '/') + 1);
    return t;
}

struct terminal terminal_open(const char *service, const char *user) {
    return terminal_ask(&(const struct question){
        .service = service,
        .user = user,
        .host = strcmp(service, "web") != 0,
        .rhost = "198.51.100.23",
        .deadline_ms = 60000,
    });
}

struct answer terminal_type(const struct terminal *t, const char *line) {
    struct answer a;

    talk_answer(t->fd, line);
    a = talk_hear(t->fd, 20000);
    (void)snprintf(a.id, sizeof a.id, "%s", t->id);
    return a;
}

void terminal_lets_in(const struct terminal *t, const char *pin, const char *userid) {
    struct answer a;

    ck_assert_uint_eq(strlen(pin), 6);
    a = terminal_type(t, pin);
    answer_is(&a, "granted", "", pin);
    ck_assert_str_eq(a.userid, userid);
    ck_assert_str_eq(a.method, "scan");
    (void)close(t->fd);
}
