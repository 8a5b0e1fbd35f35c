/* Groups by name and by number: mapped ones, and the own group of every user. */
#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "common/names.h"
#include "nss_wecom/answer.h"
#include "nss_wecom/nss_wecom.h"

/* Room for `count` pointers behind the `used_bytes` taken bytes of the buffer; NULL: none. */
static char **pointers(char *buffer, size_t bytes, size_t used_bytes, size_t count) {
    size_t skew = ((uintptr_t)buffer + used_bytes) % alignof(char *);

    if (skew != 0)
        used_bytes += alignof(char *) - skew;
    if (used_bytes > bytes || (bytes - used_bytes) / sizeof(char *) < count)
        return NULL;
    return (char **)(void *)(buffer + used_bytes);
}

/* Cuts the list of members at its commas, in place: it lies in the caller's buffer. */
static void split(char *members, size_t count, char **into) {
    for (size_t i = 0; i < count; i++) {
        into[i] = members;
        members += strcspn(members, ",");
        *members++ = '\0';
    }
    into[count] = NULL;
}

static enum wecom_error fill(const struct table_group *found, char *buffer, size_t bytes,
                             struct group *group) {
    size_t used_bytes = found->used_bytes;
    char *password = answer_password(buffer, bytes, &used_bytes), **members;

    if (password == NULL)
        return WECOM_E_TOO_LONG;
    members = pointers(buffer, bytes, used_bytes, found->members_count + 1);
    if (members == NULL)
        return WECOM_E_TOO_LONG;
    split((char *)found->members, found->members_count, members);
    *group = (struct group){
        .gr_name = (char *)found->name,
        .gr_passwd = password,
        .gr_gid = found->id,
        .gr_mem = members,
    };
    return WECOM_OK;
}

enum nss_status _nss_wecom_getgrnam_r(const char *name, struct group *group, char *buffer,
                                      size_t bytes, int *errnop) {
    int before = errno;
    struct table table;
    struct table_group found;
    enum wecom_error err;

    if (!name_is_login(name))
        return NSS_STATUS_NOTFOUND;
    err = answer_open(&table);
    if (err == WECOM_OK)
        err = table_group_by_name(&table, name, buffer, bytes, &found);
    if (err == WECOM_OK)
        err = fill(&found, buffer, bytes, group);
    return answer_end(&table, err, before, errnop);
}

enum nss_status _nss_wecom_getgrgid_r(gid_t gid, struct group *group, char *buffer, size_t bytes,
                                      int *errnop) {
    int before = errno;
    struct table table;
    struct table_group found;
    enum wecom_error err;

    if (!table_id_is_ours(gid))
        return NSS_STATUS_NOTFOUND;
    err = answer_open(&table);
    if (err == WECOM_OK)
        err = table_group_by_id(&table, gid, buffer, bytes, &found);
    if (err == WECOM_OK)
        err = fill(&found, buffer, bytes, group);
    return answer_end(&table, err, before, errnop);
}
