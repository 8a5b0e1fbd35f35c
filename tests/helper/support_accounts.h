/* A store of the test's own, and members as WeCom describes them. */
#ifndef WECOM_TESTS_HELPER_SUPPORT_ACCOUNTS_H
#define WECOM_TESTS_HELPER_SUPPORT_ACCOUNTS_H

#include "helper/accounts.h"

struct test_store {
    char *directory;
    struct store *store;
    struct config *config;
    struct locals *locals;
    struct accounts accounts; /* of company ww1, at second 1000000 */
};

/* `settings`: lines of [accounts]. /etc/passwd has root and local (uid 1900000007), /etc/group root
 * and localgroup.
 */
struct test_store *test_store_new(const char *settings);
void test_store_free(struct test_store *t);

/* A member with that userid, active, in departments 2 and 3. */
struct answer_member test_member(const char *userid);

/* accounts_see and accounts_gone in transactions of their own. */
enum wecom_error test_see(struct test_store *t, const struct answer_member *member,
                          enum accounts_how how, enum accounts_source source,
                          struct store_account *account, struct accounts_change *change);
enum wecom_error test_gone(struct test_store *t, const char *userid, enum store_state state,
                           struct store_account *account, struct accounts_change *change);

#endif
