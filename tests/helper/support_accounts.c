/* A store of the test's own, and members as WeCom describes them. */
#include "tests/helper/support_accounts.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/helper/support.h"

struct test_store *test_store_new(const char *settings) {
    static const char passwd[] =
        "root:x:0:0::/:/bin/sh\nlocal:x:1900000007:1900000007::/:/bin/sh\n";
    static const char group[] = "root:x:0:\nlocalgroup:x:1900000009:\n";
    struct test_store *t = calloc(1, sizeof *t);
    char *passwd_file, *group_file, text[2048], why[1024] = "";

    ck_assert_ptr_nonnull(t);
    t->directory = support_directory();
    passwd_file = support_path(t->directory, "passwd");
    group_file = support_path(t->directory, "group");
    support_write(passwd_file, 0644, passwd, sizeof passwd - 1);
    support_write(group_file, 0644, group, sizeof group - 1);
    (void)snprintf(text, sizeof text,
                   "[app main]\ncorp_id = ww1\nagent_id = 1\nsecret_file = /n\n[accounts]\n%s",
                   settings);
    t->config = support_config(text);
    t->locals = locals_read(passwd_file, group_file);
    ck_assert_ptr_nonnull(t->locals);
    t->store = store_open(t->directory, NULL, why, sizeof why);
    ck_assert_msg(t->store != NULL, "%s", why);
    t->accounts = (struct accounts){
        .settings = &t->config->accounts, .corp = "ww1", .locals = t->locals, .now_s = 1000000};
    free(passwd_file);
    free(group_file);
    return t;
}

void test_store_free(struct test_store *t) {
    store_close(t->store);
    locals_free(t->locals);
    config_free(t->config);
    support_remove(t->directory);
    free(t);
}

struct answer_member test_member(const char *userid) {
    struct answer_member m = {
        .status = 1, .enabled = true, .departments = {2, 3}, .departments_count = 2};

    (void)snprintf(m.userid, sizeof m.userid, "%s", userid);
    (void)snprintf(m.name, sizeof m.name, "Name of %s", userid);
    return m;
}

struct job {
    struct test_store *t;
    const struct answer_member *member;
    enum accounts_how how;
    enum accounts_source source;
    const char *userid;
    enum store_state state;
    struct store_account *account;
    struct accounts_change *change;
};

static enum wecom_error run_see(void *arg, struct store_tx *tx) {
    struct job *j = arg;

    return accounts_see(&j->t->accounts, tx, j->member, j->how, j->source, j->account, j->change);
}

static enum wecom_error run_gone(void *arg, struct store_tx *tx) {
    struct job *j = arg;

    return accounts_gone(&j->t->accounts, tx, j->userid, j->state, j->account, j->change);
}

enum wecom_error test_see(struct test_store *t, const struct answer_member *member,
                          enum accounts_how how, enum accounts_source source,
                          struct store_account *account, struct accounts_change *change) {
    struct job job = {.t = t,
                      .member = member,
                      .how = how,
                      .source = source,
                      .account = account,
                      .change = change};

    return store_run(t->store, t->accounts.looks_only ? STORE_READ : STORE_WRITE, run_see, &job);
}

enum wecom_error test_gone(struct test_store *t, const char *userid, enum store_state state,
                           struct store_account *account, struct accounts_change *change) {
    struct job job = {
        .t = t, .userid = userid, .state = state, .account = account, .change = change};

    return store_run(t->store, t->accounts.looks_only ? STORE_READ : STORE_WRITE, run_gone, &job);
}
