/* wecomctl reload: the helper reads its configuration again. */
#include "tools/ctl.h"

#include <stdio.h>

enum { TIMEOUT_MS = 10 * 1000 };

/* What the helper has to say about a reload stands in its result; rows are not ours to judge. */
static bool pass_over(void *context, json_t *row) {
    (void)context;
    (void)row;
    return true;
}

int ctl_reload(const struct ctl_request *request) {
    struct rows_end end;
    int status = ctl_ask(request, TIMEOUT_MS, pass_over, NULL, &end);

    if (status != CTL_DONE)
        return status;
    if (end.message[0] == '\0')
        (void)texts_say(end.message, sizeof end.message, TEXT_RELOADED, request->lang, NULL);
    if (request->json)
        return ctl_end(request, ctl_answer(true, json_array(), end.message), CTL_DONE);
    (void)printf("%s\n", end.message);
    return ctl_end(request, NULL, CTL_DONE);
}
