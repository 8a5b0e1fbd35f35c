/* The PAM environment: what a host may read there after a login. The names come from the field
 * table, so the helper cannot set any other (LD_PRELOAD and the like).
 */
#include "pam_wecom/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"
#include "common/words.h"

static const char reason_name[] = "WECOM_REASON";

/* "env.WECOM_X" is put as WECOM_X. */
static const char *env_name(unsigned int field) {
    return wire_field_rule((enum wire_field)field)->name + strlen("env.");
}

/* libpam copies the string. A NULL value takes the name out. */
static bool put(pam_handle_t *pamh, const char *name, const char *value) {
    size_t bytes = strlen(name) + 1 + (value != NULL ? strlen(value) : 0) + 1;
    char *pair = malloc(bytes);
    bool done;

    if (pair == NULL)
        return false;
    if (value != NULL) {
        (void)snprintf(pair, bytes, "%s=%s", name, value);
        text_clean(pair, TEXT_ONE_LINE);
    } else {
        memcpy(pair, name, strlen(name) + 1);
    }
    done = pam_putenv(pamh, pair) == PAM_SUCCESS;
    secret_wipe_bytes(pair, bytes);
    free(pair);
    return done;
}

void environment_clear(pam_handle_t *pamh) {
    for (unsigned int f = WIRE_F_FIRST_ENV; f < WIRE_FIELD_COUNT; f++) {
        if (pam_getenv(pamh, env_name(f)) != NULL)
            (void)put(pamh, env_name(f), NULL);
    }
}

bool environment_export(pam_handle_t *pamh, const struct wire_message *result) {
    for (unsigned int f = WIRE_F_FIRST_ENV; f < WIRE_FIELD_COUNT; f++) {
        const char *value = wire_get(result, (enum wire_field)f);

        if (value != NULL && !put(pamh, env_name(f), value)) {
            environment_clear(pamh);
            return false;
        }
    }
    return true;
}

void environment_reason(pam_handle_t *pamh, enum wecom_reason reason) {
    if (pam_getenv(pamh, reason_name) != NULL)
        (void)put(pamh, reason_name, words_reason(reason));
}
