/* The helper is not there: what the published table says, and what it may not say. */
#include "pam_wecom/offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "helper/table_writer.h"
#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

static char table[128], args[256];
static int64_t now_s;

/* Two services; lisi is active, wangwu left, dev's link has no name. */
static void write_table(const char *services, int64_t confirmed_s, bool by_file, int64_t file_s) {
    const struct table_meta meta = {.generation = 1, .services = "web,sshd"};
    const struct table_user lisi = {.name = "lisi",
                                    .id = 1900000001,
                                    .gecos = "",
                                    .home = "/home/lisi",
                                    .shell = "/bin/sh",
                                    .status = {.active = true,
                                               .confirmed_s = confirmed_s,
                                               .dated_by_file = by_file,
                                               .services = services,
                                               .link = "wwcorp1/lisi"}};
    const struct table_user wangwu = {.name = "wangwu",
                                      .id = 1900000002,
                                      .gecos = "",
                                      .home = "/home/wangwu",
                                      .shell = "/usr/sbin/nologin",
                                      .status = {.reason = WECOM_REASON_DISABLED,
                                                 .confirmed_s = confirmed_s,
                                                 .dated_by_file = by_file,
                                                 .services = "00",
                                                 .link = "wwcorp1/wangwu"}};
    const struct table_status linked = {.active = true,
                                        .confirmed_s = confirmed_s,
                                        .dated_by_file = by_file,
                                        .services = services,
                                        .link = "wwcorp1/1001"};
    struct table_writer *w;

    ck_assert_int_eq(table_writer_open(table, &meta, &w), WECOM_OK);
    ck_assert_int_eq(table_writer_put_user(w, &lisi), WECOM_OK);
    ck_assert_int_eq(table_writer_put_user(w, &wangwu), WECOM_OK);
    ck_assert_int_eq(table_writer_put_status(w, &linked), WECOM_OK);
    ck_assert_int_eq(table_writer_commit(w, file_s), WECOM_OK);
}

static void setup(void) {
    place_open();
    (void)snprintf(table, sizeof table, "%s/accounts.cdb", place.dir);
    (void)snprintf(args, sizeof args, "table=%s stale=1000", table);
    now_s = (int64_t)time(NULL);
    write_table("11", 0, true, now_s);
}

static int account(const char *service, const char *user) {
    struct host h = {0};
    int code;

    log_forget();
    host_open(&h, service, user, args);
    code = host_account(&h);
    host_close(&h);
    return code;
}

static int auth(const char *user, const char *more) {
    struct host h = {0};
    char all[512];
    int code;

    (void)snprintf(all, sizeof all, "%s %s", args, more);
    host_open(&h, "web", user, all);
    code = host_auth(&h);
    host_close(&h);
    return code;
}

/* PAM_IGNORE: the next module of the stack decides alone. */
static bool is_left_alone(const char *user) {
    struct host h = {0};
    char lines[512];
    int code;

    (void)snprintf(lines, sizeof lines, "account required @ %s\naccount required pam_permit.so\n",
                   args);
    stack_write("local", lines);
    host_start(&h, "local", user);
    code = host_account(&h);
    host_close(&h);
    return code == PAM_SUCCESS;
}

START_TEST(who_is_in_the_table_stays_in_and_nobody_else) {
    ck_assert_int_eq(account("web", "lisi"), PAM_SUCCESS);
    ck_assert(log_has(4, "account granted by the table, without the helper"));
    ck_assert_int_eq(account("web", "wangwu"), PAM_ACCT_EXPIRED);
    ck_assert(log_has(5, "reason='disabled'"));
    ck_assert_int_eq(account("web", "nobodyatall"), PAM_PERM_DENIED);
    ck_assert_int_eq(account("web", "LISI"), PAM_PERM_DENIED);
    ck_assert_int_eq(account("web", "1001"), PAM_PERM_DENIED);
    ck_assert(is_left_alone("root"));
}
END_TEST

START_TEST(a_service_that_does_not_admit_him_is_closed) {
    write_table("01", 0, true, now_s);
    ck_assert_int_eq(account("web", "lisi"), PAM_PERM_DENIED);
    ck_assert_int_eq(account("sshd", "lisi"), PAM_SUCCESS);
    ck_assert_int_eq(account("cron", "lisi"), PAM_SUCCESS); /* no section: to be active is enough */
    ck_assert_int_eq(account("cron", "wangwu"), PAM_ACCT_EXPIRED);
}
END_TEST

