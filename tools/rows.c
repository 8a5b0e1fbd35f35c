/* One question to the helper and its rows: request, ready, row*, result. */
#include "tools/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/secret.h"
#include "common/text.h"
#include "common/words.h"

/* Longest name of a value in a row, bytes. */
enum { KEY_MAX_BYTES = 32 };

/* The longest time that the protocol has a number for. */
enum { MOST_MS = WECOM_TIMEOUT_MAX_S * 1000 };

static bool is_key(const char *key) {
    size_t len = strlen(key);

    return len > 0 && len <= KEY_MAX_BYTES &&
           strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

/* Puts the cleaned form of a text in its place. */
static bool clean_text(json_t *row, void *at, const char *text) {
    char *copy = strdup(text);
    bool done;

    if (copy == NULL)
        return false;
    text_clean(copy, TEXT_LINES);
    done = json_object_iter_set_new(row, at, json_string(copy)) == 0;
    secret_free_string(copy); /* it may hold recovery codes */
    return done;
}

json_t *rows_read(const char *text) {
    json_t *row = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(row))
        goto refused;
    for (void *at = json_object_iter(row); at != NULL; at = json_object_iter_next(row, at)) {
        const json_t *value = json_object_iter_value(at);

        if (!is_key(json_object_iter_key(at)) || json_is_object(value) || json_is_array(value))
            goto refused;
        if (json_is_string(value) && !clean_text(row, at, json_string_value(value)))
            goto refused;
    }
    return row;
refused:
    json_decref(row);
    return NULL;
}

static enum wecom_error build_request(const struct rows_question *q, struct wire_message **m) {
    const struct {
        enum wire_field field;
        const char *value;
    } fields[] = {{WIRE_F_SERVICE, q->service}, {WIRE_F_APP, q->app},
                  {WIRE_F_COMMAND, q->command}, {WIRE_F_JSON, q->args},
                  {WIRE_F_CORP, q->corp},       {WIRE_F_AGENT_ID, q->agent_id},
                  {WIRE_F_SECRET, q->secret},   {WIRE_F_COMPANY, q->company}};
    struct wire_message *request = wire_new(q->verb);
    enum wecom_error err;

    if (request == NULL)
        return WECOM_E_MEMORY;
    err = wire_set_number(request, WIRE_F_DEADLINE_MS,
                          q->timeout_ms < MOST_MS ? q->timeout_ms : MOST_MS);
    for (size_t i = 0; err == WECOM_OK && i < sizeof fields / sizeof fields[0]; i++)
        err = wire_set(request, fields[i].field, fields[i].value);
    if (err != WECOM_OK) {
        wire_free(request);
        return err;
    }
    *m = request;
    return WECOM_OK;
}

static void take_result(const struct wire_message *m, struct rows_end *end) {
    const char *message = wire_get(m, WIRE_F_MESSAGE);

    end->verdict = words_to_verdict(wire_get(m, WIRE_F_VERDICT));
    end->reason = words_to_reason(wire_get(m, WIRE_F_REASON));
    if (message != NULL) {
        (void)snprintf(end->message, sizeof end->message, "%s", message);
        text_clean(end->message, TEXT_LINES);
    }
}

/* Sends rows. A helper that does not want them any more has said why: that is to be heard. */
static enum wecom_error send_rows(const struct rows_question *q, int fd, struct wire_message *m,
                                  struct deadline d) {
    enum wecom_error err = WECOM_OK;
    const char *text;

    while (err == WECOM_OK && (text = q->feed(q->feed_context)) != NULL) {
        wire_reset(m, WIRE_ROW);
        err = wire_set(m, WIRE_F_JSON, text);
        if (err == WECOM_OK)
            err = channel_send(fd, m, d);
    }
    return err == WECOM_E_CLOSED ? WECOM_OK : err;
}

