/* What a request becomes when it is asked of the helper. */
#include "web/question.h"

#include <string.h>

#include "common/secret.h"
#include "web/agent.h"
#include "web/query.h"

/* One value of the query into its field. */
static bool put_query(const struct question *q, struct wire_message *m, enum wire_field field,
                      const char *name) {
    char value[WECOM_CODE_MAX_BYTES + 1];
    enum query_result found = query_value(q->query, name, value, sizeof value);
    bool good =
        found == QUERY_ABSENT || (found == QUERY_GOOD && wire_set(m, field, value) == WECOM_OK);

    secret_wipe(value);
    return good;
}

static enum wecom_error put_client(const struct question *q, struct wire_message *m) {
    char text[ADDRESS_TEXT_BYTES];
    const char *cookie = q->headers.cookie.value;
    enum wecom_error err = wire_set(m, WIRE_F_CLIENT, address_text(&q->client, text));

    if (err == WECOM_OK && m->verb != WIRE_EVENT)
        err = wire_set(m, WIRE_F_AGENT, agent_word(q->headers.user_agent));
    if (err == WECOM_OK && m->verb != WIRE_EVENT && cookie[0] != '\0')
        err = wire_set(m, WIRE_F_COOKIE, cookie);
    return err;
}

static enum wecom_error put_event(struct question *q, struct wire_message *m) {
    enum wecom_error err = wire_set(m, WIRE_F_APP, q->word);

    if (err == WECOM_OK)
        err = wire_set(m, WIRE_F_QUERY, q->query != NULL ? q->query : "");
    if (err != WECOM_OK || !q->is_post)
        return err;
    if (q->body == NULL)
        return wire_set(m, WIRE_F_BODY, "");
    if (memchr(q->body, '\0', q->body_len) != NULL)
        return WECOM_E_FORMAT;
    q->body[q->body_len] = '\0';
    return wire_set(m, WIRE_F_BODY, q->body);
}

enum wecom_error question_write(struct question *q, struct wire_message *m) {
    enum wecom_error err = WECOM_OK;

    switch (q->route) {
    case ROUTE_HOME:
    case ROUTE_LINK:
        wire_reset(m, WIRE_VISIT);
        err = wire_set(m, WIRE_F_PLACE, q->route == ROUTE_HOME ? "home" : "link");
        if (err == WECOM_OK)
            err = wire_set(m, WIRE_F_KEY, q->word);
        return err == WECOM_OK ? put_client(q, m) : err;
    case ROUTE_CALLBACK:
        wire_reset(m, WIRE_CALLBACK);
        if (!put_query(q, m, WIRE_F_STATE, "state") || !put_query(q, m, WIRE_F_CODE, "code"))
            return WECOM_E_FORMAT;
        return put_client(q, m);
    case ROUTE_EVENTS:
        wire_reset(m, WIRE_EVENT);
        err = put_event(q, m);
        return err == WECOM_OK ? put_client(q, m) : err;
    case ROUTE_PROOF:
    case ROUTE_HEALTH:
        wire_reset(m, WIRE_PROOF);
        return wire_set(m, WIRE_F_FILE, q->route == ROUTE_PROOF ? q->word : "healthz");
    default:
        return WECOM_E_FORMAT;
    }
}

enum wire_verb question_answer(enum route route) {
    if (route == ROUTE_HEALTH)
        return WIRE_READY;
    return route_is_for_people(route) ? WIRE_PAGE : WIRE_REPLY;
}

int64_t question_limit_ms(enum route route) {
    return route == ROUTE_EVENTS ? WECOM_WEB_EVENT_MS : WECOM_WEB_ANSWER_MS;
}
