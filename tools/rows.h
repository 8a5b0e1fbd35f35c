/* One question to the helper and its rows: request, ready, row*, result.
 * A row is one flat JSON object: names of a-z 0-9 _, values that are texts, numbers, yes/no or
 * null. Its texts are cleaned (text_clean) before anybody sees them. Rows are bounded in count and
 * bytes, and everything has one deadline.
 */
#ifndef WECOM_TOOLS_ROWS_H
#define WECOM_TOOLS_ROWS_H

#include <jansson.h>
#include <stdbool.h>

#include "tools/texts.h"
#include "wecom/error.h"
#include "wecom/verdict.h"
#include "wecom/wire.h"

enum {
    /* Most rows of one answer; the status of a helper has one for each application and service. */
    ROWS_MAX = 4096,
    /* Most bytes of all rows of one answer. */
    ROWS_MAX_BYTES = 4 * 1024 * 1024,
    /* The same for a list that may be long. */
    ROWS_LONG_MAX = 2 * 1000 * 1000,
    ROWS_LONG_MAX_BYTES = 2000 * 1000 * 1000,
};

struct rows_question {
    enum wire_verb verb; /* WIRE_INFO, WIRE_APP_CHECK, WIRE_APP_SET or WIRE_ADMIN */
    const char *socket;
    const char *service, *app; /* NULL: not sent */
    const char *command;       /* of WIRE_ADMIN; NULL: not sent */
    const char *args;          /* of the command, a JSON object; NULL: not sent */
    bool is_long;              /* the answer may have ROWS_LONG_MAX rows */
    /* Of WIRE_APP_SET; NULL: not sent. */
    const char *corp, *agent_id, *secret, *company;
    int timeout_ms;
    /* Rows to send after "ready": each call gives one as JSON, valid until the next; NULL: no more.
     * NULL itself: the command takes none.
     */
    const char *(*feed)(void *context);
    void *feed_context;
};

/* How the exchange ended. With error WECOM_OK the helper's own verdict counts, else the verdict is
 * none and `text` says what went wrong.
 */
struct rows_end {
    enum wecom_error error;
    int system_error; /* errno of WECOM_E_SYSTEM */
    bool reached;     /* the helper said "ready" */
    enum wecom_verdict verdict;
    enum wecom_reason reason;      /* of the result; none when it gave no known one */
    char message[TEXTS_MAX_BYTES]; /* of the result, cleaned; "" when it gave none */
};

/* Is called with each row as it comes; the row belongs to the caller of it. False ends the
 * exchange as malformed (WECOM_E_FORMAT).
 */
typedef bool rows_each(void *context, json_t *row);

/* Asks. The verdict is granted only when the helper's result said so, after rows that were all
 * well-formed.
 */
void rows_ask(const struct rows_question *q, rows_each *each, void *context, struct rows_end *end);

/* Reads one row; NULL when it is not of the form above (or there is no memory). */
json_t *rows_read(const char *text);

/* What to tell people about an exchange that did not work: WECOM_REASON_* and a sentence with the
 * cure. `forbidden` is the sentence for "permission denied", which differs between the programs.
 */
enum wecom_reason rows_trouble(const struct rows_question *q, const struct rows_end *end,
                               enum texts_id forbidden, enum texts_lang lang, char *out,
                               size_t bytes);

/* Does this row of a check say that something failed? Also when it says nothing understandable. */
bool rows_failed(const json_t *row);

#endif
