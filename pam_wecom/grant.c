/* A grant, remembered on the PAM handle; libpam frees it with the handle. */
#include "pam_wecom/grant.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/deadline.h"
#include "common/secret.h"

static const char data_name[] = "pam_wecom_grant";

struct grant {
    char service[WECOM_SERVICE_MAX_BYTES + 1];
    char user[WECOM_USER_MAX_BYTES + 1];
    bool identity;
    enum wecom_account account;
    enum wecom_reason reason;
    int64_t at_ms; /* monotonic */
};

/* Called by libpam, also when the data is replaced. */
static void destroy(pam_handle_t *pamh, void *data, int status) {
    (void)pamh;
    (void)status;
    secret_wipe_bytes(data, data != NULL ? sizeof(struct grant) : 0);
    free(data);
}

bool grant_keep(const struct call *c, enum wecom_account account, enum wecom_reason reason) {
    const char *user = call_item(c, PAM_USER);
    struct grant *grant;

    if (user == NULL || strlen(user) >= sizeof grant->user)
        return false;
    grant = calloc(1, sizeof *grant);
    if (grant == NULL)
        return false;
    memcpy(grant->service, c->service, sizeof grant->service);
    memcpy(grant->user, user, strlen(user) + 1);
    grant->identity = c->args.identity;
    grant->account = account;
    grant->reason = reason;
    grant->at_ms = deadline_now_ms();
    if (pam_set_data(c->pamh, data_name, grant, destroy) == PAM_SUCCESS)
        return true;
    destroy(c->pamh, grant, PAM_SUCCESS);
    return false;
}

void grant_forget(pam_handle_t *pamh) {
    const void *data = NULL;

    if (pam_get_data(pamh, data_name, &data) == PAM_SUCCESS && data != NULL)
        (void)pam_set_data(pamh, data_name, NULL, NULL);
}

bool grant_fresh(const struct call *c, enum wecom_account *account, enum wecom_reason *reason) {
    const void *data = NULL;
    const struct grant *grant;
    int64_t age_ms;

    if (pam_get_data(c->pamh, data_name, &data) != PAM_SUCCESS || data == NULL)
        return false;
    grant = data;
    age_ms = deadline_now_ms() - grant->at_ms;
    if (age_ms < 0 || age_ms > WECOM_GRANT_FRESH_MS || grant->identity != c->args.identity ||
        strcmp(grant->service, c->service) != 0 || strcmp(grant->user, c->user) != 0)
        return false;
    *account = grant->account;
    *reason = grant->reason;
    return true;
}
