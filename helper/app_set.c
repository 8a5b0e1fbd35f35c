/* A web host hands over the keys of a WeCom application of its own.
 *
 * 1. Only the callers of a service with set_app=yes may, for that service.
 * 2. A host names keys, and MUST NOT be able to name a URL, a path or a proxy.
 * 3. Nothing is kept before WeCom has taken Company ID and Secret, and has not refused the AgentId.
 *    What was in force before stays in force until then.
 * 4. An address that is not trusted yet (60020) is no refusal: WeCom takes a trusted IP only after
 *    a domain, which the administrator may set later.
 * 5. The Secret MUST be wiped when the exchange ends, and MUST NOT be logged, nor may a Company ID
 *    that could be a Secret in the wrong field of a form.
 */
#include "helper/app_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/words.h"
#include "helper/reasons.h"
#include "helper/request.h"
#include "helper/texts.h"
#include "helper/wecom/answer.h"

/* Secrets have 43 characters, Company IDs 18 today: a longer one is not logged. */
enum { LOGGED_CORP_BYTES = 32 };

struct app_set {
    struct request request;
    char name[WECOM_SERVICE_MAX_BYTES + 1];
    struct handed_keys keys;
    struct client_app *tried; /* with these keys, at work for nobody else */
    struct client_request *asking;
    bool trying; /* counted as a try of the service */
};

/* What refuses a name, as sentence and as detail of the log. */
static const struct {
    const char *text, *detail;
} refusals[] = {
    [HANDED_NOT_PERMITTED] = {"set_app_off", "set_app of this service is not yes"},
    [HANDED_ODD_NAME] = {"set_app_name", "the name begins with \".\" or \"-\""},
    [HANDED_NAME_OF_FILE] = {"set_app_taken", "the configuration file has an [app] of that name"},
    [HANDED_NAME_OF_OTHER] = {"set_app_taken",
                              "another service, or a file that cannot be used, has that name"},
    [HANDED_FULL] = {"set_app_full", "this service has 64 applications, or all have 256"},
};

static void end_try(struct app_set *set, bool wrong) {
    if (set->trying)
        tries_end(set->request.helper->tries, set->request.service_name, wrong);
    set->trying = false;
}

static void free_set(struct app_set *set) {
    end_try(set, false);
    client_cancel(set->asking);
    client_app_unref(set->tried);
    handed_keys_clear(&set->keys);
    request_close(&set->request);
    free(set);
}

/* "app_set granted|denied id= service= app= corp= agent_id= reason= ms= detail= do=". */
static void write_log(const struct app_set *set, int level, const char *event,
                      enum wecom_reason reason, const struct client_failure *failure) {
    const struct request *r = &set->request;
    char cure[1024] = "";
    struct log_line l;

    log_begin(&l, level, event);
    log_text(&l, "id", r->id);
    log_text(&l, "service", r->service_name);
    log_text(&l, "app", set->name);
    log_text(&l, "corp", strlen(set->keys.corp_id) <= LOGGED_CORP_BYTES ? set->keys.corp_id : "?");
    log_number(&l, "agent_id", set->keys.agent_id);
    log_text(&l, "reason", words_reason(reason));
    log_number(&l, "ms", helper_now_ms(r->helper) - r->begun_ms);
    log_text(&l, "detail", failure->detail);
    log_text(&l, "do",
             texts_fill(cure, sizeof cure, CONFIG_LANG_EN, failure->cure, r->id, failure->ip));
    log_end(&l);
}

/* The sentence `text_id` and, unless it is NULL, what to do, in the languages of the service. */
static void write_message(const struct app_set *set, const char *text_id, const char *cure,
                          const char *ip, char *out, size_t bytes) {
    enum config_lang lang =
        set->request.service != NULL ? set->request.service->lang : CONFIG_LANG_BOTH;
    static const enum config_lang each[] = {CONFIG_LANG_ZH, CONFIG_LANG_EN};
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < 2; i++) {
        if (lang != CONFIG_LANG_BOTH && lang != each[i])
            continue;
        if (used > 0 && used + 1 < bytes)
            out[used++] = '\n';
        texts_fill(out + used, bytes - used, each[i], text_id, set->request.id, ip);
        used += strlen(out + used);
        if (cure == NULL || bytes - used < 2)
            continue;
        if (each[i] == CONFIG_LANG_EN)
            out[used++] = ' ';
        texts_fill(out + used, bytes - used, each[i], cure, set->request.id, ip);
        used += strlen(out + used);
    }
}

