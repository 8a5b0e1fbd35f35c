/* Local users: never ours without a link that only root can have made; uid 0 never. */
#include "pam_wecom/guard.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

static char passwd[128];

static const char *const passwd_text = "root:x:0:0:root:/root:/bin/bash\n"
                                       "toor:x:0:0::/root:/bin/sh\n"
                                       "anna:x:1001:1001:Anna:/home/anna:/bin/bash\n"
                                       "odd:x:12ab:1:::\n"
                                       "huge:x:99999999999:1:::\n"
                                       "short:x\n"
                                       "  indented:x:0:0:::\n"
                                       "last:x:1002:1002::/:/bin/sh";

static void open_files(void) {
    place_open();
    (void)snprintf(passwd, sizeof passwd, "%s/passwd", place.dir);
    place_write(passwd, passwd_text, 0644);
}

static enum guard_place look(const char *name, struct guard *guard) {
    memset(guard, 0xFF, sizeof *guard);
    ck_assert_int_eq(guard_look(passwd, place.links, name, guard), WECOM_OK);
    return guard->place;
}

START_TEST(a_name_that_passwd_does_not_have_is_free) {
    static const char *const names[] = {"zhangsan", "ann", "annab", "ANNA", "anna ", "x", "roo"};
    struct guard guard;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_int_eq(look(names[i], &guard), GUARD_FREE);
    ck_assert_int_eq(guard.links, WECOM_OK);
}
END_TEST

START_TEST(a_name_of_passwd_without_a_link_is_local) {
    static const char *const names[] = {"root", "toor",  "anna", "odd",
                                        "huge", "short", "last", "indented"};
    struct guard guard;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_msg(look(names[i], &guard) == GUARD_LOCAL, "%s", names[i]);
}
END_TEST

START_TEST(a_linked_name_comes_with_its_pair) {
    struct guard guard;

    place_write(place.links, "anna wwcorp1/Anna.Li\nlast\twwcorp1/last \t\n", 0644);
    ck_assert_int_eq(look("anna", &guard), GUARD_LINKED);
    ck_assert_str_eq(guard.link, "wwcorp1/Anna.Li");
    ck_assert_int_eq(look("last", &guard), GUARD_LINKED);
    ck_assert_str_eq(guard.link, "wwcorp1/last");
}
END_TEST

START_TEST(uid_0_and_an_unreadable_uid_are_never_linked) {
    static const char *const names[] = {"root", "toor", "odd", "huge", "short", "indented"};
    struct guard guard;

    place_write(place.links,
                "root wwcorp1/boss\ntoor wwcorp1/boss\nodd wwcorp1/boss\nhuge wwcorp1/boss\n"
                "short wwcorp1/boss\nindented wwcorp1/boss\n",
                0644);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_msg(look(names[i], &guard) == GUARD_LOCAL, "%s", names[i]);
}
END_TEST

START_TEST(a_passwd_that_cannot_be_read_is_an_error) {
    struct guard guard = {0};

    (void)unlink(passwd);
    ck_assert_int_eq(guard_look(passwd, place.links, "zhangsan", &guard), WECOM_E_SYSTEM);
    ck_assert_int_eq(guard.place, GUARD_NOWHERE);
    ck_assert_int_eq(guard_look(place.dir, place.links, "zhangsan", &guard), WECOM_E_SYSTEM);
}
END_TEST

static const struct {
    const char *text;
    mode_t mode;
    uid_t uid;
    gid_t gid;
    enum wecom_error error;
} files[] = {
    {"anna wwcorp1/anna\n", 0644, 1, 0, WECOM_E_PEER},
    {"anna wwcorp1/anna\n", 0644, 0, 1, WECOM_E_PEER},
    {"anna wwcorp1/anna\n", 0664, 0, 0, WECOM_E_PEER},
    {"anna wwcorp1/anna\n", 0646, 0, 0, WECOM_E_PEER},
    {"anna wwcorp1/anna\nanna wwcorp1/eva\n", 0644, 0, 0, WECOM_E_FORMAT},
    {"anna wwcorp1/anna\nanna wwcorp1/anna\n", 0644, 0, 0, WECOM_E_FORMAT},
    {"anna wwcorp1\n", 0644, 0, 0, WECOM_E_FORMAT},
    {"anna /anna\n", 0644, 0, 0, WECOM_E_FORMAT},
    {"anna wwcorp1/\n", 0644, 0, 0, WECOM_E_FORMAT},
    {"anna wwcorp1/an na\n", 0644, 0, 0, WECOM_E_FORMAT},
    {"anna wwcorp1/anna/x\n", 0644, 0, 0, WECOM_E_FORMAT},
    {"# anna wwcorp1/anna\n", 0644, 0, 0, WECOM_OK},
    {"annab wwcorp1/anna\n", 0644, 0, 0, WECOM_OK},
    {"", 0644, 0, 0, WECOM_OK},
};

