/* wecomctl version: of this program, and of the helper where one answers. */
#include "tools/ctl.h"

#include <stdio.h>
#include <string.h>

#include "tools/ctl_cell.h"

enum { TIMEOUT_MS = 10 * 1000 };

/* Keeps the version of the helper's row. */
static bool find_version(void *context, json_t *row) {
    const char *kind = json_string_value(json_object_get(row, "kind"));

    if (kind != NULL && strcmp(kind, "helper") == 0)
        (void)ctl_cell(row, "version", context, CTL_CELL_BYTES);
    return true;
}

/* A helper that is down is no failure here: the question was for versions. */
int ctl_version(const struct ctl_request *request) {
    struct rows_question q = {.verb = WIRE_ADMIN,
                              .socket = request->socket,
                              .command = "status",
                              .timeout_ms = TIMEOUT_MS};
    char version[CTL_CELL_BYTES] = "";
    char text[TEXTS_MAX_BYTES];
    struct rows_end end;
    bool known;

    rows_ask(&q, find_version, version, &end);
    known = end.error == WECOM_OK && version[0] != '\0';
    if (!request->json) {
        (void)printf("wecomctl      %s\nwecom-helper  %s\n", WECOM_VERSION,
                     known ? version
                           : texts_label(text, sizeof text, TEXT_VERSION_UNKNOWN, request->lang));
        return ctl_end(request, NULL, CTL_DONE);
    }
    return ctl_end(
        request,
        ctl_answer(true,
                   json_pack("[{s:s, s:s}, {s:s, s:s*}]", "kind", "wecomctl", "version",
                             WECOM_VERSION, "kind", "helper", "version", known ? version : NULL),
                   ""),
        CTL_DONE);
}