/* Who hangs up before the answer may have had a wrong one all the same. */
static void on_gone(void *exchange) {
    static const struct client_failure gone = {.detail = "the host hung up"};
    struct app_set *set = exchange;

    end_try(set, true);
    write_log(set, LOG_NOTICE, "app_set denied", WECOM_REASON_CANCELLED, &gone);
    free_set(set);
}

/* Ends the exchange without a change. */
static void refuse(struct app_set *set, enum wecom_verdict verdict, enum wecom_reason reason,
                   const struct client_failure *failure, const char *text_id, const char *cure) {
    char message[1024];

    write_message(set, text_id, cure, failure->ip, message, sizeof message);
    write_log(set, verdict == WECOM_VERDICT_DENIED ? LOG_NOTICE : reasons_find(reason)->log_level,
              "app_set denied", reason, failure);
    reply_result(set->request.peer, verdict, WECOM_ACCOUNT_NONE, reason, message);
    free_set(set);
}

/* By ourselves: `detail` is for the log, `text_id` for whoever filled the form in. */
static void refuse_plainly(struct app_set *set, enum wecom_verdict verdict,
                           enum wecom_reason reason, const char *detail, const char *text_id) {
    struct client_failure failure = {.reason = reason};

    (void)snprintf(failure.detail, sizeof failure.detail, "%s", detail);
    refuse(set, verdict, reason, &failure, text_id, NULL);
}

/* Has WeCom judged the keys, or may it have? */
static bool is_judged(const struct client_failure *failure) {
    switch (failure->http) {
    case HTTP_NO_NAME:
    case HTTP_NO_CONNECTION:
    case HTTP_NO_TLS:
    case HTTP_FAILED:
        return false;
    default:
        return failure->reason != WECOM_REASON_WECOM_BUSY;
    }
}

/* By WeCom, or for want of an answer. */
static void refuse_failure(struct app_set *set, const struct client_failure *failure) {
    struct client_failure told = *failure;

    end_try(set, is_judged(failure));
    told.cure = handed_cure(client_app_settings(set->tried), failure->cure);
    switch (failure->reason) {
    case WECOM_REASON_CONFIG_SECRET:
    case WECOM_REASON_CONFIG_CORP:
    case WECOM_REASON_CONFIG_AGENT:
    case WECOM_REASON_CONFIG_PERMISSION:
    case WECOM_REASON_CONFIG_IP: /* of gettoken: nothing is known of the Secret then */
        refuse(set, WECOM_VERDICT_DENIED, told.reason, &told, "set_app_refused", told.cure);
        return;
    default:
        refuse(set, WECOM_VERDICT_UNAVAILABLE, told.reason, &told, words_reason(told.reason), NULL);
    }
}

/* WeCom takes the keys. `note`: what is still to be done, NULL: nothing. */
static void keep(struct app_set *set, const struct client_failure *note) {
    static const struct client_failure nothing = {0};
    struct request *r = &set->request;
    char why[256], message[1024] = "";
    enum handed_refusal refusal = handed_put(r->helper->handed, r->helper->setup->config, set->name,
                                             &set->keys, set->tried, why, sizeof why);

    end_try(set, false);
    if (refusal != HANDED_MAY) {
        refuse_plainly(set, WECOM_VERDICT_DENIED, WECOM_REASON_NOT_ALLOWED,
                       refusals[refusal].detail, refusals[refusal].text);
        return;
    }
    if (why[0] != '\0') {
        refuse_plainly(set, WECOM_VERDICT_UNAVAILABLE, WECOM_REASON_INTERNAL, why, "set_app_disk");
        return;
    }
    if (note != NULL)
        write_message(set, "set_app_ip", note->cure, note->ip, message, sizeof message);
    else
        note = &nothing;
    write_log(set, LOG_NOTICE, "app_set granted", note->reason, note);
    reply_result(r->peer, WECOM_VERDICT_GRANTED, WECOM_ACCOUNT_NONE, note->reason,
                 message[0] != '\0' ? message : NULL);
    free_set(set);
}

static void on_agent(void *arg, const struct client_result *result) {
    struct app_set *set = arg;
    struct answer_agent agent;

    set->asking = NULL;
    if (result->failure.reason == WECOM_REASON_CONFIG_IP) {
        keep(set, &result->failure);
    } else if (result->failure.reason != WECOM_REASON_NONE) {
        refuse_failure(set, &result->failure);
    } else if (answer_agent(result->json, &agent) != WECOM_OK) {
        refuse_plainly(set, WECOM_VERDICT_UNAVAILABLE, WECOM_REASON_INTERNAL,
                       "agent/get: the answer does not have the form that WeCom describes",
                       words_reason(WECOM_REASON_INTERNAL));
    } else if (agent.closed) {
        static const struct client_failure off = {.reason = WECOM_REASON_CONFIG_AGENT,
                                                  .detail = "agent/get: the application is off",
                                                  .cure = "cure_agent_off"};

        refuse_failure(set, &off);
    } else {
        keep(set, NULL);
    }
}

