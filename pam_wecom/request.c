/* What the helper is told about a call. */
#include "pam_wecom/request.h"

#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/secret.h"
#include "common/text.h"

static bool takes(const struct wire_message *m, enum wire_field field) {
    const struct wire_field_rule *rule = wire_field_rule(field);

    return ((rule->needed_in | rule->optional_in) & (1u << m->verb)) != 0;
}

/* A line of the host, as far as it fits: none of these decides anything by itself. */
static void add_line(struct wire_message *m, enum wire_field field, const char *value) {
    size_t len = value != NULL ? strlen(value) : 0;
    size_t most = wire_field_rule(field)->max_bytes;
    char *copy;

    if (len == 0 || !takes(m, field))
        return;
    if (len > most)
        len = most;
    copy = strndup(value, len);
    if (copy == NULL)
        return;
    text_clean(copy, TEXT_ONE_LINE); /* also takes half a character at the cut away */
    if (copy[0] != '\0')
        (void)wire_set(m, field, copy);
    free(copy);
}

/* The list of factors that sshd has seen. It may count as one, so no part of it is ever sent. */
static void add_auth_info(struct wire_message *m, const char *value) {
    if (value != NULL && *value != '\0' && takes(m, WIRE_F_AUTH_INFO))
        (void)wire_set(m, WIRE_F_AUTH_INFO, value);
}

static enum wecom_error add_own(const struct call *c, struct deadline d, struct wire_message *m) {
    enum wecom_error err = wire_set(m, WIRE_F_SERVICE, c->service);

    if (err == WECOM_OK && c->user[0] != '\0')
        err = wire_set(m, WIRE_F_USER, c->user);
    if (err == WECOM_OK)
        err = wire_set_flag(m, WIRE_F_IDENTITY, c->args.identity);
    if (err == WECOM_OK && c->guard.place == GUARD_LINKED && takes(m, WIRE_F_LINK))
        err = wire_set(m, WIRE_F_LINK, c->guard.link);
    if (err == WECOM_OK && takes(m, WIRE_F_DEADLINE_MS))
        err = wire_set_number(m, WIRE_F_DEADLINE_MS, deadline_left_ms(d));
    return err;
}

enum wecom_error request_fill(const struct call *c, struct deadline d, struct wire_message *m) {
    const char *app = pam_getenv(c->pamh, "WECOM_APP");
    enum wecom_error err = add_own(c, d, m);

    if (err != WECOM_OK)
        return err;
    add_line(m, WIRE_F_RHOST, call_item(c, PAM_RHOST));
    add_line(m, WIRE_F_TTY, call_item(c, PAM_TTY));
    add_line(m, WIRE_F_RUSER, call_item(c, PAM_RUSER));
    if (app != NULL && name_is_word(app))
        add_line(m, WIRE_F_APP, app);
    add_auth_info(m, pam_getenv(c->pamh, "SSH_AUTH_INFO_0"));
    return WECOM_OK;
}

bool request_add_code(const struct call *c, struct wire_message *m) {
    const char *token = call_item(c, PAM_AUTHTOK);

    return token != NULL && name_is_any_code(token, strlen(token)) &&
           wire_set(m, WIRE_F_AUTHTOK, token) == WECOM_OK;
}
