/* Users by name and by number. */
#include <errno.h>

#include "common/names.h"
#include "nss_wecom/answer.h"
#include "nss_wecom/nss_wecom.h"

/* The strings stay where they are in `buffer`. */
static enum wecom_error fill(const struct table_user *user, char *buffer, size_t bytes,
                             struct passwd *pwd) {
    size_t used_bytes = user->used_bytes;
    char *password = answer_password(buffer, bytes, &used_bytes);

    if (password == NULL)
        return WECOM_E_TOO_LONG;
    *pwd = (struct passwd){
        .pw_name = (char *)user->name,
        .pw_passwd = password,
        .pw_uid = user->id,
        .pw_gid = user->id,
        .pw_gecos = (char *)user->gecos,
        .pw_dir = (char *)user->home,
        .pw_shell = (char *)user->shell,
    };
    return WECOM_OK;
}

enum nss_status _nss_wecom_getpwnam_r(const char *name, struct passwd *pwd, char *buffer,
                                      size_t bytes, int *errnop) {
    int before = errno;
    struct table table;
    struct table_user user;
    enum wecom_error err;

    if (!name_is_login(name)) /* no such name is in any table */
        return NSS_STATUS_NOTFOUND;
    err = answer_open(&table);
    if (err == WECOM_OK)
        err = table_user_by_name(&table, name, buffer, bytes, &user);
    if (err == WECOM_OK)
        err = fill(&user, buffer, bytes, pwd);
    return answer_end(&table, err, before, errnop);
}

enum nss_status _nss_wecom_getpwuid_r(uid_t uid, struct passwd *pwd, char *buffer, size_t bytes,
                                      int *errnop) {
    int before = errno;
    struct table table;
    struct table_user user;
    enum wecom_error err;

    if (!table_id_is_ours(uid))
        return NSS_STATUS_NOTFOUND;
    err = answer_open(&table);
    if (err == WECOM_OK)
        err = table_user_by_id(&table, uid, buffer, bytes, &user);
    if (err == WECOM_OK)
        err = fill(&user, buffer, bytes, pwd);
    return answer_end(&table, err, before, errnop);
}
