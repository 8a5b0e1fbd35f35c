/* What a web host asks: the public facts of its application, and whether the application works. */
#include "helper/web_host.h"

#include <stdlib.h>

#include "helper/check.h"
#include "helper/request.h"

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
    struct client_failure refusal = {0};
    const char *why;

    if (q == NULL) {
        server_refuse(peer, "no memory for its question");
        return NULL;
    }
    request_open(&q->request, helper, peer, message);
    server_attach(peer, q, on_gone);
    why = request_refusal(&q->request, message);
    if (why == NULL)
        return q;
    (void)snprintf(refusal.detail, sizeof refusal.detail, "%s", why);
    request_log(&q->request, LOG_NOTICE, event, NULL, NULL, WECOM_REASON_NOT_ALLOWED, &refusal);
    finish(q, WECOM_VERDICT_DENIED, WECOM_REASON_NOT_ALLOWED, why);
    return NULL;
}

void web_host_info(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message) {
    struct question *q = open_question(helper, peer, message, "info denied");
    const struct config_app *app;

    if (q == NULL)
        return;
    app = q->request.service->app;
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

    if (q == NULL)
        return;
    q->check =
        check_start(helper, q->request.setup, q->request.service->app->name, on_row, on_done, q);
    if (q->check == NULL)
        finish(q, WECOM_VERDICT_UNAVAILABLE, WECOM_REASON_INTERNAL, "out of memory");
}
