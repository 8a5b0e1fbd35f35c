/* Asking the helper for a subcommand, and telling how that ended. */
#include "tools/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/words.h"
#include "tools/say.h"

int ctl_end(const struct ctl_request *request, json_t *answer, int status) {
    if (answer != NULL ? say_json(answer) : say_flush())
        return status;
    say_error(CTL_PROGRAM, TEXT_WRITE_FAILED, request->lang, TEXTS_WORDS(strerror(errno)));
    return CTL_REFUSED;
}

static int fail(const struct ctl_request *request, enum wecom_reason reason, const char *message,
                int status) {
    if (request->json)
        return ctl_end(request, say_failure(reason, message), status);
    status = ctl_end(request, NULL, status); /* what came before stands before the complaint */
    say_error_text(CTL_PROGRAM, message);
    return status;
}

int ctl_no_memory(const struct ctl_request *request) {
    char text[TEXTS_MAX_BYTES];

    return fail(request, WECOM_REASON_INTERNAL,
                texts_say(text, sizeof text, TEXT_NO_MEMORY, request->lang, NULL), CTL_NO_ANSWER);
}

int ctl_ask(const struct ctl_request *request, int timeout_ms, rows_each *each, void *context,
            struct rows_end *end) {
    struct rows_question q = {.verb = WIRE_ADMIN,
                              .socket = request->socket,
                              .command = request->command,
                              .timeout_ms = timeout_ms};
    char text[TEXTS_MAX_BYTES];
    enum wecom_reason reason;

    rows_ask(&q, each, context, end);
    if (end->error != WECOM_OK) {
        reason =
            rows_trouble(&q, end, TEXT_HELPER_FORBIDDEN_ADMIN, request->lang, text, sizeof text);
        return fail(request, reason, text, CTL_NO_ANSWER);
    }
    if (end->verdict == WECOM_VERDICT_GRANTED)
        return CTL_DONE;
    reason = end->reason != WECOM_REASON_NONE ? end->reason : WECOM_REASON_INTERNAL;
    if (end->message[0] == '\0')
        (void)texts_say(end->message, sizeof end->message, TEXT_HELPER_DENIED, request->lang,
                        TEXTS_WORDS(words_reason(reason)));
    return fail(request, reason, end->message, CTL_REFUSED);
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
