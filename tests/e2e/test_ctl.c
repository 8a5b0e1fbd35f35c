/* What wecomctl tells the administrator: what goes on, what is wrong, what to do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

static struct run ctl(const char *command, const char *form) {
    return RUN(NULL, place_program("wecomctl"), command, "--socket", place_path("admin.sock"),
               form);
}

static const json_t *json_of(const struct run *r) {
    json_t *json = json_loads(r->out, JSON_REJECT_DUPLICATES, NULL);

    ck_assert_msg(json_is_object(json), "%s%s", r->out, r->err);
    return place_json(json);
}

/* The row of `wecomctl check` about this item of the application. */
static const json_t *item(const json_t *answer, const char *name) {
    const json_t *row;
    size_t i;

    json_array_foreach(json_object_get(answer, "rows"), i, row) {
        if (strcmp(word_of(row, "item"), name) == 0)
            return row;
    }
    ck_abort_msg("there is no item %s", name);
}

START_TEST(status_tells_what_goes_on) {
    const json_t *a, *row;
    struct run r;
    size_t i;

    stack_begin(NULL, NULL);
    sign_in_ok(SIGN_IN(talk_code("zhangsan"), "--service", "wecom-web"), "zhangsan");
    sign_in_refused(SIGN_IN(talk_code("outsider"), "--service", "wecom-web"), "PAM_AUTH_ERR",
                    "not_visible");
    r = ctl("status", NULL);
    run_passes(&r);
    text_has(r.out, place_path("wecom.conf"));
    text_has(r.out, "wecom-web");
    text_has(r.out, CORP);
    text_has(r.out, "not_visible");
    r = ctl("status", "--json");
    run_passes(&r);
    a = json_of(&r);
    ck_assert(json_is_true(json_object_get(a, "ok")));
    json_array_foreach(json_object_get(a, "rows"), i, row) {
        if (strcmp(word_of(row, "kind"), "helper") == 0) {
            ck_assert_int_eq((int)json_integer_value(json_object_get(row, "granted")), 1);
            ck_assert_int_eq((int)json_integer_value(json_object_get(row, "denied")), 1);
            ck_assert_str_eq(word_of(row, "user"), "nobody");
        } else if (strcmp(word_of(row, "kind"), "app") == 0) {
            ck_assert_int_gt((int)json_integer_value(json_object_get(row, "token_valid_s")), 7000);
            ck_assert_int_eq((int)json_integer_value(json_object_get(row, "requests")), 5);
            ck_assert_str_eq(word_of(row, "last_error"), "not_visible");
        }
    }
    ck_assert_int_eq((int)i, 7); /* helper, one application, four services, the accounts */
}
END_TEST

START_TEST(a_set_up_that_is_right_checks_out) {
    static const char *const items[] = {"configuration", "name_resolution", "tls",  "token",
                                        "agent",         "visible_range",   "clock"};
    const json_t *a;
    struct run r;

    stack_begin(NULL, NULL);
    r = ctl("check", NULL);
    run_passes(&r);
    text_has(r.out, "7 checks: 7 ok, 0 warnings, 0 failed, 0 skipped");
    r = ctl("check", "--json");
    run_passes(&r);
    a = json_of(&r);
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++)
        ck_assert_str_eq(word_of(item(a, items[i]), "state"), "ok");
    ck_assert_str_eq(word_of(item(a, "agent"), "redirect_domain"), "login.example.com");
    ck_assert_str_eq(word_of(item(a, "agent"), "home_url"), "https://login.example.com/");
}
END_TEST

/* One mistake each: what check says, and what there is to do. */
static const struct {
    const char *secret, *app_lines, *app_order, *certificate; /* of the simulator's */
    const char *item, *words, *skipped;
} mistakes[] = {
    {"wrong-secret", NULL, NULL, NULL, "token", "Compare corp_id and the Secret", "agent"},
    {NULL, NULL, "{\"agent_id\":1000002,\"trusted_ips\":[\"192.0.2.1\"]}", NULL, "agent",
     "Add the address 127.0.0.1 to the trusted IPs", "visible_range"},
    {NULL, NULL, "{\"agent_id\":1000002,\"visible\":{\"departments\":[],\"tags\":[],\"users\":[]}}",
     NULL, "visible_range", "Nobody can sign in", NULL},
    {OTHER_SECRET, NULL, NULL, NULL, "agent", "agent_id and the Secret belong to different",
     "visible_range"},
    {NULL, "api_url = https://wecom.invalid\n", NULL, NULL, "name_resolution", "cannot be resolved",
     "tls"},
    {NULL, "api_url = https://127.0.0.1:1\n", NULL, NULL, "tls", "No connection to api_url",
     "token"},
    {NULL, NULL, NULL, "{\"kind\":\"expired\"}", "tls", "certificate is not valid", "token"},
};

