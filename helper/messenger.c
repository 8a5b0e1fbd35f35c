/* Sends people their sign-in codes. */
#include "helper/messenger.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

#include "common/names.h"
#include "common/text.h"
#include "helper/people.h"
#include "helper/reasons.h"
#include "helper/texts.h"
#include "helper/throttle.h"

/* What is shown of an origin: a name that somebody else's server tells may be long. */
enum { ORIGIN_SHOWN_BYTES = 64, TEXT_BYTES = 2048 /* page 90236: what is behind is cut */ };

struct sending {
    struct messenger *messenger;
    struct sending *next, **link;
    struct request request; /* of the login that wanted it: without its host */
    struct event *start;
    struct members_watch *watch;
    struct client_request *call;
    char userid[WECOM_USERID_MAX_BYTES + 1];
    char digits[PINS_DIGITS + 1];
};

struct messenger {
    struct helper *helper;
    struct sending *sendings;
    unsigned int count;
};

struct messenger *messenger_new(struct helper *helper) {
    struct messenger *messenger = calloc(1, sizeof *messenger);

    if (messenger != NULL)
        messenger->helper = helper;
    return messenger;
}

static void end(struct sending *s) {
    *s->link = s->next;
    if (s->next != NULL)
        s->next->link = s->link;
    s->messenger->count--;
    if (s->start != NULL)
        event_free(s->start);
    members_drop(s->watch);
    client_cancel(s->call);
    request_close(&s->request);
    OPENSSL_cleanse(s, sizeof *s);
    free(s);
}

void messenger_free(struct messenger *messenger) {
    if (messenger == NULL)
        return;
    while (messenger->sendings != NULL)
        end(messenger->sendings);
    free(messenger);
}

struct pins_owner messenger_owner(const struct request *r, const char *userid) {
    return (struct pins_owner){
        .user = r->user, .service = r->service_name, .origin = r->rhost, .userid = userid};
}

static void fail(struct sending *s, enum wecom_reason reason,
                 const struct client_failure *failure) {
    struct pins_owner owner = messenger_owner(&s->request, s->userid);

    request_log(&s->request, reasons_find(reason)->log_level, "code not sent", s->userid, "message",
                reason, failure);
    pins_unsent(s->messenger->helper->pins, &owner);
    end(s);
}

static void on_sent(void *arg, const struct client_result *result) {
    static const struct client_failure nobody = {
        .detail = "message/send: WeCom gave the message to nobody", .cure = "cure_visible"};
    struct sending *s = arg;

    s->call = NULL;
    /* also where nobody knows whether it arrived */
    if (result->failure.reason == WECOM_REASON_NONE || result->asked_again)
        throttle_sent(s->messenger->helper->throttle, s->userid);
    if (result->failure.reason != WECOM_REASON_NONE) {
        fail(s, result->failure.reason, &result->failure);
    } else if (!answer_has_reached(result->json)) {
        fail(s, WECOM_REASON_NOT_VISIBLE, &nobody);
    } else {
        request_log(&s->request, LOG_NOTICE, "code sent", s->userid, "message", WECOM_REASON_NONE,
                    NULL);
        end(s);
    }
}

/* In one language: the code first, so that the shortest preview shows it. */
static void write_text(char *out, size_t bytes, enum config_lang lang, const struct sending *s) {
    const struct request *r = &s->request;
    char origin[ORIGIN_SHOWN_BYTES + 1], time_is[64] = "";
    time_t now = (time_t)helper_wall_s(r->helper);
    struct utsname host = {.nodename = ""};
    struct tm local;

    (void)snprintf(origin, sizeof origin, "%.*s", ORIGIN_SHOWN_BYTES, r->rhost);
    if (r->rhost[0] == '\0')
        (void)texts_line(origin, sizeof origin, lang, "origin_local");
    (void)uname(&host);
    if (localtime_r(&now, &local) != NULL)
        (void)strftime(time_is, sizeof time_is, "%Y-%m-%d %H:%M:%S %z", &local);
    texts_words(out, bytes, lang, "message_text",
                (const char *const[]){s->digits, r->service_name, host.nodename, origin, r->user,
                                      time_is, NULL});
}

