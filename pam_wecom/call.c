/* What one call of libpam is about: arguments, service, whose name. No socket is touched here. */
#include "pam_wecom/call.h"

#include <string.h>

#include "common/names.h"
#include "common/text.h"
#include "wecom/paths.h"

const char *call_item(const struct call *c, int item) {
    const void *value = NULL;

    if (pam_get_item(c->pamh, item, &value) != PAM_SUCCESS || value == NULL)
        return NULL;
    return *(const char *)value != '\0' ? value : NULL;
}

/* A name that a terminal shows as it stands: UTF-8, no control, escape or bidi characters. */
static enum outcome keep_user(struct call *c, const char *name) {
    size_t len = strlen(name);

    if (len < 1 || len >= sizeof c->user)
        return OUTCOME_BAD_NAME;
    memcpy(c->user, name, len + 1);
    text_clean(c->user, TEXT_ONE_LINE);
    if (strcmp(c->user, name) == 0)
        return OUTCOME_GRANTED;
    c->user[0] = '\0';
    return OUTCOME_BAD_NAME;
}

static enum outcome take_user(struct call *c, enum call_user how) {
    const char *name = call_item(c, PAM_USER);

    if (name == NULL && how == CALL_ASK_USER) {
        if (c->args.identity)
            return OUTCOME_GRANTED; /* the result will say who it is */
        if (pam_get_user(c->pamh, &name, NULL) != PAM_SUCCESS)
            return OUTCOME_NO_TALK;
    }
    return name != NULL ? keep_user(c, name) : OUTCOME_BAD_NAME;
}

enum outcome call_begin(struct call *c, pam_handle_t *pamh, int flags, int argc, const char **argv,
                        enum call_user how) {
    const char *service;
    enum outcome outcome;

    *c = (struct call){.pamh = pamh};
    c->bad_argument = args_read(argc, argv, &c->args);
    if (c->bad_argument != NULL)
        return OUTCOME_BAD_ARGUMENT;
    c->silent = c->args.quiet || ((unsigned int)flags & PAM_SILENT) != 0;
    service = call_item(c, PAM_SERVICE);
    if (service == NULL || !name_is_word(service))
        return OUTCOME_BAD_SERVICE;
    memcpy(c->service, service, strlen(service) + 1);
    outcome = take_user(c, how);
    if (outcome != OUTCOME_GRANTED || c->args.identity)
        return outcome;
    if (guard_look(WECOM_PASSWD_FILE, c->args.links, c->user, &c->guard) != WECOM_OK)
        return OUTCOME_NO_PASSWD;
    return c->guard.place == GUARD_FREE || c->guard.place == GUARD_LINKED ? OUTCOME_GRANTED
                                                                          : OUTCOME_LOCAL_USER;
}
