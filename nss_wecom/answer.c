/* How every look-up of the NSS module begins and ends. */
#include "nss_wecom/answer.h"

#include <errno.h>
#include <string.h>

#include "wecom/paths.h"

enum wecom_error answer_open(struct table *table) {
    enum wecom_error err = table_open(WECOM_TABLE_FILE, TABLE_ANY_OWNER, table);

    return err == WECOM_E_ABSENT ? WECOM_E_CLOSED : err;
}

/* A system call failed: passing trouble of this process, or the table cannot be had. */
static enum nss_status system_failed(int code, int *errnop) {
    switch (code) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        *errnop = code;
        return NSS_STATUS_TRYAGAIN;
    case EAGAIN: /* callers repeat on these two */
    case ERANGE:
        code = EIO;
        break;
    default:
        break;
    }
    *errnop = code;
    return NSS_STATUS_UNAVAIL;
}

enum nss_status answer_end(struct table *table, enum wecom_error err, int errno_before,
                           int *errnop) {
    int code = errno;

    table_close(table);
    errno = errno_before;
    switch (err) {
    case WECOM_OK:
        return NSS_STATUS_SUCCESS;
    case WECOM_E_ABSENT:
        return NSS_STATUS_NOTFOUND;
    case WECOM_E_TOO_LONG:
        *errnop = ERANGE;
        return NSS_STATUS_TRYAGAIN;
    case WECOM_E_SYSTEM:
        return system_failed(code, errnop);
    case WECOM_E_CLOSED:
        *errnop = ENOENT;
        return NSS_STATUS_UNAVAIL;
    default:
        *errnop = EIO;
        return NSS_STATUS_UNAVAIL;
    }
}

char *answer_password(char *buffer, size_t bytes, size_t *used_bytes) {
    char *password = buffer + *used_bytes;

    if (bytes - *used_bytes < sizeof "*")
        return NULL;
    memcpy(password, "*", sizeof "*");
    *used_bytes += sizeof "*";
    return password;
}