static const struct {
    int64_t confirmed, file; /* seconds ago */
    bool by_file;
    int code;
} ages[] = {
    {900, 5000, false, PAM_SUCCESS},
    {5000, 900, true, PAM_SUCCESS},
    {900, 5000, true, PAM_SUCCESS},
    {5000, 900, false, PAM_AUTHINFO_UNAVAIL}, /* the file says nothing of him */
    {1100, 1100, true, PAM_AUTHINFO_UNAVAIL},
    {-100, 5000, false, PAM_SUCCESS}, /* clocks differ */
    {-400, 5000, false, PAM_AUTHINFO_UNAVAIL},
    {5000, -400, true, PAM_AUTHINFO_UNAVAIL},
};

START_TEST(only_a_young_confirmation_counts) {
    write_table("11", now_s - ages[_i].confirmed, ages[_i].by_file, now_s - ages[_i].file);
    ck_assert_int_eq(account("web", "lisi"), ages[_i].code);
    ck_assert_int_eq(log_has(3, "helper is not ready, and the table is too old"),
                     ages[_i].code != PAM_SUCCESS);
    /* whoever is out is out at any age */
    ck_assert_int_eq(account("web", "wangwu"), PAM_ACCT_EXPIRED);
}
END_TEST

START_TEST(a_person_who_is_refused_for_age_is_told_so) {
    struct host h = {0};

    write_table("11", 0, true, now_s - 2000);
    host_open(&h, "web", "lisi", args);
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL);
    ck_assert_ptr_nonnull(strstr(host_shown(&h, PAM_ERROR_MSG), "Tell your administrator"));
    ck_assert_ptr_nonnull(strstr(host_shown(&h, PAM_ERROR_MSG), "请联系管理员"));
    host_close(&h);
}
END_TEST

