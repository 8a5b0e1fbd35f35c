/* wecomctl accounts add: as many questions as there are userids for, and one answer. */
#include "tools/ctl_accounts.h"

#include <stdio.h>
#include <string.h>

#include "tools/ctl_cell.h"
#include "tools/say.h"

/* What is refused is about one userid; the others go on. */
static void tell_refused(const struct ctl_request *request, const json_t *rows) {
    char text[TEXTS_MAX_BYTES];
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row) {
        if (ctl_is_kind(row, "refusal"))
            say_error_text(CTL_PROGRAM, ctl_sentence(row, request->lang, text, sizeof text));
    }
}

static size_t count_refused(const json_t *rows) {
    size_t i, count = 0;
    json_t *row;

    json_array_foreach(rows, i, row) {
        count += ctl_is_kind(row, "refusal");
    }
    return count;
}

/* The helper says "denied" when one of them was refused, which the rows tell; anything else that
 * keeps it from an answer ends the command.
 */
static int ask(const struct ctl_request *request, json_t *rows, size_t from, size_t count) {
    json_t *userids = json_array();
    struct rows_question q = {.verb = WIRE_ADMIN,
                              .socket = request->socket,
                              .command = "accounts.add",
                              .timeout_ms = CTL_ACCOUNTS_LONG_MS};
    size_t before = json_array_size(rows);
    char *args;
    struct rows_end end;

    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(userids, json_string(request->words[from + i]));
    args = ctl_accounts_args(json_pack("{s:o}", "userids", userids));
    if (args == NULL)
        return ctl_no_memory(request);
    q.args = args;
    rows_ask(&q, ctl_keep, rows, &end);
    ctl_accounts_free(args);
    if (end.error == WECOM_OK &&
        (end.verdict == WECOM_VERDICT_GRANTED ||
         (end.verdict == WECOM_VERDICT_DENIED && json_array_size(rows) > before)))
        return CTL_DONE;
    return ctl_told(request, &q, &end, NULL);
}

/* More bytes than a userid has would not reach the helper as a userid. */
static bool fit(const struct ctl_request *request) {
    for (size_t i = 0; i < request->words_count; i++) {
        if (strlen(request->words[i]) > WECOM_USERID_MAX_BYTES) {
            say_error(CTL_PROGRAM, TEXT_USERID_LONG, request->lang, TEXTS_WORDS(request->words[i]));
            return false;
        }
    }
    return true;
}

int ctl_accounts_add(const struct ctl_request *request) {
    json_t *rows = json_array();
    int status = CTL_DONE;
    size_t refused;
    bool printed;

    if (!fit(request)) {
        json_decref(rows);
        return CTL_USAGE;
    }
    for (size_t at = 0; at < request->words_count && status == CTL_DONE && rows != NULL;
         at += CTL_ACCOUNTS_AT_ONCE) {
        size_t left = request->words_count - at;

        status = ask(request, rows, at, left < CTL_ACCOUNTS_AT_ONCE ? left : CTL_ACCOUNTS_AT_ONCE);
    }
    if (rows == NULL || (status != CTL_DONE && request->json)) {
        json_decref(rows);
        return rows != NULL ? status : ctl_no_memory(request);
    }
    refused = count_refused(rows);
    if (status == CTL_DONE && refused > 0)
        status = CTL_REFUSED;
    if (request->json)
        return ctl_end(request, ctl_answer(refused == 0, rows, ""), status);
    /* also what was made before a failure */
    printed = ctl_accounts_print(rows, request->lang);
    status = ctl_end(request, NULL, status);
    tell_refused(request, rows);
    json_decref(rows);
    return printed ? status : ctl_no_memory(request);
}
