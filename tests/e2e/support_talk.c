/* A host that speaks the wire protocol with the helper, and assertions about what it hears. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/channel.h"
#include "tests/e2e/support.h"

enum { DEADLINE_MS = 20000 };

static void set(struct wire_message *m, enum wire_field field, const char *value) {
    ck_assert_int_eq(wire_set(m, field, value), WECOM_OK);
}

static struct wire_message *message_of(const struct question *q) {
    enum wire_verb verb = q->verb != WIRE_NO_VERB ? q->verb : WIRE_BEGIN;
    struct wire_message *m = wire_new(verb);

    ck_assert_ptr_nonnull(m);
    if (verb == WIRE_ADMIN) {
        set(m, WIRE_F_COMMAND, q->command);
        return m;
    }
    set(m, WIRE_F_SERVICE, q->service != NULL ? q->service : "web");
    set(m, WIRE_F_APP, q->app);
    if (verb == WIRE_INFO || verb == WIRE_APP_CHECK)
        return m;
    if (verb == WIRE_APP_SET) {
        set(m, WIRE_F_CORP, q->corp);
        set(m, WIRE_F_AGENT_ID, q->agent_id);
        set(m, WIRE_F_SECRET, q->secret);
        ck_assert_int_eq(wire_set_number(m, WIRE_F_DEADLINE_MS,
                                         q->deadline_ms > 0 ? q->deadline_ms : DEADLINE_MS),
                         WECOM_OK);
        return m;
    }
    set(m, WIRE_F_USER, q->user);
    set(m, WIRE_F_RHOST, q->rhost);
    ck_assert_int_eq(wire_set_flag(m, WIRE_F_IDENTITY, !q->host), WECOM_OK);
    if (verb == WIRE_SESSION) {
        set(m, WIRE_F_OP, q->op);
        return m;
    }
    set(m, WIRE_F_LINK, q->link);
    ck_assert_int_eq(
        wire_set_number(m, WIRE_F_DEADLINE_MS, q->deadline_ms > 0 ? q->deadline_ms : DEADLINE_MS),
        WECOM_OK);
    if (verb == WIRE_BEGIN) {
        set(m, WIRE_F_AUTHTOK, q->code);
        set(m, WIRE_F_LANG, q->lang);
    }
    return m;
}

static const char *socket_of(const struct question *q) {
    if (q->socket != NULL)
        return place_path(q->socket);
    return place_path(q->verb == WIRE_ADMIN ? "admin.sock" : "login.sock");
}

int talk_open(const struct question *q) {
    struct wire_message *m = message_of(q);
    struct deadline d = deadline_in_ms((int64_t)DEADLINE_MS * place_slowness());
    int fd = -1;
    enum wecom_error err = channel_open(socket_of(q), d, &fd);

    if (err == WECOM_OK)
        err = channel_send(fd, m, d);
    wire_free(m);
    ck_assert_msg(err == WECOM_OK, "%s: error %d: %s\n%s", socket_of(q), (int)err, strerror(errno),
                  helper_tail());
    return fd;
}

static void keep(char *out, size_t bytes, const struct wire_message *m, enum wire_field field) {
    const char *value = wire_get(m, field);

    (void)snprintf(out, bytes, "%s", value != NULL ? value : "");
}

static void take(struct answer *a, const struct wire_message *m) {
    if (m->verb == WIRE_READY)
        keep(a->id, sizeof a->id, m, WIRE_F_ID);
    if (m->verb == WIRE_ASK) {
        keep(a->prompt, sizeof a->prompt, m, WIRE_F_PROMPT);
        keep(a->info, sizeof a->info, m, WIRE_F_INFO_TEXT);
    }
    if (m->verb == WIRE_ROW) {
        if (a->rows == NULL)
            a->rows = place_json(json_array());
        (void)json_array_append_new(
            a->rows, json_loads(wire_get(m, WIRE_F_JSON), JSON_REJECT_DUPLICATES, NULL));
    }
    if (m->verb != WIRE_RESULT)
        return;
    keep(a->verdict, sizeof a->verdict, m, WIRE_F_VERDICT);
    keep(a->account, sizeof a->account, m, WIRE_F_ACCOUNT_IS);
    keep(a->reason, sizeof a->reason, m, WIRE_F_REASON);
    keep(a->method, sizeof a->method, m, WIRE_F_METHOD);
    keep(a->user, sizeof a->user, m, WIRE_F_USER);
    keep(a->userid, sizeof a->userid, m, WIRE_F_USERID);
    keep(a->corp, sizeof a->corp, m, WIRE_F_CORP);
    keep(a->message, sizeof a->message, m, WIRE_F_MESSAGE);
    for (int f = WIRE_F_FIRST_ENV; f < WIRE_FIELD_COUNT; f++)
        keep(a->env[f - WIRE_F_FIRST_ENV], sizeof a->env[0], m, (enum wire_field)f);
}

const char *talk_ready(int fd) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    const char *id;

    ck_assert_int_eq(channel_receive(fd, m, deadline_in_ms((int64_t)5000 * place_slowness())),
                     WECOM_OK);
    ck_assert_int_eq((int)m->verb, WIRE_READY);
    id = text("%s", wire_get(m, WIRE_F_ID));
    wire_free(m);
    return id;
}

struct answer talk_hear(int fd, int limit_ms) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    struct deadline d = deadline_in_ms((int64_t)limit_ms * place_slowness());
    struct answer a = {0};
    int64_t begun = now_ms();

    do {
        a.error = channel_receive(fd, m, d);
        take(&a, m);
    } while (a.error == WECOM_OK && m->verb != WIRE_RESULT && m->verb != WIRE_ASK);
    a.ms = now_ms() - begun;
    wire_free(m);
    return a;
}

struct answer talk(const struct question *q) {
    int fd = talk_open(q);
    struct answer a = talk_hear(fd, DEADLINE_MS + 5000);

    (void)close(fd);
    return a;
}

const char *talk_code(const char *userid) {
    return place_keep(sim_mint(place.sim, AGENT, userid));
}

const char *talk_mint(const char *json_format, ...) {
    char *body = NULL, *code;
    va_list args;

    va_start(args, json_format);
    ck_assert_int_ge(vasprintf(&body, json_format, args), 0);
    va_end(args);
    code = sim_mint_with(place.sim, "%s", body);
    free(body);
    return place_keep(code);
}

void talk_answer(int fd, const char *typed) {
    struct wire_message *m = wire_new(WIRE_ANSWER);

    set(m, WIRE_F_TEXT, typed);
    ck_assert_int_eq(channel_send(fd, m, deadline_in_ms(DEADLINE_MS)), WECOM_OK);
    wire_free(m);
}

int talk_connect(const char *socket_name) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", place_path(socket_name));
    ck_assert_msg(connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "%s: %s", to.sun_path,
                  strerror(errno));
    return fd;
}

void talk_send(int fd, const void *bytes, size_t len) {
    ck_assert_int_eq(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

bool talk_is_closed(int fd) {
    struct deadline d = deadline_in_ms((int64_t)10000 * place_slowness());
    char byte;
    ssize_t n = -1;

    if (deadline_poll(d, fd, POLLIN) == WECOM_OK)
        n = recv(fd, &byte, 1, MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno == ECONNRESET);
}

const char *answer_env(const struct answer *a, enum wire_field field) {
    return a->env[field - WIRE_F_FIRST_ENV];
}

void answer_is(const struct answer *a, const char *verdict, const char *reason, const char *where) {
    ck_assert_msg(a->error == WECOM_OK && strcmp(a->verdict, verdict) == 0 &&
                      strcmp(a->reason, reason) == 0,
                  "%s: error %d, verdict '%s' instead of '%s', reason '%s' instead of '%s', "
                  "message '%s', userid '%s', %lld ms; the log ends:\n%s",
                  where, (int)a->error, a->verdict, verdict, a->reason, reason, a->message,
                  a->userid, (long long)a->ms, helper_tail());
}

void answer_reads(const struct answer *a, const char *text_id) {
    const char *zh = place_sentence("zh_CN", text_id, a->id);
    const char *en = place_sentence("en", text_id, a->id);

    ck_assert_str_ne(a->id, "");
    ck_assert_ptr_nonnull(strstr(zh, a->id));
    ck_assert_ptr_nonnull(strstr(en, a->id));
    ck_assert_str_eq(a->message, text("%s\n%s", zh, en));
}
