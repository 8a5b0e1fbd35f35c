/* What may stand between the helper and WeCom: HTTP/2, a proxy. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

/* nghttpx speaks HTTP/2 over TLS to the helper, and HTTPS to the simulator. */
START_TEST(http_2_serves_as_well) {
    int port = place_free_port();
    const char *api = strrchr(sim_api_url(place.sim), ':') + 1, *line;
    struct running proxy;
    struct run done;
    int fds[20];

    place_certificate("front");
    place_write("none", "", 0644, 0);
    proxy = run_start(
        NULL, (const char *const[]){
                  "/usr/sbin/nghttpx", text("--conf=%s", place_path("none")), "-k", "-L", "NOTICE",
                  "-n", "1", "--errorlog-file=/dev/stderr", "--accesslog-file=/dev/stdout",
                  "--accesslog-format=$alpn $status $path_without_query",
                  text("-f127.0.0.1,%d", port), text("-b127.0.0.1,%s;;tls;proto=http/1.1", api),
                  place_path("front.key"), place_path("front.pem"), NULL});
    helper_configure(
        NULL, text("api_url = https://127.0.0.1:%d\nca_file = {dir}/front.pem\n", port), NULL);
    helper_start();
    /* until it listens, WeCom is not reachable: each login says so in a second */
    for (int64_t until = now_ms() + 20000; strcmp(LOGIN("zhangsan").verdict, "granted") != 0;)
        ck_assert_msg(now_ms() < until, "%s", helper_tail());
    GRANTED(
        ASK(.service = "detail",
            .code = talk_mint("{\"agent_id\":%d,\"userid\":\"zhangsan\",\"ticket\":true}", AGENT)),
        "zhangsan");
    for (int i = 0; i < 20; i++)
        fds[i] = talk_open(&(const struct question){.code = talk_code("zhangsan")});
    for (int i = 0; i < 20; i++) {
        GRANTED(talk_hear(fds[i], 10000), "zhangsan");
        (void)close(fds[i]);
    }
    DENIED(LOGIN("outsider"), "not_visible");
    ck_assert(sim_fault(place.sim, "{\"kind\":\"close_mid\",\"path\":\"%s\",\"executed\":false}",
                        GETUSERINFO));
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    helper_stop();
    (void)kill(proxy.pid, SIGTERM);
    done = run_wait(&proxy, 20);
    text_has(done.out, "h2 200 /cgi-bin/gettoken\n");
    text_has(done.out, "h2 200 /cgi-bin/auth/getuserdetail\n");
    for (line = done.out; *line != '\0'; line = strchr(line, '\n') + 1)
        ck_assert_msg(strncmp(line, "h2 ", 3) == 0, "%s", line);
}
END_TEST

START_TEST(a_proxy_is_used_where_it_is_set) {
    struct relay proxy = relay_proxy(200);

    helper_configure(NULL, text("proxy = http://127.0.0.1:%d\n", proxy.port), NULL);
    helper_start();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_gt((int)*proxy.accepted, 0);
    ck_assert_int_eq(count_all(), 3);
    relay_stop(&proxy);
    UNAVAILABLE(LOGIN("zhangsan"), "wecom_unreachable");
}
END_TEST

START_TEST(a_proxy_of_the_environment_is_not_used) {
    struct relay proxy = relay_proxy(200);
    const char *url = text("http://127.0.0.1:%d", proxy.port);
    const char *const environment[] = {text("https_proxy=%s", url), text("HTTPS_PROXY=%s", url),
                                       text("http_proxy=%s", url),  text("all_proxy=%s", url),
                                       text("ALL_PROXY=%s", url),   NULL};

    run_environment = environment;
    helper_begin();
    run_environment = NULL;
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq((int)*proxy.accepted, 0);
    relay_stop(&proxy);
}
END_TEST

START_TEST(a_proxy_that_refuses_is_named_as_the_trouble) {
    struct relay proxy = relay_proxy(_i == 0 ? 403 : 407);
    struct answer a;

    helper_configure(NULL, text("proxy = http://127.0.0.1:%d\n", proxy.port), NULL);
    helper_start();
    a = LOGIN("zhangsan");
    UNAVAILABLE(a, "wecom_unreachable");
    text_has(helper_line(0, a.id), "proxy=");
    text_has(helper_line(0, a.id), _i == 0 ? "403" : "407");
    ck_assert_int_eq(count_all(), 0);
    relay_stop(&proxy);
}
END_TEST

START_TEST(a_bad_certificate_behind_a_proxy_is_still_named) {
    struct relay proxy = relay_proxy(200);
    struct answer a;

    json_decref(sim_post(place.sim, "/certificate", "{\"kind\":\"self_signed\"}"));
    helper_configure(NULL, text("proxy = http://127.0.0.1:%d\n", proxy.port), NULL);
    helper_start();
    a = LOGIN("zhangsan");
    UNAVAILABLE(a, "wecom_unreachable");
    text_has(helper_line(0, a.id), "certificate is not valid");
    ck_assert_int_eq(count_all(), 0);
    relay_stop(&proxy);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e in between");
    TCase *t = place_case("in between", 60);

    helper_identities_only = true;
    tcase_add_test(t, http_2_serves_as_well);
    tcase_add_test(t, a_proxy_is_used_where_it_is_set);
    tcase_add_test(t, a_proxy_of_the_environment_is_not_used);
    tcase_add_loop_test(t, a_proxy_that_refuses_is_named_as_the_trouble, 0, 2);
    tcase_add_test(t, a_bad_certificate_behind_a_proxy_is_still_named);
    suite_add_tcase(s, t);
    return s;
}
