/* Becoming the helper's own user for good, and giving up what could leak or grow. */
#include "helper/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/secret.h"

bool privileges_find(const char *name, struct privileges_user *user, char *why, size_t why_bytes) {
    const struct passwd *pw = getpwnam(name);

    if (pw == NULL) {
        (void)snprintf(
            why, why_bytes,
            "there is no user %s: make one with systemd-sysusers, or with adduser --system "
            "%s",
            name, name);
        return false;
    }
    *user = (struct privileges_user){.uid = pw->pw_uid, .gid = pw->pw_gid};
    if (user->uid == 0) {
        (void)snprintf(why, why_bytes, "must not be root");
        return false;
    }
    if (geteuid() != 0 && geteuid() != user->uid) {
        (void)snprintf(why, why_bytes, "started as uid %u: start it as root or as %s",
                       (unsigned int)geteuid(), name);
        return false;
    }
    return true;
}

/* Privilege ends here. */
bool privileges_drop(const char *name, const struct privileges_user *user, char *why,
                     size_t why_bytes) {
    if (geteuid() == 0) {
        if (initgroups(name, user->gid) != 0 || setresgid(user->gid, user->gid, user->gid) != 0 ||
            setresuid(user->uid, user->uid, user->uid) != 0) {
            (void)snprintf(why, why_bytes, "cannot become %s: %s", name, strerror(errno));
            return false;
        }
        /* changing the user makes the process dumpable again */
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setresuid(0, 0, 0) == 0 ||
        setresgid(0, 0, 0) == 0 || geteuid() != user->uid || getuid() != user->uid) {
        (void)snprintf(why, why_bytes, "privileges did not go away");
        return false;
    }
    return true;
}

bool privileges_make_directory(const char *path, mode_t mode, const struct privileges_user *user,
                               char *why, size_t why_bytes) {
    if (geteuid() != 0)
        return true;
    if (mkdir(path, 0700) != 0) {
        if (errno == EEXIST)
            return true;
        (void)snprintf(why, why_bytes, "%s cannot be made: %s", path, strerror(errno));
        return false;
    }
    if (lchown(path, user->uid, user->gid) != 0 || chmod(path, mode) != 0) {
        (void)snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

void privileges_harden(void) {
    static const struct rlimit no_core = {0, 0};
    struct rlimit files;

    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    /* Libraries read proxies, key logs and debug switches from it; we read nothing. What the
     * program was started with can be read in /proc for ever unless it is wiped.
     */
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
        secret_wipe_bytes(*variable, strlen(*variable));
    (void)clearenv();
}
