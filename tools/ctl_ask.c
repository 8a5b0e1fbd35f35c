/* Asking the helper for a subcommand, and telling how that ended. */
#include "tools/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "common/words.h"
#include "tools/say.h"

int ctl_end(const struct ctl_request *request, json_t *answer, int status) {
    if (answer != NULL ? say_json(answer) : say_flush())
        return status;
    say_error(CTL_PROGRAM, TEXT_WRITE_FAILED, request->lang, TEXTS_WORDS(strerror(errno)));
    return CTL_REFUSED;
}

int ctl_fail(const struct ctl_request *request, const char *reason, const char *message,
             int status) {
    if (request->json)
        return ctl_end(request, say_failure_word(reason, message), status);
    status = ctl_end(request, NULL, status); /* what came before stands before the complaint */
    say_error_text(CTL_PROGRAM, message);
    return status;
}

int ctl_fail_text(const struct ctl_request *request, const char *reason, int status,
                  enum texts_id text, const char *const *words) {
    char message[TEXTS_MAX_BYTES];

    return ctl_fail(request, reason, texts_say(message, sizeof message, text, request->lang, words),
                    status);
}

int ctl_no_memory(const struct ctl_request *request) {
    return ctl_fail_text(request, words_reason(WECOM_REASON_INTERNAL), CTL_NO_ANSWER,
                         TEXT_NO_MEMORY, NULL);
}

/* Appends the text of a key as one more line; nothing where there is none. */
static void add_line(const json_t *row, const char *key, char *out, size_t bytes) {
    const char *text = json_string_value(json_object_get(row, key));
    size_t used = strlen(out);

    if (text != NULL && text[0] != '\0')
        (void)snprintf(out + used, bytes - used, "%s%s", used > 0 ? "\n" : "", text);
}

char *ctl_sentence(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    out[0] = '\0';
    if (lang != TEXTS_EN || json_object_get(row, "text") == NULL) {
        add_line(row, "text_zh", out, bytes);
        add_line(row, "cure_zh", out, bytes);
    }
    if (lang != TEXTS_ZH || json_object_get(row, "text_zh") == NULL) {
        add_line(row, "text", out, bytes);
        add_line(row, "cure", out, bytes);
    }
    text_clean(out, TEXT_LINES); /* half a character at the end */
    return out;
}

/* Keeps the refusal that is about the command as a whole, and passes on the other rows. */
struct catcher {
    rows_each *each;
    void *context;
    json_t *refusal;
};

static bool catch_refusal(void *context, json_t *row) {
    struct catcher *catcher = context;
    const char *kind = json_string_value(json_object_get(row, "kind"));

    if (kind == NULL || strcmp(kind, "refusal") != 0 || json_object_get(row, "line") != NULL ||
        json_object_get(row, "userid") != NULL)
        return catcher->each(catcher->context, row);
    json_decref(catcher->refusal);
    catcher->refusal = json_incref(row);
    return true;
}

/* The helper said no: in its words for people where it has some. */
static int fail_denied(const struct ctl_request *request, const json_t *refusal,
                       struct rows_end *end) {
    const char *why = json_string_value(json_object_get(refusal, "why"));
    enum wecom_reason reason =
        end->reason != WECOM_REASON_NONE ? end->reason : WECOM_REASON_INTERNAL;
    char message[TEXTS_MAX_BYTES];

    if (refusal != NULL)
        return ctl_fail(request, why != NULL ? why : "",
                        ctl_sentence(refusal, request->lang, message, sizeof message), CTL_REFUSED);
    if (end->message[0] == '\0')
        (void)texts_say(end->message, sizeof end->message, TEXT_HELPER_DENIED, request->lang,
                        TEXTS_WORDS(words_reason(reason)));
    return ctl_fail(request, words_reason(reason), end->message, CTL_REFUSED);
}

int ctl_told(const struct ctl_request *request, const struct rows_question *question,
             struct rows_end *end, json_t *refusal) {
    char text[TEXTS_MAX_BYTES];
    enum wecom_reason reason;
    int status;

    if (end->error == WECOM_OK && end->verdict == WECOM_VERDICT_GRANTED) {
        status = CTL_DONE;
    } else if (end->error == WECOM_OK) {
        status = fail_denied(request, refusal, end);
    } else {
        reason = rows_trouble(question, end, TEXT_HELPER_FORBIDDEN_ADMIN, request->lang, text,
                              sizeof text);
        status = ctl_fail(request, words_reason(reason), text, CTL_NO_ANSWER);
    }
    json_decref(refusal);
    return status;
}

json_t *ctl_ask_only(const struct ctl_request *request, struct rows_question *question,
                     rows_each *each, void *context, struct rows_end *end) {
    struct catcher catcher = {.each = each, .context = context};

    question->verb = WIRE_ADMIN;
    question->socket = request->socket;
    rows_ask(question, catch_refusal, &catcher, end);
    return catcher.refusal;
}

int ctl_ask_for(const struct ctl_request *request, struct rows_question *question, rows_each *each,
                void *context, struct rows_end *end) {
    json_t *refusal = ctl_ask_only(request, question, each, context, end);

    return ctl_told(request, question, end, refusal);
}

int ctl_ask(const struct ctl_request *request, int timeout_ms, rows_each *each, void *context,
            struct rows_end *end) {
    struct rows_question question = {.command = request->command, .timeout_ms = timeout_ms};

    return ctl_ask_for(request, &question, each, context, end);
}

bool ctl_keep(void *context, json_t *row) {
    return json_array_append(context, row) == 0;
}

json_t *ctl_answer(bool ok, json_t *rows, const char *message) {
    json_t *answer = json_pack("{s:b, s:o}", "ok", ok, "rows", rows);

    if (answer != NULL && message[0] != '\0' &&
        json_object_set_new(answer, "message", json_string(message)) != 0) {
        json_decref(answer);
        return NULL;
    }
    return answer;
}
