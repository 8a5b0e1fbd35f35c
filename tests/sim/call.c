/* What the handlers of API calls share: parameters, error texts, the agentid. */
#include "call.h"

#include <errno.h>
#include <event2/http.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *call_param(const struct call *call, const char *name) {
    const char *value = evhttp_find_header(call->query, name);

    return value == NULL || *value == '\0' ? NULL : value;
}

bool call_number(const struct call *call, const char *name, int64_t *number, bool *present) {
    const char *value = call_param(call, name);
    char *end = NULL;

    *present = value != NULL;
    if (value == NULL || *value < '0' || *value > '9')
        return false;
    errno = 0;
    *number = strtoll(value, &end, 10);
    return *end == '\0' && errno == 0;
}

int call_fail(struct call *call, int errcode, const char *format, ...) {
    va_list args;

    va_start(args, format);
    vsnprintf(call->text, sizeof(call->text), format, args);
    va_end(args);
    return errcode;
}

void call_string(struct call *call, const char *name, const char *value) {
    if (value != NULL)
        json_object_set_new(call->answer, name, json_string(value));
}

void call_int(struct call *call, const char *name, int64_t value) {
    json_object_set_new(call->answer, name, json_integer(value));
}

void call_json(struct call *call, const char *name, json_t *value) {
    json_object_set_new(call->answer, name, value);
}

int call_agent(struct call *call, json_t *agentid) {
    if (agentid == NULL)
        return 41011;
    if (!json_is_integer(agentid) ||
        corp_app(&call->server->corp, json_integer_value(agentid)) == NULL)
        return 40056;
    return json_integer_value(agentid) == call->app->agent_id ? 0 : 301002;
}
