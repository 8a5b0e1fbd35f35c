/* Becoming the helper's own user for good, and giving up what could leak or grow. */
#ifndef WECOM_HELPER_PRIVILEGES_H
#define WECOM_HELPER_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct privileges_user {
    uid_t uid;
    gid_t gid;
};

/* Looks up the user of user=. Started as somebody else than root and than that user is an error.
 * False with a sentence in `why`.
 */
bool privileges_find(const char *name, struct privileges_user *user, char *why, size_t why_bytes);

/* When root: changes to the user with its own groups, irrevocably, and makes sure of it. Whoever we
 * are then: no new privileges, no capability. False with a sentence in `why`: nothing may go on.
 */
bool privileges_drop(const char *name, const struct privileges_user *user, char *why,
                     size_t why_bytes);

/* When root: makes the directory where it is missing, for the user to write in. Nothing is done to
 * one that is there. False with a sentence in `why`.
 */
bool privileges_make_directory(const char *path, mode_t mode, const struct privileges_user *user,
                               char *why, size_t why_bytes);

/* No core dump, no ptrace by other processes of the same user, an empty environment, as many
 * descriptors as allowed. Called first.
 */
void privileges_harden(void);

#endif
