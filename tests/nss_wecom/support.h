/* What the tests of the NSS module share: the module itself, loaded as glibc does it, from a build
 * whose table is "accounts.cdb" in the current directory; and such a directory.
 */
#ifndef WECOM_TESTS_NSS_SUPPORT_H
#define WECOM_TESTS_NSS_SUPPORT_H

#include "nss_wecom/nss_wecom.h"
#include "tests/check_main.h"
#include "tests/common/tables.h"

#define TABLE "accounts.cdb"

enum { UNTOUCHED = 12345 }; /* errno and errnop before a call */

/* The functions of the loaded module. */
struct module {
    __typeof__(_nss_wecom_getpwnam_r) *getpwnam_r;
    __typeof__(_nss_wecom_getpwuid_r) *getpwuid_r;
    __typeof__(_nss_wecom_getgrnam_r) *getgrnam_r;
    __typeof__(_nss_wecom_getgrgid_r) *getgrgid_r;
    __typeof__(_nss_wecom_initgroups_dyn) *initgroups_dyn;
    __typeof__(_nss_wecom_setpwent) *setpwent;
    __typeof__(_nss_wecom_getpwent_r) *getpwent_r;
    __typeof__(_nss_wecom_endpwent) *endpwent;
    __typeof__(_nss_wecom_setgrent) *setgrent;
    __typeof__(_nss_wecom_getgrent_r) *getgrent_r;
    __typeof__(_nss_wecom_endgrent) *endgrent;
};
extern struct module module;

/* Fixture: a new current directory, the module loaded; away again. */
void place_open(void);
void place_close(void);

/* A case with that fixture. */
TCase *place_case(const char *name);

/* The directory of the build, such as "/.../build"; the running test is below it. */
const char *place_build(void);

/* A name that is in no table is asked for: the result, `*errnop` and errno must be those. */
void expect_failure(enum nss_status status, int code);

#endif
