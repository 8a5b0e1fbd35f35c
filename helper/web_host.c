/* What a web host asks: the public facts of its application, and whether the application works. */
#include "helper/web_host.h"

#include <stdlib.h>

#include "helper/check.h"
#include "helper/request.h"
#include "helper/texts.h"

struct question {
    struct request request;
    struct check *check;
};

static void on_gone(void *exchange) {
    struct question *q = exchange;

    check_cancel(q->check);
    request_close(&q->request);
    free(q);
}

static void finish(struct question *q, enum wecom_verdict verdict, enum wecom_reason reason,
                   const char *message) {
    reply_result(q->request.peer, verdict, WECOM_ACCOUNT_NONE, reason, message);
    request_close(&q->request);
    free(q);
}

/* NULL when the peer is gone or may not ask. */
static struct question *open_question(struct helper *helper, struct server_peer *peer,
                                      const struct wire_message *message, const char *event) {
    struct question *q = calloc(1, sizeof *q);
    struct client_failure refusal;
    const char *why, *text_id;
    char text[1024];

    if (q == NULL) {
        server_refuse(peer, "no memory for its question");
        return NULL;
    }
    request_open(&q->request, helper, peer, message);
    server_attach(peer, q, on_gone);
    why = request_refusal(&q->request, message);
    if (why == NULL)
        return q;
    text_id = request_explain(why, &refusal);
    request_log(&q->request, LOG_NOTICE, event, NULL, NULL, WECOM_REASON_NOT_ALLOWED, &refusal);
    if (text_id != NULL)
        why = texts_fill(text, sizeof text, q->request.service->lang, text_id, q->request.id, NULL);
    finish(q, WECOM_VERDICT_DENIED, WECOM_REASON_NOT_ALLOWED, why);
    return NULL;
}

static bool is_handed(const struct request *r) {
    return r->app != setup_app(r->setup, r->service);
}

void web_host_info(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message) {
    struct question *q = open_question(helper, peer, message, "info denied");
    const struct config_app *app;

    if (q == NULL)
        return;
    /* what only hosts use is not among the settings that an application is made anew for */
    app = is_handed(&q->request) ? client_app_settings(q->request.app) : q->request.service->app;
    reply_row(peer,
              json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "app", app->name, "corp_id", app->corp_id,
                        "agent_id", (json_int_t)app->agent_id, "company", app->company,
                        "authorize_url", app->authorize_url, "sso_url", app->sso_url));
    finish(q, WECOM_VERDICT_GRANTED, WECOM_REASON_NONE, NULL);
}

static void on_row(void *arg, json_t *row) {
    struct question *q = arg;

    reply_row(q->request.peer, row);
}

static void on_done(void *arg) {
    struct question *q = arg;

    q->check = NULL;
    finish(q, WECOM_VERDICT_GRANTED, WECOM_REASON_NONE, NULL);
}

void web_host_check(struct helper *helper, struct server_peer *peer,
                    const struct wire_message *message) {
    struct question *q = open_question(helper, peer, message, "app_check denied");
    struct check_app what;

    if (q == NULL)
        return;
    what = (struct check_app){.app = q->request.app,
                              .service = is_handed(&q->request) ? q->request.service_name : ""};
    q->check = check_start(helper, &what, 1, on_row, on_done, q);
    if (q->check == NULL)
        finish(q, WECOM_VERDICT_UNAVAILABLE, WECOM_REASON_INTERNAL, "out of memory");
}
