/* What a host said when it opened an exchange, and the log line that closes it. */
#include "helper/request.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "common/localfiles.h"
#include "common/names.h"
#include "common/words.h"
#include "helper/dispatch.h"
#include "helper/texts.h"

/* One piece of memory for all three. */
static bool keep_words(struct request *r, const char *user, const char *link, const char *rhost) {
    const size_t user_bytes = strlen(user) + 1, link_bytes = strlen(link) + 1,
                 rhost_bytes = strlen(rhost) + 1;

    r->user = r->link = r->rhost = "";
    r->words = malloc(user_bytes + link_bytes + rhost_bytes);
    if (r->words == NULL)
        return false;
    r->user = memcpy(r->words, user, user_bytes);
    r->link = memcpy(r->words + user_bytes, link, link_bytes);
    r->rhost = memcpy(r->words + user_bytes + link_bytes, rhost, rhost_bytes);
    return true;
}

static const char *word(const struct wire_message *message, enum wire_field field) {
    const char *value = wire_get(message, field);

    return value != NULL ? value : "";
}

static const char no_keys[] = "the app= of this service has no keys, and the host named none that "
                              "was handed over";

/* The application that the host chose among those of its service, else that of the service. */
static struct client_app *choose_app(const struct request *r, const char *name) {
    struct client_app *own = setup_app(r->setup, r->service), *handed = NULL;

    if (name != NULL && r->service != NULL && strcmp(name, r->service->app->name) != 0)
        handed = handed_find(r->helper->handed, r->service_name, name);
    return client_app_ref(handed != NULL ? handed : own);
}

void request_open(struct request *r, struct helper *helper, struct server_peer *peer,
                  const struct wire_message *message) {
    int64_t ms = wire_get_number(message, WIRE_F_DEADLINE_MS);

    if (ms <= 0 || ms > WECOM_TIMEOUT_MAX_S * 1000)
        ms = WECOM_TIMEOUT_MAX_S * 1000;
    *r = (struct request){.helper = helper, .peer = peer, .setup = setup_ref(helper->setup)};
    reply_new_id(r->id);
    (void)snprintf(r->service_name, sizeof r->service_name, "%s", word(message, WIRE_F_SERVICE));
    (void)keep_words(r, word(message, WIRE_F_USER), word(message, WIRE_F_LINK),
                     word(message, WIRE_F_RHOST));
    r->identity = wire_get_flag(message, WIRE_F_IDENTITY);
    r->service = config_find_service(r->setup->config, r->service_name);
    r->app = choose_app(r, wire_get(message, WIRE_F_APP));
    r->begun_ms = helper_now_ms(helper);
    /* so that the person still gets a sentence, and not just the host's time-out */
    r->deadline_ms = r->begun_ms + ms - (ms < 5000 ? ms / 10 : 500);
    r->ask_until_ms = r->deadline_ms - (ms < 5000 ? ms / 50 : 100);
    reply_ready(peer, r->id);
}

void request_close(struct request *r) {
    client_app_unref(r->app);
    setup_unref(r->setup);
    free(r->words);
    r->app = NULL;
    r->setup = NULL;
    r->words = NULL;
    r->user = r->link = r->rhost = "";
}

bool request_copy(struct request *to, const struct request *from) {
    struct request copy = *from;

    if (!keep_words(&copy, from->user, from->link, from->rhost))
        return false;
    copy.peer = NULL;
    (void)setup_ref(copy.setup);
    (void)client_app_ref(copy.app);
    *to = copy;
    return true;
}

bool request_arm(const struct request *r, struct event *deadline) {
    int64_t ms = r->deadline_ms - helper_now_ms(r->helper);
    struct timeval most = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    return deadline != NULL && evtimer_add(deadline, &most) == 0;
}

