/* The further groups of a user, for initgroups(3) and getgrouplist(3). */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "common/names.h"
#include "nss_wecom/answer.h"
#include "nss_wecom/nss_wecom.h"

/* glibc's list, see nss_wecom.h. */
struct list {
    long *start, *size;
    gid_t **groups;
    long limit;
};

static bool holds(const struct list *list, gid_t gid) {
    for (long i = 0; i < *list->start; i++) {
        if ((*list->groups)[i] == gid)
            return true;
    }
    return false;
}

/* Makes room for `more` groups, or for as many as the limit allows. */
static enum wecom_error grow(struct list *list, size_t more) {
    long need, size = *list->size;
    gid_t *groups;

    if (*list->start < 0 || *list->start > LONG_MAX / (long)sizeof *groups - (long)more) {
        errno = ENOMEM;
        return WECOM_E_SYSTEM;
    }
    need = *list->start + (long)more;
    if (list->limit > 0 && need > list->limit)
        need = list->limit;
    if (need <= size)
        return WECOM_OK;
    groups = realloc(*list->groups, (size_t)need * sizeof *groups);
    if (groups == NULL)
        return WECOM_E_SYSTEM;
    *list->groups = groups;
    *list->size = need;
    return WECOM_OK;
}

static enum wecom_error append(const struct table_user *user, struct list *list) {
    enum wecom_error err = grow(list, user->gids_count);

    if (err != WECOM_OK)
        return err;
    for (size_t i = 0; i < user->gids_count && *list->start < *list->size; i++) {
        if (!holds(list, user->gids[i]))
            (*list->groups)[(*list->start)++] = user->gids[i];
    }
    return user->gids_count > 0 ? WECOM_OK : WECOM_E_ABSENT;
}

enum nss_status _nss_wecom_initgroups_dyn(const char *user, gid_t primary, long *start, long *size,
                                          gid_t **groups, long limit, int *errnop) {
    struct list list = {.start = start, .size = size, .groups = groups, .limit = limit};
    int before = errno;
    char buffer[TABLE_USER_BYTES];
    struct table table;
    struct table_user found;
    enum wecom_error err;

    /* every login of a local user comes by here */
    if (!table_id_is_ours(primary) || !name_is_login(user))
        return NSS_STATUS_NOTFOUND;
    err = answer_open(&table);
    if (err == WECOM_OK)
        err = table_user_by_name(&table, user, buffer, sizeof buffer, &found);
    if (err == WECOM_OK)
        err = found.id == primary ? append(&found, &list) : WECOM_E_ABSENT;
    return answer_end(&table, err, before, errnop);
}