static void on_token(void *arg, const struct client_result *result) {
    struct app_set *set = arg;
    const char *values[CALLS_PARAMETERS] = {0};
    char agent_id[24];

    set->asking = NULL;
    if (result->failure.reason != WECOM_REASON_NONE) {
        refuse_failure(set, &result->failure);
        return;
    }
    (void)snprintf(agent_id, sizeof agent_id, "%ld", set->keys.agent_id);
    values[0] = agent_id;
    set->asking =
        client_ask(set->tried, CALLS_AGENT_GET, values, set->request.ask_until_ms, on_agent, set);
    if (set->asking == NULL)
        refuse_plainly(set, WECOM_VERDICT_UNAVAILABLE, WECOM_REASON_INTERNAL, "out of memory",
                       words_reason(WECOM_REASON_INTERNAL));
}

static void take_keys(struct app_set *set, const struct wire_message *message) {
    const char *company = wire_get(message, WIRE_F_COMPANY);
    const char *secret = wire_get(message, WIRE_F_SECRET);
    struct handed_keys *keys = &set->keys;

    (void)snprintf(set->name, sizeof set->name, "%s", wire_get(message, WIRE_F_APP));
    memcpy(keys->service, set->request.service_name, sizeof keys->service);
    (void)snprintf(keys->corp_id, sizeof keys->corp_id, "%s", wire_get(message, WIRE_F_CORP));
    keys->agent_id = (long)wire_get_number(message, WIRE_F_AGENT_ID);
    (void)secret_set(&keys->secret, secret, strlen(secret)); /* an empty one is refused */
    (void)snprintf(keys->company, sizeof keys->company, "%s", company != NULL ? company : "");
    text_clean(keys->company, TEXT_ONE_LINE);
}

/* Everything that can be said without asking WeCom. False when the exchange is over. */
static bool may_try(struct app_set *set, const struct wire_message *message) {
    static const char *const cures[] = {[WECOM_REASON_CONFIG_CORP] = "handed_cure_corp",
                                        [WECOM_REASON_CONFIG_AGENT] = "handed_cure_agent",
                                        [WECOM_REASON_CONFIG_SECRET] = "handed_cure_secret"};
    struct request *r = &set->request;
    const char *why = request_refusal(r, message);
    enum handed_refusal refusal;
    enum wecom_reason wrong = handed_keys_wrong(&set->keys);

    if (why != NULL) {
        refuse_plainly(set, WECOM_VERDICT_DENIED, WECOM_REASON_NOT_ALLOWED, why, "set_app_off");
        return false;
    }
    refusal = handed_refuses(r->helper->handed, r->setup->config, r->service_name, set->name);
    if (refusal != HANDED_MAY) {
        refuse_plainly(set, WECOM_VERDICT_DENIED, WECOM_REASON_NOT_ALLOWED,
                       refusals[refusal].detail, refusals[refusal].text);
        return false;
    }
    if (wrong != WECOM_REASON_NONE) {
        static const struct client_failure odd = {.detail = "cannot be one by its form"};

        refuse(set, WECOM_VERDICT_DENIED, wrong, &odd, "set_app_odd", cures[wrong]);
        return false;
    }
    if (!tries_begin(r->helper->tries, r->service_name)) {
        refuse_plainly(set, WECOM_VERDICT_DENIED, WECOM_REASON_TOO_MANY_TRIES,
                       "ten wrong ones within ten minutes", "set_app_too_many");
        return false;
    }
    set->trying = true;
    return true;
}

void app_set_begin(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message) {
    struct app_set *set = calloc(1, sizeof *set);
    struct request *r;

    if (set == NULL) {
        server_refuse(peer, "no memory for its keys");
        return;
    }
    r = &set->request;
    request_open(r, helper, peer, message);
    server_attach(peer, set, on_gone);
    take_keys(set, message);
    if (!may_try(set, message))
        return;
    set->tried = handed_try(helper->handed, r->service, set->name, &set->keys);
    if (set->tried != NULL)
        set->asking = client_check_token(set->tried, r->ask_until_ms, on_token, set);
    if (set->asking == NULL)
        refuse_plainly(set, WECOM_VERDICT_UNAVAILABLE, WECOM_REASON_INTERNAL, "out of memory",
                       words_reason(WECOM_REASON_INTERNAL));
}