const char *request_refusal(const struct request *r, const struct wire_message *message) {
    const char *app = wire_get(message, WIRE_F_APP);
    bool is_caller = dispatch_is_caller(r->peer, r->service, r->service_name);

    if (r->words == NULL)
        return "there is no memory for it";
    /* Without a section root may ask about an account or note a session, and nothing more. */
    if (r->service == NULL &&
        (!is_caller || (message->verb != WIRE_ACCOUNT && message->verb != WIRE_SESSION)))
        return "there is no section for this service";
    if (!is_caller)
        return "the caller is not among callers= of this service";
    if (message->verb == WIRE_SESSION || message->verb == WIRE_APP_SET)
        return NULL; /* concern no application that there is */
    if (app != NULL && (r->service == NULL || strcmp(app, client_app_settings(r->app)->name) != 0))
        return "WECOM_APP is not the app= of this service, nor one that it handed over";
    if (r->service != NULL && message->verb != WIRE_INFO && message->verb != WIRE_APP_CHECK &&
        r->service->account == r->identity)
        return "account=no of the service and `identity` of its PAM line go together";
    return config_has_keys(client_app_settings(r->app)) ? NULL : no_keys;
}

const char *request_explain(const char *why, struct client_failure *failure) {
    *failure = (struct client_failure){.cure = why == no_keys ? "cure_no_keys" : NULL};
    (void)snprintf(failure->detail, sizeof failure->detail, "%s", why);
    return why == no_keys ? "no_keys" : NULL;
}

const char *request_expected_userid(const struct request *r) {
    const char *slash = strchr(r->link, '/');
    const char *userid = r->link[0] == '\0' ? (r->identity ? r->user : r->expected)
                         : slash != NULL    ? slash + 1
                                            : "";

    return name_is_userid(userid) ? userid : NULL;
}

bool request_is_other(const struct request *r, const char *userid) {
    const char *expected = request_expected_userid(r);

    if (expected != NULL)
        return !name_same_userid(expected, userid);
    return r->link[0] != '\0' || (r->identity && r->user[0] != '\0');
}

enum wecom_reason request_match(const struct request *r, const char *userid) {
    bool same = r->link[0] != '\0'
                    ? localfiles_link_is(r->link, client_app_settings(r->app)->corp_id, userid)
                    : r->identity && (r->user[0] == '\0' || name_same_userid(r->user, userid));

    return same ? WECOM_REASON_NONE : WECOM_REASON_IDENTITY_MISMATCH;
}

void request_time(const struct helper *helper, int64_t age_s, char *out, size_t bytes) {
    time_t then = (time_t)(helper_wall_s(helper) - age_s);
    struct tm local;

    if (localtime_r(&then, &local) == NULL ||
        strftime(out, bytes, "%Y-%m-%d %H:%M:%S %z", &local) == 0)
        out[0] = '\0';
}

void request_host(char *out, size_t bytes) {
    struct utsname host;

    (void)snprintf(out, bytes, "%s", uname(&host) == 0 ? host.nodename : "");
}

/* What is shown of an origin: a name that somebody else's server tells may be long. */
void request_tell(const struct request *r, struct request_told *told) {
    int64_t age_s = (helper_now_ms(r->helper) - r->begun_ms) / 1000;

    request_host(told->host, sizeof told->host);
    (void)snprintf(told->origin, sizeof told->origin, "%.*s", (int)sizeof told->origin - 1,
                   r->rhost);
    request_time(r->helper, age_s, told->time, sizeof told->time);
}

void request_log(const struct request *r, int level, const char *event, const char *userid,
                 const char *method, enum wecom_reason reason,
                 const struct client_failure *failure) {
    char cure[1024] = "";
    struct log_line l;

    log_begin(&l, level, event);
    log_text(&l, "id", r->id);
    log_text(&l, "service", r->service_name);
    log_text(&l, "user", r->user[0] == '\0' || name_is_userid(r->user) ? r->user : "?");
    log_text(&l, "userid", userid);
    log_text(&l, "method", method);
    log_text(&l, "rhost", r->rhost);
    log_text(&l, "reason", words_reason(reason));
    log_number(&l, "ms", helper_now_ms(r->helper) - r->begun_ms);
    if (failure != NULL && (failure->detail[0] != '\0' || failure->cure != NULL)) {
        const struct config_app *app = client_app_settings(r->app);

        log_text(&l, "app", app->name);
        log_text(&l, "detail", failure->detail);
        log_text(&l, "do",
                 texts_fill(cure, sizeof cure, CONFIG_LANG_EN, handed_cure(app, failure->cure),
                            r->id, failure->ip));
    }
    log_end(&l);
}
