/* No enumeration: a company can have a hundred thousand people, and no program needs the list. What
 * is here lets a loop over all accounts go on with the next service, without an error in errno.
 */
#include "nss_wecom/nss_wecom.h"

enum nss_status _nss_wecom_setpwent(int stay_open) {
    (void)stay_open;
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_wecom_getpwent_r(struct passwd *pwd, char *buffer, size_t bytes, int *errnop) {
    (void)pwd;
    (void)buffer;
    (void)bytes;
    (void)errnop;
    return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_wecom_endpwent(void) {
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_wecom_setgrent(int stay_open) {
    (void)stay_open;
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_wecom_getgrent_r(struct group *group, char *buffer, size_t bytes,
                                      int *errnop) {
    (void)group;
    (void)buffer;
    (void)bytes;
    (void)errnop;
    return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_wecom_endgrent(void) {
    return NSS_STATUS_SUCCESS;
}