START_TEST(a_links_file_that_cannot_be_trusted_links_nobody) {
    struct guard guard;

    place_write(place.links, files[_i].text, files[_i].mode);
    ck_assert_int_eq(chown(place.links, files[_i].uid, files[_i].gid), 0);
    ck_assert_int_eq(look("anna", &guard), GUARD_LOCAL);
    ck_assert_int_eq(guard.links, files[_i].error);
}
END_TEST

START_TEST(a_links_file_behind_a_symbolic_link_links_nobody) {
    char real[200];
    struct guard guard;

    (void)snprintf(real, sizeof real, "%s/real", place.dir);
    place_write(real, "anna wwcorp1/anna\n", 0644);
    ck_assert_int_eq(symlink(real, place.links), 0);
    ck_assert_int_eq(look("anna", &guard), GUARD_LOCAL);
    ck_assert_int_eq(guard.links, WECOM_E_PEER);
}
END_TEST

START_TEST(a_directory_or_a_fifo_as_links_file_links_nobody) {
    struct guard guard;

    ck_assert_int_eq(mkfifo(place.links, 0644), 0);
    ck_assert_int_eq(look("anna", &guard), GUARD_LOCAL);
    ck_assert_int_eq(guard.links, WECOM_E_PEER);
    (void)unlink(place.links);
    ck_assert_int_eq(mkdir(place.links, 0755), 0);
    ck_assert_int_eq(look("anna", &guard), GUARD_LOCAL);
    (void)rmdir(place.links);
}
END_TEST

/* --- Through libpam, with the machine's own /etc/passwd. --- */

static const char *const locals[] = {"root", "daemon", "nobody"};

START_TEST(local_users_are_refused_before_any_socket) {
    struct host h = {.answers = {"123456"}};

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", locals[_i], "");
    ck_assert_int_eq(host_auth(&h), PAM_USER_UNKNOWN);
    ck_assert_int_eq(h.calls, 0);
    ck_assert_int_eq(helper_connections(), 0);
    ck_assert_int_eq(log_count(3), 0);
    host_close(&h);
}
END_TEST

START_TEST(a_name_typed_at_the_prompt_of_pam_is_guarded_too) {
    struct host h = {.answers = {"root"}};

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", NULL, "");
    ck_assert_int_eq(host_auth(&h), PAM_USER_UNKNOWN);
    ck_assert_int_eq(h.prompts, 1);
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
}
END_TEST

/* [ignore=1]: jumps over the denial only for PAM_IGNORE. */
static void write_ignore_stack(void) {
    stack_write("web", "account [ignore=1 default=bad] @\n"
                       "account requisite pam_deny.so\n"
                       "account required pam_permit.so\n"
                       "session [ignore=1 default=bad] @\n"
                       "session requisite pam_deny.so\n"
                       "session required pam_permit.so\n");
}