/* Receives rows until the result. */
static enum wecom_error take_rows(const struct rows_question *q, int fd, struct wire_message *m,
                                  struct deadline d, rows_each *each, void *context,
                                  struct rows_end *end) {
    size_t most = q->is_long ? ROWS_LONG_MAX : ROWS_MAX;
    size_t most_bytes = q->is_long ? ROWS_LONG_MAX_BYTES : ROWS_MAX_BYTES;
    size_t bytes = 0;

    for (size_t count = 0;; count++) {
        enum wecom_error err = channel_receive(fd, m, d);
        const char *text;
        json_t *row;
        bool taken;

        if (err != WECOM_OK)
            return err == WECOM_E_TOO_LONG ? WECOM_E_FORMAT : err;
        if (m->verb == WIRE_RESULT) {
            take_result(m, end);
            return WECOM_OK;
        }
        if (m->verb != WIRE_ROW)
            return WECOM_E_FORMAT;
        text = wire_get(m, WIRE_F_JSON);
        bytes += strlen(text);
        if (count >= most || bytes > most_bytes)
            return WECOM_E_TOO_LONG;
        row = rows_read(text);
        taken = row != NULL && each(context, row);
        json_decref(row);
        if (!taken)
            return WECOM_E_FORMAT;
    }
}

void rows_ask(const struct rows_question *q, rows_each *each, void *context, struct rows_end *end) {
    struct deadline d = deadline_in_ms(q->timeout_ms);
    struct wire_message *request = NULL;
    struct wire_message *reply = wire_new(WIRE_NO_VERB);
    int fd = -1;

    *end = (struct rows_end){.error = WECOM_E_MEMORY};
    if (reply == NULL)
        goto out;
    end->error = build_request(q, &request);
    if (end->error != WECOM_OK)
        goto out;
    end->error = channel_request(q->socket, request, reply, d, &fd);
    if (end->error != WECOM_OK)
        goto out;
    end->reached = true;
    if (q->feed != NULL)
        end->error = send_rows(q, fd, reply, d);
    if (end->error == WECOM_OK)
        end->error = take_rows(q, fd, reply, d, each, context, end);
out:
    end->system_error = end->error == WECOM_E_SYSTEM ? errno : 0;
    if (fd >= 0)
        (void)close(fd);
    wire_free(reply);
    wire_free(request);
}

enum wecom_reason rows_trouble(const struct rows_question *q, const struct rows_end *end,
                               enum texts_id forbidden, enum texts_lang lang, char *out,
                               size_t bytes) {
    enum texts_id text = TEXT_HELPER_SYSTEM;
    enum wecom_reason reason = WECOM_REASON_HELPER_DOWN;
    const char *second = NULL;
    char seconds[16];

    switch (end->error) {
    case WECOM_E_TIMEOUT:
        text = end->reached ? TEXT_HELPER_SLOW : TEXT_HELPER_ABSENT;
        reason = end->reached ? WECOM_REASON_TIMEOUT : WECOM_REASON_HELPER_DOWN;
        (void)snprintf(seconds, sizeof seconds, "%d", q->timeout_ms / 1000);
        second = seconds;
        break;
    case WECOM_E_CLOSED:
        text = end->reached ? TEXT_HELPER_HUNG_UP : TEXT_HELPER_ABSENT;
        break;
    case WECOM_E_PEER:
        text = TEXT_HELPER_FOREIGN;
        break;
    case WECOM_E_TOO_LONG:
        text = end->reached ? TEXT_HELPER_FLOODS : TEXT_HELPER_GARBLED;
        reason = WECOM_REASON_INTERNAL;
        break;
    case WECOM_E_FORMAT:
        text = TEXT_HELPER_GARBLED;
        reason = WECOM_REASON_INTERNAL;
        break;
    case WECOM_E_MEMORY:
        text = TEXT_NO_MEMORY;
        reason = WECOM_REASON_INTERNAL;
        break;
    case WECOM_E_SYSTEM:
        if (end->system_error == EACCES || end->system_error == EPERM)
            text = forbidden;
        second = strerror(end->system_error);
        break;
    case WECOM_E_ABSENT:
    case WECOM_OK:
        reason = WECOM_REASON_INTERNAL;
        second = "?";
        break;
    }
    (void)texts_say(out, bytes, text, lang, TEXTS_WORDS(q->socket, second));
    return reason;
}

bool rows_failed(const json_t *row) {
    static const char *const fine[] = {"ok", "warning", "skipped"};
    const char *state = json_string_value(json_object_get(row, "state"));

    for (size_t i = 0; state != NULL && i < sizeof fine / sizeof fine[0]; i++) {
        if (strcmp(state, fine[i]) == 0)
            return false;
    }
    return true;
}