START_TEST(authentication_learns_only_that_there_is_nobody) {
    ck_assert_int_eq(auth("nobodyatall", ""), PAM_USER_UNKNOWN);
    ck_assert_int_eq(auth("lisi", ""), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(auth("wangwu", ""), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(auth("root", ""), PAM_USER_UNKNOWN);
    ck_assert_int_eq(auth("nobodyatall", "identity"), PAM_AUTHINFO_UNAVAIL);
}
END_TEST

static void no_table(void) {
    ck_assert_int_eq(unlink(table), 0);
}
static void cut(void) {
    struct stat st;

    ck_assert_int_eq(stat(table, &st), 0);
    ck_assert_int_eq(truncate(table, st.st_size - 1), 0);
}
static void empty(void) {
    ck_assert_int_eq(truncate(table, 0), 0);
}
static void open_to_all(void) {
    ck_assert_int_eq(chmod(table, 0666), 0);
}
static void link_to_it(void) {
    char other[160];

    (void)snprintf(other, sizeof other, "%s.other", table);
    ck_assert_int_eq(rename(table, other), 0);
    ck_assert_int_eq(symlink(other, table), 0);
}
static void a_fifo(void) {
    no_table();
    ck_assert_int_eq(mkfifo(table, 0644), 0);
}
static void somebody_s(void) {
    if (am_root())
        ck_assert_int_eq(chown(table, 12345, 12345), 0);
    else
        no_table();
}

static void (*const damages[])(void) = {no_table,   cut,    empty,     open_to_all,
                                        link_to_it, a_fifo, somebody_s};

START_TEST(without_a_good_table_nobody_is_in_and_nobody_is_unknown) {
    damages[_i]();
    ck_assert_int_eq(account("web", "lisi"), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(account("web", "wangwu"), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(account("web", "nobodyatall"), PAM_AUTHINFO_UNAVAIL);
    ck_assert(is_left_alone("root"));
    ck_assert_int_eq(auth("nobodyatall", ""), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(auth("root", ""), PAM_USER_UNKNOWN);
    (void)unlink(table);
}
END_TEST

START_TEST(a_linked_local_user_is_the_member) {
    char lines[128];

    if (!am_root())
        return; /* the links file has to be root's */
    place_write(place.links, "daemon wwcorp1/1001\nbin wwcorp1/wangwu\nsys wwcorp2/1001\n", 0644);
    ck_assert_int_eq(account("web", "daemon"), PAM_SUCCESS);
    ck_assert_int_eq(account("web", "bin"), PAM_ACCT_EXPIRED);
    ck_assert_int_eq(account("web", "sys"), PAM_PERM_DENIED);
    ck_assert(is_left_alone("games"));
    ck_assert(!is_left_alone("bin"));
    ck_assert_int_eq(auth("sys", ""), PAM_AUTHINFO_UNAVAIL);
    (void)snprintf(lines, sizeof lines, "daemon wwcorp1/LISI\n");
    place_write(place.links, lines, 0644);
    ck_assert_int_eq(account("web", "daemon"), PAM_SUCCESS);
}
END_TEST

START_TEST(a_helper_that_dies_or_hangs_is_away) {
    (void)snprintf(args, sizeof args, "table=%s stale=1000 timeout=2", table);
    if (_i == 0)
        helper_play(SCRIPT({HEAR, "account", 0}, READY));
    else if (_i == 1)
        helper_play(SCRIPT({HEAR, "account", 0}, READY, {STAY, NULL, 0}));
    else
        helper_deaf(5);
    ck_assert_int_eq(account("web", "lisi"), PAM_SUCCESS);
    ck_assert_int_eq(account("web", "wangwu"), PAM_ACCT_EXPIRED);
}
END_TEST

static const struct {
    const char *result, *user;
    int code;
} answers[] = {
    {"result\nverdict=denied\naccount=denied\nreason=not_allowed\n", "lisi", PAM_PERM_DENIED},
    {"result\nverdict=denied\naccount=expired\nreason=withdrawn\n", "lisi", PAM_ACCT_EXPIRED},
    {"result\nverdict=denied\naccount=unavailable\nreason=wecom_unreachable\n", "lisi",
     PAM_AUTHINFO_UNAVAIL},
    {"result\nverdict=denied\n", "lisi", PAM_PERM_DENIED},
    {"nonsense\n", "lisi", PAM_PERM_DENIED},
    {"result\nverdict=granted\naccount=valid\n", "wangwu", PAM_SUCCESS},
    {"result\nverdict=granted\naccount=valid\n", "nobodyatall", PAM_SUCCESS},
};

START_TEST(whoever_answers_is_believed_and_not_the_table) {
    helper_play(ACCOUNT(answers[_i].result));
    ck_assert_int_eq(account("web", answers[_i].user), answers[_i].code);
}
END_TEST

START_TEST(identities_are_no_matter_of_the_table) {
    struct host h = {0};
    char all[512];

    (void)snprintf(all, sizeof all, "%s identity", args);
    host_open(&h, "web", "lisi", all);
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL);
    host_close(&h);
}
END_TEST

START_TEST(somebody_else_s_socket_is_no_absence) {
    if (!am_root())
        return;
    helper_play_as(12345, ACCOUNT("result\nverdict=granted\naccount=valid\n"));
    ck_assert_int_eq(account("web", "lisi"), PAM_AUTHINFO_UNAVAIL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("offline");
    TCase *t = tcase_create("offline");

    tcase_add_checked_fixture(t, setup, place_close);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, who_is_in_the_table_stays_in_and_nobody_else);
    tcase_add_test(t, a_service_that_does_not_admit_him_is_closed);
    tcase_add_loop_test(t, only_a_young_confirmation_counts, 0, sizeof ages / sizeof ages[0]);
    tcase_add_test(t, a_person_who_is_refused_for_age_is_told_so);
    tcase_add_test(t, authentication_learns_only_that_there_is_nobody);
    tcase_add_loop_test(t, without_a_good_table_nobody_is_in_and_nobody_is_unknown, 0,
                        sizeof damages / sizeof damages[0]);
    tcase_add_test(t, a_linked_local_user_is_the_member);
    tcase_add_loop_test(t, a_helper_that_dies_or_hangs_is_away, 0, 3);
    tcase_add_loop_test(t, whoever_answers_is_believed_and_not_the_table, 0,
                        sizeof answers / sizeof answers[0]);
    tcase_add_test(t, identities_are_no_matter_of_the_table);
    tcase_add_test(t, somebody_else_s_socket_is_no_absence);
    suite_add_tcase(s, t);
    return s;
}
