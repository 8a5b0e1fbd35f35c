/* Questions about somebody who is signed in already: still a member? opened, closed. */
#include "helper/account.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/words.h"
#include "helper/reasons.h"
#include "helper/request.h"
#include "helper/texts.h"

struct account {
    struct request request;
    struct members_watch *watch;
    struct event *deadline;
};

static void free_account(struct account *account) {
    members_drop(account->watch);
    if (account->deadline != NULL)
        event_free(account->deadline);
    request_close(&account->request);
    free(account);
}

static void on_gone(void *exchange) {
    free_account(exchange);
}

/* `text_id` NULL: the sentence of the reason. */
static void refuse(struct account *account, enum wecom_reason reason, const char *userid,
                   const struct client_failure *failure, const char *text_id) {
    const struct reasons_rule *rule = reasons_find(reason);
    struct request *r = &account->request;
    char message[1024];

    request_log(r, rule->log_level, "account denied", userid, NULL, reason, failure);
    texts_fill(message, sizeof message, r->service != NULL ? r->service->lang : CONFIG_LANG_BOTH,
               text_id != NULL ? text_id : words_reason(reason), r->id, NULL);
    reply_result(r->peer, WECOM_VERDICT_DENIED, rule->account, reason, message);
    free_account(account);
}

static void decide(struct account *account, const struct members_answer *answer) {
    struct request *r = &account->request;
    enum wecom_reason reason = members_reason(answer);

    if (reason == WECOM_REASON_NONE)
        reason = request_match(r, answer->member.userid);
    if (reason != WECOM_REASON_NONE) {
        struct client_failure failure = answer->failure;

        refuse(account, reason, answer->member.userid, failure.detail[0] != '\0' ? &failure : NULL,
               NULL);
        return;
    }
    request_log(r, LOG_INFO, "account granted", answer->member.userid, NULL, WECOM_REASON_NONE,
                NULL);
    reply_result(r->peer, WECOM_VERDICT_GRANTED, WECOM_ACCOUNT_VALID, WECOM_REASON_NONE, NULL);
    free_account(account);
}

static void on_member(void *arg, const struct members_answer *answer) {
    struct account *account = arg;

    account->watch = NULL;
    decide(account, answer);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
    static const struct client_failure late = {.detail = "no answer from WeCom in time",
                                               .cure = "cure_connection"};

    (void)fd;
    (void)what;
    refuse(arg, WECOM_REASON_WECOM_UNREACHABLE, NULL, &late, NULL);
}

void account_begin(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message) {
    struct account *account = calloc(1, sizeof *account);
    const struct members_answer *known;
    struct client_failure refusal;
    const char *why, *userid;

    if (account == NULL) {
        server_refuse(peer, "no memory for its account check");
        return;
    }
    request_open(&account->request, helper, peer, message);
    server_attach(peer, account, on_gone);
    why = request_refusal(&account->request, message);
    if (why != NULL) {
        const char *text_id = request_explain(why, &refusal);

        refuse(account, WECOM_REASON_NOT_ALLOWED, NULL, &refusal, text_id);
        return;
    }
    userid = request_expected_userid(&account->request);
    if (userid == NULL) {
        refuse(account, WECOM_REASON_NO_LOGIN_NAME, NULL, NULL, NULL);
        return;
    }
    known = members_known(helper->members, account->request.app, userid);
    if (known != NULL) {
        decide(account, known);
        return;
    }
    account->watch = members_ask(helper->members, account->request.app, userid, on_member, account);
    account->deadline = evtimer_new(helper->base, on_deadline, account);
    if (account->watch == NULL || !request_arm(&account->request, account->deadline))
        refuse(account, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

void account_session(struct helper *helper, struct server_peer *peer,
                     const struct wire_message *message) {
    const char *op = wire_get(message, WIRE_F_OP);
    bool opens = strcmp(op, "open") == 0;
    struct request r;

    if (!opens && strcmp(op, "close") != 0) {
        server_refuse(peer, "asked for a session neither opened nor closed");
        return;
    }
    request_open(&r, helper, peer, message);
    if (request_refusal(&r, message) == NULL || server_peer_uid(peer) == 0)
        request_log(&r, LOG_INFO, opens ? "session opened" : "session closed", NULL, NULL,
                    WECOM_REASON_NONE, NULL);
    request_close(&r);
    server_finish(peer);
}