START_TEST(check_names_the_mistake_and_the_cure) {
    const json_t *a;
    struct run r;

    stack_begin(NULL, mistakes[_i].app_lines);
    if (mistakes[_i].secret != NULL) {
        place_write("secret", mistakes[_i].secret, 0600, NOBODY);
        r = ctl("reload", NULL);
        run_passes(&r);
    }
    if (mistakes[_i].app_order != NULL)
        ck_assert(sim_app(place.sim, "%s", mistakes[_i].app_order));
    if (mistakes[_i].certificate != NULL)
        json_decref(sim_post(place.sim, "/certificate", mistakes[_i].certificate));
    r = ctl("check", "--json");
    ck_assert_int_eq(r.status, 1);
    a = json_of(&r);
    ck_assert(json_is_false(json_object_get(a, "ok")));
    ck_assert_msg(strcmp(word_of(item(a, mistakes[_i].item), "state"), "failed") == 0, "%s", r.out);
    text_has(word_of(item(a, mistakes[_i].item), "cure"), mistakes[_i].words);
    ck_assert_str_ne(word_of(item(a, mistakes[_i].item), "cure_zh"), "");
    if (mistakes[_i].skipped != NULL)
        ck_assert_str_eq(word_of(item(a, mistakes[_i].skipped), "state"), "skipped");
    r = ctl("check", NULL);
    ck_assert_int_eq(r.status, 1);
    text_has(r.out, mistakes[_i].words);
    text_has(r.out, "1 failed");
    a = sign_in(NULL, 0,
                (const char *const[]){"--check", "--service", "wecom-web", "--socket",
                                      place_path("login.sock"), NULL});
    ck_assert(json_is_false(json_object_get(a, "ok")));
}
END_TEST

/* Otherwise WeCom shows people an error page after the scan. */
static const struct {
    const char *url, *state;
} domains[] = {{"https://login.example.com", "ok"},
               {"https://login.example.com/wecom", "ok"},
               {"https://login.example.com:8443", "failed"},
               {"https://example.com", "failed"},
               {"https://login.example.com.cn", "failed"}};

START_TEST(check_compares_the_trusted_domain) {
    const json_t *a;
    struct run r;

    helper_configure(
        NULL, NULL,
        text("[web]\npublic_url = %s\n[service ssh]\nmethods = scan message\n", domains[_i].url));
    helper_start();
    r = ctl("check", "--json");
    a = json_of(&r);
    ck_assert_msg(strcmp(word_of(item(a, "trusted_domain"), "state"), domains[_i].state) == 0, "%s",
                  r.out);
    if (strcmp(domains[_i].state, "ok") != 0)
        text_has(word_of(item(a, "trusted_domain"), "cure"), "wecomctl verify-file");
}
END_TEST

START_TEST(reload_says_whether_it_worked) {
    struct run r;

    stack_begin(NULL, NULL);
    r = ctl("reload", NULL);
    run_passes(&r);
    r = ctl("reload", "--json");
    run_passes(&r);
    ck_assert(json_is_true(json_object_get(json_of(&r), "ok")));
    place_write("wecom.conf", "[helper]\nuser = nobody\nsocked = /x\n", 0644, 0);
    r = ctl("reload", "--json");
    ck_assert_int_eq(r.status, 1);
    ck_assert(json_is_false(json_object_get(json_of(&r), "ok")));
    text_has(word_of(json_of(&r), "message"), "wecom.conf:3: [helper] socked: unknown key");
    r = ctl("reload", NULL);
    ck_assert_int_eq(r.status, 1);
    text_has(r.err, "wecom.conf:3: [helper] socked: unknown key");
    r = ctl("status", NULL);
    run_passes(&r);
    text_has(r.out, "socked: unknown key");
    r = ctl("check", "--json");
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(word_of(item(json_of(&r), "configuration"), "state"), "failed");
}
END_TEST

