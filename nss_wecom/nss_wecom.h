/* libnss_wecom.so.2: what glibc calls for "wecom" in /etc/nsswitch.conf. Its interface is described
 * in "The Interface of the Function in NSS Modules" of the glibc manual.
 *
 * Loaded into every process of the machine. Answers from the published account table alone
 * (common/table.h): no IPC, no locks, no state between calls, no heap but the caller's own group
 * list. `*errnop` is written when a call fails (UNAVAIL, TRYAGAIN) and not otherwise; errno stays
 * the caller's, unless errnop points to it.
 *
 *     found                                   SUCCESS
 *     certainly not in the table              NOTFOUND
 *     caller's buffer too small               TRYAGAIN, ERANGE: glibc calls again with a larger one
 *     no descriptor or memory left just now   TRYAGAIN, EMFILE ENFILE ENOMEM
 *     no table                                UNAVAIL, ENOENT: as for files without /etc/passwd
 *     table damaged or not trustworthy        UNAVAIL, EIO
 *     anything else                           UNAVAIL, errno of the call
 *
 * So nothing lets a caller that repeats on EAGAIN or ERANGE run for ever, and glibc goes on to the
 * next service in each case but SUCCESS and ERANGE.
 */
#ifndef WECOM_NSS_NSS_WECOM_H
#define WECOM_NSS_NSS_WECOM_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>

/* passwd.c */
enum nss_status _nss_wecom_getpwnam_r(const char *name, struct passwd *pwd, char *buffer,
                                      size_t bytes, int *errnop);
enum nss_status _nss_wecom_getpwuid_r(uid_t uid, struct passwd *pwd, char *buffer, size_t bytes,
                                      int *errnop);

/* group.c: groups of their own and users' own groups. */
enum nss_status _nss_wecom_getgrnam_r(const char *name, struct group *group, char *buffer,
                                      size_t bytes, int *errnop);
enum nss_status _nss_wecom_getgrgid_r(gid_t gid, struct group *group, char *buffer, size_t bytes,
                                      int *errnop);

/* initgroups.c: appends the further groups of `user` to the malloc'ed list `*groups`, of which
 * `*start` are taken out of `*size`; makes it larger, up to `limit` (none if not positive). Only if
 * `primary` is the number on record: a local user of the same name gets nothing.
 */
enum nss_status _nss_wecom_initgroups_dyn(const char *user, gid_t primary, long *start, long *size,
                                          gid_t **groups, long limit, int *errnop);

/* enumerate.c: there is no enumeration; a loop over all accounts ends at once and without error. */
enum nss_status _nss_wecom_setpwent(int stay_open);
enum nss_status _nss_wecom_getpwent_r(struct passwd *pwd, char *buffer, size_t bytes, int *errnop);
enum nss_status _nss_wecom_endpwent(void);
enum nss_status _nss_wecom_setgrent(int stay_open);
enum nss_status _nss_wecom_getgrent_r(struct group *group, char *buffer, size_t bytes, int *errnop);
enum nss_status _nss_wecom_endgrent(void);

#endif