static void send_text(struct sending *s) {
    const struct request *r = &s->request;
    enum config_lang lang = r->service->lang;
    char text[TEXT_BYTES] = "", agent_id[24];
    const char *values[CALLS_PARAMETERS] = {s->userid, "text", agent_id, text};
    size_t used = 0;

    (void)snprintf(agent_id, sizeof agent_id, "%ld", client_app_settings(r->app)->agent_id);
    if (lang != CONFIG_LANG_EN)
        write_text(text, sizeof text, CONFIG_LANG_ZH, s);
    used = strlen(text);
    if (lang == CONFIG_LANG_BOTH)
        used += (size_t)snprintf(text + used, sizeof text - used, "\n\n");
    if (lang != CONFIG_LANG_ZH)
        write_text(text + used, sizeof text - used, CONFIG_LANG_EN, s);
    text_clean(text, TEXT_LINES);
    s->call = client_ask(r->app, CALLS_MESSAGE_SEND, values, r->ask_until_ms, on_sent, s);
    OPENSSL_cleanse(text, sizeof text);
    if (s->call == NULL)
        fail(s, WECOM_REASON_INTERNAL, NULL);
}

static void on_member(void *arg, const struct members_answer *said) {
    struct sending *s = arg;
    struct client_failure failure = said->failure;
    enum wecom_reason reason = members_reason(said);

    s->watch = NULL;
    if (reason == WECOM_REASON_NONE) {
        send_text(s);
        return;
    }
    people_note(&s->request, s->userid, said);
    fail(s, reason, failure.detail[0] != '\0' ? &failure : NULL);
}

/* A little later, nobody knows when: the work of sending must not show in the time of the prompt,
 * or of the answer to whoever types at once.
 */
static bool arm(struct event *start) {
    struct timeval later = {.tv_usec = MESSENGER_LATER_LEAST_MS * 1000};
    uint8_t byte;

    if (getrandom(&byte, sizeof byte, 0) != (ssize_t)sizeof byte)
        return false;
    later.tv_usec += byte * MESSENGER_LATER_MORE_MS * 1000 / UINT8_MAX;
    return evtimer_add(start, &later) == 0;
}

/* One message to a person after the other: else many at once would all find the count below its
 * limit.
 */
static bool is_another_under_way(const struct sending *s) {
    for (const struct sending *o = s->messenger->sendings; o != NULL; o = o->next) {
        if (o != s && (o->watch != NULL || o->call != NULL) &&
            name_same_userid(o->userid, s->userid))
            return true;
    }
    return false;
}

static void on_start(evutil_socket_t fd, short what, void *arg) {
    static const struct client_failure often = {
        .detail = "five messages to this person within ten minutes are enough"};
    struct sending *s = arg;
    struct request *r = &s->request;

    (void)fd;
    (void)what;
    if (is_another_under_way(s) && helper_now_ms(r->helper) < r->ask_until_ms && arm(s->start))
        return;
    if (!throttle_may_send(r->helper->throttle, s->userid)) {
        fail(s, WECOM_REASON_TOO_MANY_TRIES, &often);
        return;
    }
    if (!members_hear(r->helper->members, r->app, s->userid, &s->watch, on_member, s))
        fail(s, WECOM_REASON_INTERNAL, NULL);
}

static struct sending *new_sending(const struct request *r, const char *userid,
                                   const char *digits) {
    struct messenger *messenger = r->helper->messenger;
    struct sending *s = messenger->count < MESSENGER_MOST ? calloc(1, sizeof *s) : NULL;

    if (s == NULL)
        return NULL;
    s->messenger = messenger;
    s->request = *r;
    s->request.peer = NULL;
    (void)setup_ref(s->request.setup);
    (void)client_app_ref(s->request.app);
    s->request.ask_until_ms = helper_now_ms(r->helper) + MESSENGER_ASK_MS;
    (void)snprintf(s->userid, sizeof s->userid, "%s", userid);
    memcpy(s->digits, digits, sizeof s->digits);
    s->next = messenger->sendings;
    s->link = &messenger->sendings;
    if (s->next != NULL)
        s->next->link = &s->next;
    messenger->sendings = s;
    messenger->count++;
    return s;
}

void messenger_send(const struct request *r, const char *userid,
                    const char digits[PINS_DIGITS + 1]) {
    static const struct client_failure full = {.detail = "too many messages at once"};
    struct sending *s = new_sending(r, userid, digits);

    if (s == NULL) {
        struct pins_owner owner = messenger_owner(r, userid);

        request_log(r, LOG_ERR, "code not sent", userid, "message", WECOM_REASON_INTERNAL, &full);
        pins_unsent(r->helper->pins, &owner);
        return;
    }
    s->start = evtimer_new(r->helper->base, on_start, s);
    if (s->start == NULL || !arm(s->start))
        fail(s, WECOM_REASON_INTERNAL, NULL);
}

unsigned int messenger_count(const struct messenger *messenger) {
    return messenger->count;
}
