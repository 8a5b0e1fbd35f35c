/* SIGHUP: a good new file takes effect, a bad one does not, and logins in progress go on. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

static bool exists(const char *name) {
    struct stat st;

    return lstat(place_path(name), &st) == 0;
}

static const json_t *status_row(void) {
    struct answer a = ASK(.verb = WIRE_ADMIN, .command = "status");

    answer_is(&a, "granted", "", "status");
    return json_array_get(a.rows, 0);
}

START_TEST(a_good_new_file_takes_effect) {
    helper_configure(NULL, NULL, "[service web]\nmethods = code\naccount = no\n");
    helper_start();
    DENIED(LOGIN("zhangsan", .service = "detail"), "not_allowed");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    helper_configure(NULL, NULL, helper_services);
    helper_reload("configuration reloaded");
    GRANTED(LOGIN("zhangsan", .service = "detail"), "zhangsan");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(count(GETTOKEN), 1); /* the application is the same, and so is its token */
    helper_configure(NULL, NULL, "[service detail]\nmethods = code\naccount = no\n");
    helper_reload("configuration reloaded");
    DENIED(LOGIN("zhangsan"), "not_allowed");
}
END_TEST

START_TEST(a_bad_new_file_keeps_the_old_one_and_says_so) {
    const char *error;

    helper_begin();
    place_write("wecom.conf", "[helper]\nuser = nobody\n[app main]\nagent_id = x\n", 0644, 0);
    helper_reload("configuration not reloaded: the old one stays in force");
    text_has(helper_log(), "wecom.conf:4: [app main] agent_id: must be");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    error = json_string_value(json_object_get(status_row(), "reload_error"));
    ck_assert_ptr_nonnull(error);
    text_has(error, "wecom.conf:4: [app main] agent_id: must be");
    helper_configure(NULL, NULL, NULL);
    place_write("secret", SECRET, 0644, NOBODY);
    helper_reload("can be read by others");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(unlink(place_path("wecom.conf")), 0);
    helper_reload("cannot be read");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    helper_configure(NULL, NULL, NULL);
    helper_reload("configuration reloaded");
    ck_assert_ptr_null(json_object_get(status_row(), "reload_error"));
}
END_TEST

START_TEST(logins_in_progress_go_on_across_a_reload) {
    struct answer a;
    int typing, asking;

    helper_begin();
    typing = talk_open(&(const struct question){0});
    ck_assert_str_ne(talk_hear(typing, 5000).prompt, "");
    ck_assert(sim_fault(place.sim, "{\"kind\":\"delay_ms\",\"delay_ms\":800,\"path\":\"%s\"}",
                        GETUSERINFO));
    asking = talk_open(&(const struct question){.code = talk_code("lisi")});
    (void)talk_ready(asking);
    helper_configure(NULL, "company = renamed\n", "[service other]\nmethods = code\n");
    helper_reload("configuration reloaded");
    a = talk_hear(asking, 5000);
    GRANTED(a, "lisi");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_NAME), "李四"); /* by the rules of its beginning */
    talk_answer(typing, talk_code("zhangsan"));
    GRANTED(talk_hear(typing, 5000), "zhangsan");
    (void)close(asking);
    (void)close(typing);
    DENIED(LOGIN("zhangsan"), "not_allowed");
}
END_TEST

START_TEST(a_new_secret_is_used_at_once_and_the_old_token_no_more) {
    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    place_write("secret", OTHER_SECRET, 0600, NOBODY);
    place_write("wecom.conf",
                "[helper]\nsocket = {dir}/login.sock\nadmin_socket = {dir}/admin.sock\n"
                "web_socket = {dir}/web.sock\nuser = nobody\nstate_dir = {dir}/state\n"
                "[app main]\ncorp_id = " CORP "\nagent_id = 1000003\n"
                "secret_file = {dir}/secret\napi_url = {api}\nca_file = {ca}\n"
                "[service web]\nmethods = code\naccount = no\n",
                0644, 0);
    helper_reload("configuration reloaded");
    GRANTED(ASK(.code = talk_mint("{\"agent_id\":%d,\"userid\":\"outsider\"}", OTHER_AGENT)),
            "outsider"); /* whom only the other application sees */
    ck_assert_int_eq(count(GETTOKEN), 2);
    DENIED(LOGIN("zhangsan"), "code_invalid");
}
END_TEST

START_TEST(a_new_authority_in_the_same_file_counts_after_a_reload) {
    struct run good;

    place_certificate("trusted");
    helper_configure(NULL, "api_url = {api}\nca_file = {dir}/trusted.pem\n", NULL);
    helper_start();
    UNAVAILABLE(LOGIN("zhangsan"), "wecom_unreachable");
    good = RUN(NULL, "/bin/cp", sim_ca_file(place.sim), place_path("trusted.pem"));
    ck_assert_int_eq(good.status, 0);
    helper_reload("configuration reloaded");
    /* what was read less than a second ago may still serve for a second */
    for (int64_t until = now_ms() + 5000; strcmp(LOGIN("zhangsan").verdict, "granted") != 0;)
        ck_assert_msg(now_ms() < until, "%s", helper_tail());
}
END_TEST

START_TEST(what_needs_a_restart_is_said) {
    helper_begin();
    helper_configure(NULL, NULL,
                     "[service web]\nmethods = code\naccount = no\nsocket = {dir}/own.sock\n");
    helper_reload("restart needed");
    ck_assert(!exists("own.sock"));
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(reload_by_command_tells_the_result) {
    struct answer a;

    helper_begin();
    a = ASK(.verb = WIRE_ADMIN, .command = "reload");
    answer_is(&a, "granted", "", "reload");
    place_write("wecom.conf", "[nothing]\n", 0644, 0);
    a = ASK(.verb = WIRE_ADMIN, .command = "reload");
    DENIED(a, "internal");
    text_has(a.message, "wecom.conf:1: [nothing] unknown section");
}
END_TEST

START_TEST(many_reloads_in_a_row_do_no_harm) {
    helper_begin();
    for (int i = 0; i < 50; i++) {
        helper_configure(NULL, i % 2 ? "company = a\n" : "company = b\n", NULL);
        helper_reload("configuration reloaded");
        GRANTED(LOGIN("zhangsan"), "zhangsan");
    }
    ck_assert_int_eq(count(GETTOKEN), 1);
}
END_TEST

/* nghttpx speaks HTTP/2 over TLS to the helper, and HTTPS to the simulator. */

Suite *suite(void) {
    Suite *s = suite_create("e2e reload");
    TCase *t = place_case("reload", 60);

    tcase_add_test(t, a_good_new_file_takes_effect);
    tcase_add_test(t, a_bad_new_file_keeps_the_old_one_and_says_so);
    tcase_add_test(t, logins_in_progress_go_on_across_a_reload);
    tcase_add_test(t, a_new_secret_is_used_at_once_and_the_old_token_no_more);
    tcase_add_test(t, a_new_authority_in_the_same_file_counts_after_a_reload);
    tcase_add_test(t, what_needs_a_restart_is_said);
    tcase_add_test(t, reload_by_command_tells_the_result);
    tcase_add_test(t, many_reloads_in_a_row_do_no_harm);
    suite_add_tcase(s, t);
    return s;
}
