/* The calls of the WeCom API that we make: one row each, and how a row becomes a URL and a body. */
#ifndef WECOM_HELPER_WECOM_CALLS_H
#define WECOM_HELPER_WECOM_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wecom/error.h"

enum calls_id {
    CALLS_GETTOKEN,
    CALLS_GETUSERINFO,
    CALLS_GETUSERDETAIL,
    CALLS_USER_GET,
    CALLS_AGENT_GET,
    CALLS_DEPARTMENTS,
    CALLS_USER_LIST,
    CALLS_TAG_GET,
    CALLS_MESSAGE_SEND,
    CALLS_CARD_SEND,
    CALLS_CARD_UPDATE,
    CALLS_COUNT
};

enum { CALLS_PARAMETERS = 4 };

struct calls_rule {
    const char *path; /* below /cgi-bin/ */
    bool with_token;
    bool post; /* parameters go as a JSON object, else into the query */
    size_t answer_max_bytes;
    int64_t try_ms;   /* so long one try may take */
    const char *list; /* the answer's one long list, read element by element; NULL: it has none */
    /* NULL: no more. In a JSON object "a.b" is b of the object a, "a#" a number, "a[]" a list of
     * this one string, and "a{}" what the value says in JSON.
     */
    const char *parameters[CALLS_PARAMETERS];
};

const struct calls_rule *calls_rule(enum calls_id id);

/* What http.h needs for one call. Both are secrets: free them with calls_clear. */
struct calls_request {
    char *url, *body; /* body NULL for a GET */
};

/* `values` go with the row's parameters; `token` is used where the row wants one. WECOM_E_MEMORY.
 */
enum wecom_error calls_build(struct calls_request *request, enum calls_id id, const char *api_url,
                             const char *token, const char *const values[CALLS_PARAMETERS]);
void calls_clear(struct calls_request *request);

#endif