static struct run verify(const char *first, const char *second) {
    return RUN(NULL, place_program("wecomctl"), "verify-file", "--socket", place_path("admin.sock"),
               "--lang", "en", first, second);
}

START_TEST(a_verification_file_is_kept_shown_and_removed) {
    struct run r;

    helper_configure(NULL, NULL, "[web]\npublic_url = https://login.example.com/wecom\n");
    helper_start();
    r = verify(NULL, NULL);
    run_passes(&r);
    text_has(r.out, "There is no verification file.");
    place_write("WW_verify_AbCd1234.txt", "AbCd1234", 0644, 0);
    r = verify(place_path("WW_verify_AbCd1234.txt"), NULL);
    run_passes(&r);
    text_has(r.out, "WW_verify_AbCd1234.txt is served. Now have WeCom fetch it: "
                    "https://login.example.com/WW_verify_AbCd1234.txt");
    r = verify(NULL, NULL);
    run_passes(&r);
    text_has(r.out, "WW_verify_AbCd1234.txt  https://login.example.com/WW_verify_AbCd1234.txt");
    r = verify("remove", "WW_verify_AbCd1234.txt");
    run_passes(&r);
    text_has(r.out, "is not served any more");
    r = verify("remove", "WW_verify_AbCd1234.txt");
    ck_assert_int_eq(r.status, 1);
    text_has(r.err, "there is no such file");
    text_has(helper_log(), "verification file added file='WW_verify_AbCd1234.txt'");
}
END_TEST

START_TEST(what_is_no_verification_file_is_not_taken) {
    static const struct {
        const char *name, *content, *why;
    } files[] = {
        {"index.html", "x", "must have the name that WeCom gave it"},
        {"WW_verify_a.txt", "<html>", "is not what WeCom gives out"},
        {"WW_verify_a.txt", "", "is not what WeCom gives out"},
        {"WW_verify_a.txt", "\xff", "is no text"},
    };
    struct run r;

    helper_begin();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        place_write(files[i].name, files[i].content, 0644, 0);
        r = verify(place_path(files[i].name), NULL);
        ck_assert_int_eq(r.status, 1);
        text_has(r.err, files[i].why);
    }
    r = verify(place_path("missing"), NULL);
    ck_assert_int_eq(r.status, 1);
    text_has(r.err, "No such file or directory");
    r = verify("add", "WW_verify_a.txt");
    ck_assert_int_eq(r.status, 2);
    text_has(r.err, "wecomctl verify-file FILE");
}
END_TEST

START_TEST(without_the_helper_wecomctl_says_so) {
    static const char *const commands[] = {"status", "check", "reload"};
    struct run r;

    stack_begin(NULL, NULL);
    helper_stop();
    for (int i = 0; i < 3; i++) {
        r = ctl(commands[i], NULL);
        ck_assert_int_ne(r.status, 0);
        ck_assert_str_ne(r.err, "");
        r = ctl(commands[i], "--json");
        ck_assert_int_ne(r.status, 0);
        ck_assert_str_eq(word_of(json_of(&r), "reason"), "helper_down");
    }
    r = ctl("version", NULL);
    run_passes(&r);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e wecomctl");
    TCase *t = place_case("wecomctl", 60);

    tcase_add_test(t, status_tells_what_goes_on);
    tcase_add_test(t, a_set_up_that_is_right_checks_out);
    tcase_add_loop_test(t, check_names_the_mistake_and_the_cure, 0,
                        (int)(sizeof mistakes / sizeof mistakes[0]));
    tcase_add_loop_test(t, check_compares_the_trusted_domain, 0,
                        (int)(sizeof domains / sizeof domains[0]));
    tcase_add_test(t, reload_says_whether_it_worked);
    tcase_add_test(t, a_verification_file_is_kept_shown_and_removed);
    tcase_add_test(t, what_is_no_verification_file_is_not_taken);
    tcase_add_test(t, without_the_helper_wecomctl_says_so);
    suite_add_tcase(s, t);
    return s;
}
