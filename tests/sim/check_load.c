/* Tests of the simulator: certificates, rates, many connections at once. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARALLEL 300

static char *user_path(const char *userid) {
    static char path[400];

    snprintf(path, sizeof(path), "/cgi-bin/user/get?userid=%s&access_token=%s", userid,
             token(LINUX_APP));
    return path;
}

START_TEST(bad_certificates_are_bad_and_old_connections_are_closed) {
    static const struct {
        const char *kind;
        CURLcode result;
    } rows[] = {{"wrong_host", CURLE_PEER_FAILED_VERIFICATION},
                {"expired", CURLE_PEER_FAILED_VERIFICATION},
                {"self_signed", CURLE_PEER_FAILED_VERIFICATION},
                {"good", CURLE_OK}};
    CURL *kept = curl_easy_init();
    struct ask what = {.path = "/cgi-bin/tag/list", .curl = kept};
    struct reply reply = ask(&what);

    reply_free(&reply);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char body[60];
        snprintf(body, sizeof(body), "{\"kind\":\"%s\"}", rows[i].kind);
        json_decref(sim_post(sim, "/certificate", body));
        reply = ask(&what);
        ck_assert_msg(reply.result == rows[i].result, "%s: %s", rows[i].kind,
                      curl_easy_strerror(reply.result));
        reply_free(&reply);
    }
    curl_easy_cleanup(kept);
}
END_TEST

START_TEST(the_company_has_a_rate_for_each_call) {
    char *code = NULL;

    ck_assert(sim_option(sim, "{\"calls_per_min\":3}"));
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(call_errcode(i == 1 ? DATA_APP : LINUX_APP, "user/get?userid=lisi"), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 45009);
    ck_assert_int_eq(call_errcode(LINUX_APP, "tag/list"), 0); /* each call has its own */
    ck_assert(sim_advance(sim, 61));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    for (int i = 0; i < 5; i++) { /* valid codes are exempt, bad ones are not */
        code = sim_mint(sim, LINUX_APP, "lisi");
        ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), 0);
        free(code);
    }
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", "bad"), 40029);
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", "bad"), 45009);
}
END_TEST

START_TEST(debug_mode_has_a_rate_of_five_a_minute) {
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(call_errcode(LINUX_APP, "tag/list?debug=1"), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "tag/list?debug=1"), 45009);
    ck_assert_int_eq(call_errcode(LINUX_APP, "tag/list"), 0);
}
END_TEST

/* Runs every handle to its end; the number of requests that succeeded. */
static int run_all(CURLM *multi) {
    int running = 0;
    int good = 0;
    int left = 0;
    CURLMsg *message = NULL;

    do {
        ck_assert_int_eq(curl_multi_perform(multi, &running), CURLM_OK);
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            long status = 0;
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
            good += message->data.result == CURLE_OK && status == 200;
        }
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    } while (running > 0);
    return good;
}

static size_t swallow(char *bytes, size_t size, size_t n, void *arg) {
    (void)bytes, (void)arg;
    return size * n;
}

START_TEST(hundreds_of_connections_are_kept_alive_side_by_side) {
    CURLM *multi = curl_multi_init();
    CURL *handles[PARALLEL];
    char *urls[PARALLEL];
    char *path = user_path("lisi");

    ck_assert(sim_counts_reset(sim));
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)PARALLEL);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    for (size_t i = 0; i < PARALLEL; i++) {
        handles[i] = curl_easy_init();
        ask_prepare(handles[i], &(struct ask){.path = path}, &urls[i]);
        curl_easy_setopt(handles[i], CURLOPT_WRITEFUNCTION, swallow);
        curl_multi_add_handle(multi, handles[i]);
    }
    ck_assert_int_eq(run_all(multi), PARALLEL);
    for (size_t i = 0; i < PARALLEL; i++) {
        curl_multi_remove_handle(multi, handles[i]);
        curl_multi_add_handle(multi, handles[i]);
    }
    ck_assert_int_eq(run_all(multi), PARALLEL);
    ck_assert_int_eq(sim_count(sim, "/cgi-bin/user/get"), 2 * PARALLEL);
    ck_assert_int_eq(sim_count(sim, "connections"), PARALLEL);
    ck_assert_int_eq(sim_count(sim, "handshakes"), PARALLEL);
    for (size_t i = 0; i < PARALLEL; i++) {
        curl_multi_remove_handle(multi, handles[i]);
        curl_easy_cleanup(handles[i]);
        free(urls[i]);
    }
    curl_multi_cleanup(multi);
}
END_TEST

START_TEST(too_many_calls_at_once_are_45033) {
    CURLM *multi = curl_multi_init();
    CURL *handle = curl_easy_init();
    char *path = strdup(user_path("lisi"));
    char *url = NULL;
    int running = 1;

    ck_assert(sim_option(sim, "{\"concurrent\":1}"));
    ck_assert(sim_fault(sim, "{\"kind\":\"hang\"}"));
    ask_prepare(handle, &(struct ask){.path = path}, &url);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, swallow);
    curl_multi_add_handle(multi, handle);
    for (json_int_t waiting = 0; waiting == 0;) {
        json_t *health = NULL;
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, 10, NULL);
        health = sim_get(sim, "/health");
        waiting = json_integer_value(json_object_get(health, "waiting"));
        json_decref(health);
    }
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 45033);
    ck_assert(sim_faults_clear(sim)); /* ends the hanging one */
    ck_assert_int_eq(run_all(multi), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    curl_multi_remove_handle(multi, handle);
    curl_easy_cleanup(handle);
    curl_multi_cleanup(multi);
    free(url);
    free(path);
}
END_TEST

Suite *suite_load(void) {
    Suite *suite = suite_create("load");
    TCase *tcase = tcase_create("load");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
    tcase_add_test(tcase, bad_certificates_are_bad_and_old_connections_are_closed);
    tcase_add_test(tcase, the_company_has_a_rate_for_each_call);
    tcase_add_test(tcase, debug_mode_has_a_rate_of_five_a_minute);
    tcase_add_test(tcase, hundreds_of_connections_are_kept_alive_side_by_side);
    tcase_add_test(tcase, too_many_calls_at_once_are_45033);
    suite_add_tcase(suite, tcase);
    return suite;
}
