/* One exchange with the helper: begin -> ready -> (ask -> answer)* -> result. */
#include "pam_wecom/exchange.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/secret.h"
#include "pam_wecom/talk.h"

bool exchange_start(struct exchange *x, enum wire_verb verb, struct deadline until) {
    *x = (struct exchange){.until = until};
    x->request = wire_new(verb);
    x->reply = wire_new(WIRE_NO_VERB);
    return x->request != NULL && x->reply != NULL;
}

void exchange_end(struct exchange *x) {
    wire_free(x->request);
    wire_free(x->reply);
    x->request = x->reply = NULL;
}

static void keep_error(struct exchange *x, enum wecom_error err) {
    x->error = err;
    x->error_number = err == WECOM_E_SYSTEM ? errno : 0;
}

/* OUTCOME_GRANTED: `*fd` is the caller's. */
static enum outcome ready(const struct call *c, struct exchange *x, int *fd) {
    enum wecom_error err = channel_request(c->args.socket, x->request, x->reply, x->until, fd);

    keep_error(x, err);
    if (err != WECOM_OK)
        return err == WECOM_E_PEER ? OUTCOME_STRANGER : OUTCOME_ABSENT;
    (void)snprintf(x->id, sizeof x->id, "%s", wire_get(x->reply, WIRE_F_ID));
    return OUTCOME_GRANTED;
}

/* What an error after "ready" comes to. */
static enum outcome failed(struct exchange *x, enum wecom_error err) {
    keep_error(x, err);
    switch (err) {
    case WECOM_E_TIMEOUT:
        return OUTCOME_LATE;
    case WECOM_E_CLOSED:
    case WECOM_E_SYSTEM:
        return OUTCOME_HUNG_UP;
    case WECOM_E_MEMORY:
        return OUTCOME_FAULT;
    default:
        return OUTCOME_PROTOCOL;
    }
}

/* Puts the ask in `reply` to the person and sends the answer. `*gone` when the helper is there no
 * more to hear it.
 */
static enum outcome relay_ask(const struct call *c, struct exchange *x, int fd, bool *gone) {
    struct secret answer = {0};
    enum outcome outcome = OUTCOME_GRANTED;
    enum wecom_error err;

    if (!talk_ask(c, x->reply, &answer)) {
        outcome = OUTCOME_NO_TALK;
        goto out;
    }
    if (deadline_left_ms(x->until) == 0) {
        outcome = failed(x, WECOM_E_TIMEOUT);
        goto out;
    }
    wire_reset(x->request, WIRE_ANSWER);
    /* too long, or no UTF-8: no code either way, and the helper counts it as a wrong one */
    if (answer.len == 0 || wire_set(x->request, WIRE_F_TEXT, answer.bytes) != WECOM_OK)
        (void)wire_set(x->request, WIRE_F_TEXT, "");
    err = channel_send(fd, x->request, x->until);
    *gone = err == WECOM_E_CLOSED;
    if (err != WECOM_OK && !*gone)
        outcome = failed(x, err);
out:
    secret_clear(&answer);
    wire_reset(x->request, WIRE_NO_VERB);
    return outcome;
}

/* From "ready" to the result. */
static enum outcome relay(const struct call *c, struct exchange *x, int fd) {
    bool gone = false;

    for (int asks = 0;;) {
        enum wecom_error err = channel_receive(fd, x->reply, x->until);
        enum outcome outcome;

        if (err != WECOM_OK)
            return failed(x, err);
        if (x->reply->verb == WIRE_RESULT)
            return OUTCOME_GRANTED;
        /* The helper may decide and go while the person types: its result is still worth reading,
         * another question is not worth asking. */
        if (gone)
            return failed(x, WECOM_E_CLOSED);
        if (x->reply->verb != WIRE_ASK || !x->may_ask)
            return x->reply->verb == WIRE_ASK && c->args.use_first_pass ? OUTCOME_NOBODY_TO_ASK
                                                                        : OUTCOME_PROTOCOL;
        if (++asks > EXCHANGE_ASKS_MOST)
            return OUTCOME_FLOOD;
        outcome = relay_ask(c, x, fd, &gone);
        if (outcome != OUTCOME_GRANTED)
            return outcome;
    }
}

enum outcome exchange_tell(const struct call *c, struct exchange *x) {
    int fd = -1;
    enum outcome outcome = ready(c, x, &fd);

    if (outcome == OUTCOME_GRANTED)
        (void)close(fd);
    return outcome;
}

enum outcome exchange_run(const struct call *c, struct exchange *x) {
    int fd = -1;
    enum outcome outcome = ready(c, x, &fd);

    wire_reset(x->request, WIRE_NO_VERB); /* a code may have been in it */
    if (outcome != OUTCOME_GRANTED)
        return outcome;
    outcome = relay(c, x, fd);
    (void)close(fd);
    return outcome;
}
