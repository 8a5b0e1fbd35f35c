/* Questions about somebody who is signed in already: still a member? opened, closed.
 *
 *  1. Whoever is not active by the store MUST be refused, unless WeCom, asked now, says otherwise.
 *  2. A confirmation by WeCom that is younger than refresh= MUST be enough: no question, no wait.
 *  3. One that is older than stale= MUST NOT be: without an answer of WeCom the person is refused.
 */
#include "helper/account.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/words.h"
#include "helper/people.h"
#include "helper/reasons.h"
#include "helper/texts.h"

struct account {
    struct request request;
    struct people_ticket *people;
    struct members_watch *watch;
    struct event *deadline;
    char userid[WECOM_USERID_MAX_BYTES + 1]; /* whom WeCom was asked about */
    struct members_answer said;              /* and what it said */
    bool asked;
};

static void free_account(struct account *account) {
    people_drop(account->people);
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

static void grant(struct account *account, const char *userid) {
    struct request *r = &account->request;

    request_log(r, LOG_INFO, "account granted", userid, NULL, WECOM_REASON_NONE, NULL);
    reply_result(r->peer, WECOM_VERDICT_GRANTED, WECOM_ACCOUNT_VALID, WECOM_REASON_NONE, NULL);
    free_account(account);
}

static void on_found(void *arg, const struct people_answer *answer);

/* What WeCom said, if it said something, is in the store before the store is asked. */
static void find(struct account *account, const char *userid, const struct members_answer *said) {
    account->people = people_find(&account->request, userid, said, on_found, account);
    if (account->people == NULL)
        refuse(account, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

static void on_member(void *arg, const struct members_answer *said) {
    struct account *account = arg;

    account->watch = NULL;
    account->said = *said;
    find(account, account->userid, said);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
    struct account *account = arg;

    (void)fd;
    (void)what;
    members_drop(account->watch);
    account->watch = NULL;
    people_drop(account->people);
    account->said = (struct members_answer){.failure = {.reason = WECOM_REASON_WECOM_UNREACHABLE,
                                                        .detail = "no answer from WeCom in time",
                                                        .cure = "cure_connection"}};
    find(account, account->userid, &account->said);
}

/* Where WeCom does not answer, its last word counts until it is too old. */
static void without_wecom(struct account *account, const struct people_answer *answer) {
    const struct request *r = &account->request;
    enum wecom_reason reason = members_reason(&account->said);

    if (people_stays(r, answer)) {
        request_log(r, LOG_WARNING, "account granted without WeCom", answer->account.userid, NULL,
                    reason, &account->said.failure);
        grant(account, answer->account.userid);
        return;
    }
    refuse(account, reason, answer->known ? answer->account.userid : NULL, &account->said.failure,
           NULL);
}

/* WeCom has been asked, or need not be. */
static void decide(struct account *account, const struct people_answer *answer) {
    const struct request *r = &account->request;
    enum wecom_reason reason = people_reason(r, answer);
    const char *userid = answer->known ? answer->account.userid : account->said.member.userid;
    struct client_failure failure = account->said.failure;

    if (account->asked && account->said.state == MEMBERS_UNKNOWN &&
        (reason == WECOM_REASON_NONE ||
         (reason == WECOM_REASON_NOT_PROVISIONED && !answer->known))) {
        without_wecom(account, answer);
        return;
    }
    /* Without an account of ours WeCom's word on the member is all there is. */
    if (account->asked && account->said.state != MEMBERS_UNKNOWN &&
        (reason == WECOM_REASON_NONE || reason == WECOM_REASON_NOT_PROVISIONED) &&
        members_reason(&account->said) != WECOM_REASON_NONE)
        reason = members_reason(&account->said);
    if (reason == WECOM_REASON_NOT_PROVISIONED && !answer->known)
        reason = WECOM_REASON_NO_LOGIN_NAME; /* nobody of that name */
    if (reason != WECOM_REASON_NONE)
        refuse(account, reason, userid, &failure, NULL);
    else
        grant(account, userid);
}

/* Whom to ask WeCom about; NULL when there is nobody. */
static const char *whom(const struct request *r, const struct people_answer *answer) {
    if (answer->known)
        return answer->account.userid;
    return r->identity || r->link[0] != '\0' ? request_expected_userid(r) : people_guess(r);
}

/* Does the store alone settle it? What only the administrator can change, it does; what WeCom said
 * last is enough while it is fresh and good: whoever is out may be back.
 */
static bool is_settled(const struct request *r, const struct people_answer *answer) {
    int64_t age_s = helper_wall_s(r->helper) - answer->confirmed_s;

    if (answer->error != WECOM_OK ||
        (answer->known && (answer->account.switched_off || answer->account.held)))
        return true;
    return people_is_host(r) && answer->known && answer->account.state == STORE_ACTIVE &&
           answer->confirmed_s > 0 && age_s <= r->setup->config->accounts.refresh_s;
}

/* What is remembered is of no use, or there is nothing. */
static void ask_anew(struct account *account) {
    struct request *r = &account->request;

    account->watch =
        members_ask(r->helper->members, people_directory(r), account->userid, on_member, account);
    account->deadline = evtimer_new(r->helper->base, on_deadline, account);
    if (account->watch == NULL || !request_arm(r, account->deadline))
        refuse(account, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

static void ask(struct account *account, const char *userid) {
    struct request *r = &account->request;
    const struct members_answer *known =
        members_known(r->helper->members, people_directory(r), userid);

    account->asked = true;
    (void)snprintf(account->userid, sizeof account->userid, "%s", userid);
    if (known == NULL) {
        ask_anew(account);
        return;
    }
    account->said = *known;
    find(account, account->userid, &account->said);
}

static void on_found(void *arg, const struct people_answer *answer) {
    struct account *account = arg;
    const char *userid = whom(&account->request, answer);

    account->people = NULL;
    if (answer->outdated && account->deadline == NULL)
        ask_anew(account);
    else if (account->asked || userid == NULL || is_settled(&account->request, answer))
        decide(account, answer);
    else
        ask(account, userid);
}

void account_begin(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message) {
    struct account *account = calloc(1, sizeof *account);
    struct client_failure refusal;
    const char *why;

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
    find(account, NULL, NULL);
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
