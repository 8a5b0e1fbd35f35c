/* Carries messages of the WeCom application to members. */
#include "helper/courier.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/names.h"
#include "common/secret.h"
#include "helper/draw.h"
#include "helper/people.h"
#include "helper/reasons.h"
#include "helper/throttle.h"

struct courier_job {
    struct courier *courier;
    struct courier_job *next, **link;
    const struct courier_letter *letter;
    void *arg;
    struct request request; /* of the login that wanted it: without its host */
    struct event *start;
    struct members_watch *watch;
    struct client_request *call;
    char userid[WECOM_USERID_MAX_BYTES + 1];
};

struct courier {
    struct helper *helper;
    struct courier_job *jobs;
    unsigned int count;
};

struct courier *courier_new(struct helper *helper) {
    struct courier *courier = calloc(1, sizeof *courier);

    if (courier != NULL)
        courier->helper = helper;
    return courier;
}

static void end(struct courier_job *job) {
    *job->link = job->next;
    if (job->next != NULL)
        job->next->link = job->link;
    job->courier->count--;
    if (job->start != NULL)
        event_free(job->start);
    members_drop(job->watch);
    client_cancel(job->call);
    request_close(&job->request);
    free(job);
}

static void finish(struct courier_job *job, enum wecom_reason reason, const json_t *answer) {
    job->letter->done(job->arg, &job->request, job->userid, reason, answer);
    end(job);
}

void courier_free(struct courier *courier) {
    if (courier == NULL)
        return;
    while (courier->jobs != NULL)
        finish(courier->jobs, WECOM_REASON_CANCELLED, NULL);
    free(courier);
}

static void fail(struct courier_job *job, enum wecom_reason reason,
                 const struct client_failure *failure) {
    request_log(&job->request, reasons_find(reason)->log_level, job->letter->unsent, job->userid,
                job->letter->method, reason, failure);
    finish(job, reason, NULL);
}

static void on_sent(void *arg, const struct client_result *result) {
    static const struct client_failure nobody = {
        .detail = "message/send: WeCom gave the message to nobody", .cure = "cure_visible"};
    struct courier_job *job = arg;

    job->call = NULL;
    /* also where nobody knows whether it arrived */
    if (result->failure.reason == WECOM_REASON_NONE || result->asked_again)
        throttle_sent(job->courier->helper->throttle, job->userid);
    if (result->failure.reason != WECOM_REASON_NONE) {
        fail(job, result->failure.reason, &result->failure);
    } else if (!answer_has_reached(result->json)) {
        fail(job, WECOM_REASON_NOT_VISIBLE, &nobody);
    } else {
        request_log(&job->request, LOG_NOTICE, job->letter->sent, job->userid, job->letter->method,
                    WECOM_REASON_NONE, NULL);
        finish(job, WECOM_REASON_NONE, result->json);
    }
}

static void send_it(struct courier_job *job) {
    const struct request *r = &job->request;
    char agent_id[24], *content = job->letter->write(job->arg, r);
    const char *values[CALLS_PARAMETERS] = {job->userid, job->letter->type, agent_id, content};

    (void)snprintf(agent_id, sizeof agent_id, "%ld", client_app_settings(r->app)->agent_id);
    if (content != NULL)
        job->call = client_ask(r->app, job->letter->call, values, r->ask_until_ms, on_sent, job);
    secret_free_string(content);
    if (job->call == NULL)
        fail(job, WECOM_REASON_INTERNAL, NULL);
}

static void on_member(void *arg, const struct members_answer *said) {
    struct courier_job *job = arg;
    struct client_failure failure = said->failure;
    enum wecom_reason reason = members_reason(said);

    job->watch = NULL;
    if (reason == WECOM_REASON_NONE) {
        send_it(job);
        return;
    }
    people_note(&job->request, job->userid, said);
    fail(job, reason, &failure);
}

/* A little later, nobody knows when: the work of sending must not show in the time of the prompt,
 * or of the answer to whoever types at once.
 */
static bool arm(struct event *start) {
    struct timeval later = {.tv_usec = COURIER_LATER_LEAST_MS * 1000};
    uint32_t more_ms;

    if (!draw_below(COURIER_LATER_MORE_MS + 1, &more_ms))
        return false;
    later.tv_usec += (suseconds_t)more_ms * 1000;
    return evtimer_add(start, &later) == 0;
}

/* One message to a person after the other: else many at once would all find the count below its
 * limit.
 */
static bool is_another_under_way(const struct courier_job *job) {
    for (const struct courier_job *o = job->courier->jobs; o != NULL; o = o->next) {
        if (o != job && (o->watch != NULL || o->call != NULL) &&
            name_same_userid(o->userid, job->userid))
            return true;
    }
    return false;
}

static void on_start(evutil_socket_t fd, short what, void *arg) {
    static const struct client_failure often = {
        .detail = "five messages to this person within ten minutes are enough"};
    struct courier_job *job = arg;
    struct request *r = &job->request;

    (void)fd;
    (void)what;
    if (is_another_under_way(job) && helper_now_ms(r->helper) < r->ask_until_ms && arm(job->start))
        return;
    if (!throttle_may_send(r->helper->throttle, job->userid)) {
        fail(job, WECOM_REASON_TOO_MANY_TRIES, &often);
        return;
    }
    if (!members_hear(r->helper->members, r->app, job->userid, &job->watch, on_member, job))
        fail(job, WECOM_REASON_INTERNAL, NULL);
}

static struct courier_job *new_job(struct courier *courier, const struct request *r,
                                   const char *userid) {
    struct courier_job *job = courier->count < COURIER_MOST ? calloc(1, sizeof *job) : NULL;

    if (job == NULL || !request_copy(&job->request, r)) {
        free(job);
        return NULL;
    }
    job->courier = courier;
    job->request.ask_until_ms = helper_now_ms(r->helper) + COURIER_ASK_MS;
    (void)snprintf(job->userid, sizeof job->userid, "%s", userid);
    job->next = courier->jobs;
    job->link = &courier->jobs;
    if (job->next != NULL)
        job->next->link = &job->next;
    courier->jobs = job;
    courier->count++;
    return job;
}

struct courier_job *courier_send(const struct request *r, const char *userid,
                                 const struct courier_letter *letter, void *arg) {
    static const struct client_failure full = {.detail = "too many messages at once"};
    struct courier_job *job = new_job(r->helper->courier, r, userid);

    if (job != NULL) {
        job->letter = letter;
        job->arg = arg;
        job->start = evtimer_new(r->helper->base, on_start, job);
        if (job->start != NULL && arm(job->start))
            return job;
        end(job);
    }
    request_log(r, LOG_ERR, letter->unsent, userid, letter->method, WECOM_REASON_INTERNAL, &full);
    return NULL;
}

bool courier_recall(struct courier_job *job) {
    if (job->call != NULL)
        return false;
    end(job);
    return true;
}

unsigned int courier_count(const struct courier *courier) {
    return courier->count;
}
