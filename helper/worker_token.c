/* Access tokens between the two processes. */
#include "helper/worker_token.h"

#include <stdio.h>
#include <string.h>

#include "common/words.h"
#include "helper/wecom/errors.h"

json_t *worker_token_pack(const struct client_app *app, const struct client_failure *failure) {
    struct client_token token = client_app_token(app);
    const char *name = client_app_settings(app)->name;

    if (failure->reason == WECOM_REASON_NONE && token.secret != NULL)
        return json_pack("{s:s, s:s#, s:I, s:I}", "app", name, "secret", token.secret->bytes,
                         (int)token.secret->len, "valid_ms", (json_int_t)token.valid_ms, "number",
                         (json_int_t)token.number);
    return json_pack("{s:s, s:s, s:i, s:i, s:s, s:s}", "app", name, "reason",
                     words_reason(failure->reason), "errcode", failure->errcode, "http",
                     (int)failure->http, "detail", failure->detail, "ip", failure->ip);
}

static bool take_failure(struct client_app *app, const json_t *message) {
    const char *reason = NULL, *detail = NULL, *ip = NULL;
    struct client_failure failure = {0};
    int http = 0;

    if (json_unpack((json_t *)message, "{s:s, s:i, s:i, s:s, s:s}", "reason", &reason, "errcode",
                    &failure.errcode, "http", &http, "detail", &detail, "ip", &ip) != 0)
        return false;
    failure.reason = words_to_reason(reason);
    if (failure.reason == WECOM_REASON_NONE) /* a token that expired on the way */
        failure.reason = WECOM_REASON_WECOM_BUSY;
    failure.http = http >= HTTP_NONE && http <= HTTP_FAILED ? (enum http_outcome)http : HTTP_NONE;
    failure.cure = failure.errcode != 0 ? errors_find(failure.errcode)->cure : NULL;
    (void)snprintf(failure.detail, sizeof failure.detail, "%s", detail);
    (void)snprintf(failure.ip, sizeof failure.ip, "%s", ip);
    client_give_token(app, &(struct client_token){0}, &failure);
    return true;
}

bool worker_token_take(struct client_app *app, const json_t *message) {
    const json_t *secret = json_object_get(message, "secret");
    json_int_t valid_ms = json_integer_value(json_object_get(message, "valid_ms"));
    json_int_t number = json_integer_value(json_object_get(message, "number"));
    struct secret bytes = {.bytes = (char *)json_string_value(secret),
                           .len = json_string_length(secret)};

    if (secret == NULL)
        return take_failure(app, message);
    if (bytes.bytes == NULL || bytes.len == 0 || valid_ms <= 0 || number <= 0 ||
        number > UINT32_MAX)
        return false;
    client_give_token(app,
                      &(struct client_token){
                          .secret = &bytes, .valid_ms = valid_ms, .number = (unsigned int)number},
                      &(struct client_failure){0});
    return true;
}