START_TEST(local_users_are_ignored_in_account_and_session_before_any_socket) {
    struct host h = {0};

    helper_play(ACCOUNT(GRANTED));
    write_ignore_stack();
    host_start(&h, "web", locals[_i]);
    ck_assert_int_eq(host_account(&h), PAM_SUCCESS);
    ck_assert_int_eq(pam_open_session(h.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_close_session(h.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
    host_start(&h, "web", "zhangsan"); /* and nobody else is */
    ck_assert_int_ne(host_account(&h), PAM_SUCCESS);
    host_close(&h);
}
END_TEST

START_TEST(a_linked_local_user_gets_in_as_the_linked_member_only) {
    static const struct {
        const char *link, *result;
        int code;
    } cases[] = {
        {"daemon wwcorp1/ZhangSan\n", GRANTED, PAM_SUCCESS},
        {"daemon wwcorp1/zhangsan\n", GRANTED, PAM_SUCCESS}, /* case does not count in WeCom */
        {"daemon wwcorp1/ZhangSanX\n", GRANTED, PAM_AUTH_ERR},
        {"daemon wwcorp2/ZhangSan\n", GRANTED, PAM_AUTH_ERR},
        {"daemon WWCORP1/ZhangSan\n", GRANTED, PAM_AUTH_ERR},
        {"bin wwcorp1/ZhangSan\n", GRANTED, PAM_USER_UNKNOWN},
        {"root wwcorp1/ZhangSan\n", GRANTED, PAM_USER_UNKNOWN},
    };

    place_write(place.links, cases[_i].link, 0644);
    helper_play(RESULT(cases[_i].result));
    ck_assert_int_eq(login("daemon", ""), cases[_i].code);
    if (cases[_i].code == PAM_SUCCESS)
        ck_assert(has_name(helper_heard(0), "link"));
    if (cases[_i].code == PAM_AUTH_ERR)
        ck_assert(log_has(3, "helper granted what it may not"));
}
END_TEST

START_TEST(root_is_refused_even_when_the_links_file_says_otherwise) {
    struct host h = {0};

    place_write(place.links, "root wwcorp1/ZhangSan\n", 0644);
    helper_play(RESULT(GRANTED));
    host_open(&h, "web", "root", "");
    ck_assert_int_eq(host_auth(&h), PAM_USER_UNKNOWN);
    host_close(&h);
    write_ignore_stack();
    host_start(&h, "web", "root");
    ck_assert_int_eq(host_account(&h), PAM_SUCCESS); /* the jump over the denial */
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
}
END_TEST

START_TEST(a_link_is_sent_as_it_stands_in_the_file) {
    place_write(place.links, "daemon wwcorp1/Zhang.San\n", 0644);
    helper_play(RESULT("result\nverdict=denied\n"));
    ck_assert_int_eq(login("daemon", ""), PAM_AUTH_ERR);
    ck_assert(has_field(helper_heard(0), "link=wwcorp1/Zhang.San"));
    ck_assert(has_field(helper_heard(0), "user=daemon"));
}
END_TEST

START_TEST(a_broken_links_file_is_an_error_in_the_log) {
    place_write(place.links, "daemon wwcorp1/ZhangSan\n", 0666);
    ck_assert_int_eq(login("daemon", ""), PAM_USER_UNKNOWN);
    ck_assert_int_eq(log_count(3), 1);
    ck_assert(log_has(3, "links file cannot be used"));
}
END_TEST

/* In a mount namespace of its own, /etc/passwd is a file whose first page cannot be read. 77:
 * cannot be tried here.
 */
static int with_other_passwd(void) {
    struct host h = {0};
    int auth, account, session;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("/proc/self/mem", "/etc/passwd", "none", MS_BIND, NULL) != 0)
        return 77;
    host_open(&h, "web", "zhangsan", "");
    auth = host_auth(&h);
    account = host_account(&h);
    session = pam_open_session(h.pamh, 0);
    host_close(&h);
    if (log_count(3) != 3 || !log_has(3, "/etc/passwd cannot be read"))
        return 1;
    return auth == PAM_AUTHINFO_UNAVAIL && account == PAM_SYSTEM_ERR && session == PAM_SESSION_ERR
               ? 0
               : 2;
}

START_TEST(without_a_readable_passwd_nobody_gets_in) {
    int code;

    helper_play(RESULT(GRANTED));
    code = in_child(with_other_passwd);
    ck_assert_msg(code == 0 || code == 77, "%d", code);
    ck_assert_int_eq(helper_connections(), 0);
}
END_TEST

/* A name that gets into passwd while the person types is no longer the helper's. */
static int becomes_local;
static void add_local_user(struct host *h) {
    (void)h;
    becomes_local = mount(passwd, "/etc/passwd", "none", MS_BIND, NULL) == 0;
}

static int user_made_meanwhile(void) {
    struct host h = {.answers = {"123456"}, .during = add_local_user};
    int code;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
        return 77;
    host_open(&h, "web", "anna", "");
    code = host_auth(&h);
    host_close(&h);
    return !becomes_local ? 77 : code == PAM_AUTH_ERR ? 0 : 1;
}

START_TEST(a_name_that_became_local_meanwhile_is_refused) {
    int code;

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {SAY, GRANTED, 0}));
    code = in_child(user_made_meanwhile);
    ck_assert_msg(code == 0 || code == 77, "%d", code);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/guard");
    TCase *tc = tcase_create("files");

    tcase_add_checked_fixture(tc, open_files, place_close);
    tcase_add_test(tc, a_name_that_passwd_does_not_have_is_free);
    tcase_add_test(tc, a_name_of_passwd_without_a_link_is_local);
    tcase_add_test(tc, a_passwd_that_cannot_be_read_is_an_error);
    tcase_add_test(tc, uid_0_and_an_unreadable_uid_are_never_linked);
    tcase_add_test(tc, a_links_file_behind_a_symbolic_link_links_nobody);
    tcase_add_test(tc, a_directory_or_a_fifo_as_links_file_links_nobody);
    if (am_root()) {
        tcase_add_test(tc, a_linked_name_comes_with_its_pair);
        tcase_add_loop_test(tc, a_links_file_that_cannot_be_trusted_links_nobody, 0,
                            (int)(sizeof files / sizeof files[0]));
        tcase_add_test(tc, a_name_that_became_local_meanwhile_is_refused);
    }
    suite_add_tcase(s, tc);

    tc = place_case("libpam");
    tcase_add_loop_test(tc, local_users_are_refused_before_any_socket, 0, 3);
    tcase_add_test(tc, a_name_typed_at_the_prompt_of_pam_is_guarded_too);
    tcase_add_loop_test(tc, local_users_are_ignored_in_account_and_session_before_any_socket, 0, 3);
    if (am_root()) {
        tcase_add_loop_test(tc, a_linked_local_user_gets_in_as_the_linked_member_only, 0, 7);
        tcase_add_test(tc, root_is_refused_even_when_the_links_file_says_otherwise);
        tcase_add_test(tc, a_link_is_sent_as_it_stands_in_the_file);
        tcase_add_test(tc, a_broken_links_file_is_an_error_in_the_log);
        tcase_add_test(tc, without_a_readable_passwd_nobody_gets_in);
    }
    suite_add_tcase(s, tc);
    return s;
}
