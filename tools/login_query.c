/* wecom-login's two questions to the helper itself: what is the application, and does it work? */
#include "tools/login.h"

#include <stdio.h>

#include "common/words.h"
#include "tools/rows.h"
#include "tools/say.h"

enum {
    INFO_TIMEOUT_MS = 10 * 1000,  /* from the helper's memory */
    CHECK_TIMEOUT_MS = 60 * 1000, /* the helper asks WeCom */
};

static bool keep(void *context, json_t *row) {
    return json_array_append(context, row) == 0;
}

static bool keep_check(void *context, json_t *row) {
    return json_is_string(json_object_get(row, "state")) && keep(context, row);
}

/* An answer has one row; a second one would leave open which of them counts. */
static bool keep_one(void *context, json_t *row) {
    return json_array_size(context) == 0 && keep(context, row);
}

/* Asks, and returns the rows. NULL: `answer` and `status` hold the failure. */
static json_t *ask(const struct rows_question *q, rows_each *each, json_t **answer, int *status) {
    json_t *rows = json_array();
    char text[TEXTS_MAX_BYTES];
    struct rows_end end;
    enum wecom_reason reason;

    *status = LOGIN_EXIT_TROUBLE;
    if (rows == NULL)
        return NULL;
    rows_ask(q, each, rows, &end);
    if (end.error == WECOM_OK && end.verdict == WECOM_VERDICT_GRANTED)
        return rows;
    json_decref(rows);
    if (end.error != WECOM_OK) {
        reason = rows_trouble(q, &end, TEXT_HELPER_FORBIDDEN_LOGIN, TEXTS_BOTH, text, sizeof text);
        *answer = say_failure(reason, text);
        return NULL;
    }
    reason = end.reason != WECOM_REASON_NONE ? end.reason : WECOM_REASON_INTERNAL;
    if (end.message[0] == '\0')
        (void)texts_say(end.message, sizeof end.message, TEXT_HELPER_DENIED, TEXTS_BOTH,
                        TEXTS_WORDS(words_reason(reason)));
    *answer = say_failure(reason, end.message);
    *status = *answer != NULL ? LOGIN_EXIT_DONE : LOGIN_EXIT_TROUBLE;
    return NULL;
}

int login_info(const struct login_request *request, json_t **answer) {
    const struct rows_question q = {.verb = WIRE_INFO,
                                    .socket = request->socket,
                                    .service = request->service,
                                    .app = request->app,
                                    .timeout_ms = INFO_TIMEOUT_MS};
    int status;
    json_t *rows = ask(&q, keep_one, answer, &status);

    if (rows == NULL)
        return status;
    if (json_array_size(rows) == 0) {
        char text[TEXTS_MAX_BYTES];

        *answer =
            say_failure(WECOM_REASON_INTERNAL, texts_say(text, sizeof text, TEXT_HELPER_GARBLED,
                                                         TEXTS_BOTH, TEXTS_WORDS(q.socket)));
    } else {
        *answer = json_pack("{s:b}", "ok", 1);
        /* "ok" is ours, whatever the row holds */
        if (json_object_update_missing(*answer, json_array_get(rows, 0)) == 0) {
            status = LOGIN_EXIT_DONE;
        } else {
            json_decref(*answer);
            *answer = NULL;
        }
    }
    json_decref(rows);
    return status;
}

int login_check(const struct login_request *request, json_t **answer) {
    const struct rows_question q = {.verb = WIRE_APP_CHECK,
                                    .socket = request->socket,
                                    .service = request->service,
                                    .app = request->app,
                                    .timeout_ms = CHECK_TIMEOUT_MS};
    bool ok;
    size_t i;
    json_t *row;
    int status;
    json_t *rows = ask(&q, keep_check, answer, &status);

    if (rows == NULL)
        return status;
    ok = json_array_size(rows) > 0;
    json_array_foreach(rows, i, row) {
        ok = ok && !rows_failed(row);
    }
    *answer = json_pack("{s:b, s:o}", "ok", ok, "checks", rows);
    return *answer != NULL ? LOGIN_EXIT_DONE : LOGIN_EXIT_TROUBLE;
}
