/* wecom-login's questions to the helper itself: what is the application, does it work, may it have
 * these keys?
 */
#include "tools/login.h"

#include <stdio.h>
#include <unistd.h>

#include "common/words.h"
#include "tools/login_answer.h"
#include "tools/login_input.h"
#include "tools/login_memory.h"
#include "tools/rows.h"
#include "tools/say.h"

enum {
    INFO_TIMEOUT_MS = 10 * 1000,  /* from the helper's memory */
    CHECK_TIMEOUT_MS = 60 * 1000, /* the helper asks WeCom */
    SET_TIMEOUT_MS = 60 * 1000,   /* the same */
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

static bool keep_none(void *context, json_t *row) {
    (void)context;
    (void)row;
    return false;
}

/* Tells how an exchange failed; false when the helper granted. */
static bool has_failed(const struct rows_question *q, struct rows_end *end, json_t **answer,
                       int *status) {
    char text[TEXTS_MAX_BYTES];
    enum wecom_reason reason;

    *status = LOGIN_EXIT_TROUBLE;
    if (end->error == WECOM_OK && end->verdict == WECOM_VERDICT_GRANTED)
        return false;
    if (end->error != WECOM_OK) {
        reason = rows_trouble(q, end, TEXT_HELPER_FORBIDDEN_LOGIN, TEXTS_BOTH, text, sizeof text);
        *answer = say_failure(reason, text);
        return true;
    }
    reason = end->reason != WECOM_REASON_NONE ? end->reason : WECOM_REASON_INTERNAL;
    if (end->message[0] == '\0')
        (void)texts_say(end->message, sizeof end->message, TEXT_HELPER_DENIED, TEXTS_BOTH,
                        TEXTS_WORDS(words_reason(reason)));
    *answer = say_failure(reason, end->message);
    *status = *answer != NULL ? LOGIN_EXIT_DONE : LOGIN_EXIT_TROUBLE;
    return true;
}

/* Asks, and returns the rows. NULL: `answer` and `status` hold the failure. */
static json_t *ask(const struct rows_question *q, rows_each *each, json_t **answer, int *status) {
    json_t *rows = json_array();
    struct rows_end end;

    *status = LOGIN_EXIT_TROUBLE;
    if (rows == NULL)
        return NULL;
    rows_ask(q, each, rows, &end);
    if (!has_failed(q, &end, answer, status))
        return rows;
    json_decref(rows);
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

/* Values that can be no keys: the same refusal as from WeCom, but nobody is asked. */
static int refuse_keys(enum wecom_reason wrong, json_t **answer) {
    enum texts_id text = wrong == WECOM_REASON_CONFIG_CORP    ? TEXT_KEYS_CORP
                         : wrong == WECOM_REASON_CONFIG_AGENT ? TEXT_KEYS_AGENT
                                                              : TEXT_KEYS_SECRET;
    char message[TEXTS_MAX_BYTES];

    *answer = say_failure(wrong, texts_say(message, sizeof message, text, TEXTS_BOTH, NULL));
    return *answer != NULL ? LOGIN_EXIT_DONE : LOGIN_EXIT_TROUBLE;
}

static int hand_over(const struct login_request *request, const struct login_keys *keys,
                     json_t **answer) {
    const struct rows_question q = {.verb = WIRE_APP_SET,
                                    .socket = request->socket,
                                    .service = request->service,
                                    .app = request->set_app,
                                    .corp = keys->corp_id,
                                    .agent_id = keys->agent_id,
                                    .secret = keys->secret.bytes,
                                    .company = keys->company[0] != '\0' ? keys->company : NULL,
                                    .timeout_ms = SET_TIMEOUT_MS};
    struct rows_end end;
    int status;

    rows_ask(&q, keep_none, NULL, &end);
    if (has_failed(&q, &end, answer, &status))
        return status;
    *answer = json_pack("{s:b, s:s}", "ok", 1, "app", request->set_app);
    /* kept, and there is something left to do */
    if (end.reason != WECOM_REASON_NONE &&
        (json_object_set_new(*answer, "reason", json_string(words_reason(end.reason))) != 0 ||
         json_object_set_new(*answer, "message", json_string(end.message)) != 0)) {
        json_decref(*answer);
        *answer = NULL;
    }
    return *answer != NULL ? LOGIN_EXIT_DONE : LOGIN_EXIT_TROUBLE;
}

int login_set_app(const struct login_request *request, json_t **answer) {
    struct login_keys keys = {0};
    struct secret input = {0};
    enum wecom_reason wrong = WECOM_REASON_NONE;
    int status;
    enum wecom_error err = login_input_read(STDIN_FILENO, deadline_in_ms(LOGIN_INPUT_MS), &input);

    if (err == WECOM_OK)
        err = login_input_keys(&input, &keys, &wrong);
    secret_clear(&input);
    login_memory_wipe_stack();
    if (err != WECOM_OK)
        status = login_answer_input(err, TEXT_KEYS_FORM, answer);
    else if (wrong != WECOM_REASON_NONE)
        status = refuse_keys(wrong, answer);
    else
        status = hand_over(request, &keys, answer);
    login_keys_clear(&keys);
    login_memory_wipe_stack();
    return status;
}
