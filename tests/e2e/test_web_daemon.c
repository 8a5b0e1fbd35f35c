/* wecom-web as a program: how it starts, what it gives up, what it logs, its own TLS. */
#include <dirent.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support_web.h"
#include "web/web.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define ID "Q7m3xZ0pVbT2fKc9LwYh4A"
#define COOKIE "9sK2fPq7RtXv0bNc4LmZ1A"

START_TEST(a_prefix_stands_before_everything_but_the_proof) {
    static const struct {
        const char *target;
        bool asked;
    } targets[] = {{"/sign/in/", true},         {"/sign/in", true},
                   {"/sign/in/s/" ID, true},    {"/sign/in/callback", true},
                   {"/sign/in/events/a", true}, {"/sign/in/healthz", true},
                   {"/WW_verify_a.txt", true},  {"/", false},
                   {"/s/" ID, false},           {"/callback", false},
                   {"/healthz", false},         {"/sign/in/WW_verify_a.txt", false},
                   {"/sign/inx", false},        {"/sign/in//", false}};

    web_begin("public_url = https://login.example.com/sign/in\n");
    for (int i = 0; i < COUNT(targets); i++) {
        int browser = web_ask("GET", targets[i].target, NULL);

        if (targets[i].asked) {
            int helper = web_helper_takes(told);

            web_helper_answers(helper, told->verb == WIRE_VISIT || told->verb == WIRE_CALLBACK
                                           ? "page\npage=expired\n"
                                           : "reply\nstatus=200\nbody=\n");
        }
        ck_assert_msg(web_read(browser).status == (targets[i].asked ? 200 : 404), "%s",
                      targets[i].target);
    }
    ck_assert(web_helper_is_idle());
}
END_TEST

START_TEST(without_trusted_proxies_no_header_is_believed) {
    int browser;

    web_begin("trusted_proxies = none\n");
    browser = web_ask("GET", "/", "X-Forwarded-For: 198.51.100.7\r\n");
    web_helper_answers(web_helper_takes(told), "page\npage=expired\n");
    ck_assert_str_eq(wire_get(told, WIRE_F_CLIENT), "127.0.0.1");
    ck_assert_int_eq(web_read(browser).status, 200);
}
END_TEST

static const char *proc(const char *file) {
    char *bytes = place_keep(calloc(1, 65536));
    FILE *in = fopen(text("/proc/%d/%s", (int)web_pid(), file), "re");

    ck_assert_ptr_nonnull(in);
    (void)!fread(bytes, 1, 65535, in);
    (void)fclose(in);
    return bytes;
}

START_TEST(it_keeps_no_privilege_and_no_environment) {
    static const char *const lines[] = {"Uid:\t1\t1\t1\t1\n",
                                        "Gid:\t1\t1\t1\t1\n",
                                        "CapInh:\t0000000000000000\n",
                                        "CapPrm:\t0000000000000000\n",
                                        "CapEff:\t0000000000000000\n",
                                        "CapAmb:\t0000000000000000\n",
                                        "NoNewPrivs:\t1\n",
                                        "Threads:\t1\n"};
    struct stat st;

    ck_assert_int_eq(setenv("WECOM_TEST_SECRET", "in-the-environment", 1), 0);
    web_begin(NULL);
    for (int i = 0; i < COUNT(lines); i++)
        text_has(proc("status"), lines[i]);
    ck_assert_ptr_null(strstr(proc("environ"), "in-the-environment"));
    /* not dumpable: its files in /proc are root's */
    ck_assert_int_eq(stat(text("/proc/%d/environ", (int)web_pid()), &st), 0);
    ck_assert_uint_eq(st.st_uid, 0);
    text_has(proc("limits"), "Max core file size        0                    0");
    ck_assert_int_eq(unsetenv("WECOM_TEST_SECRET"), 0);
}
END_TEST

/* As a unit with AmbientCapabilities= does it. */
static void with_the_right_to_bind(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct bind[2] = {{.effective = 1u << CAP_NET_BIND_SERVICE,
                                              .permitted = 1u << CAP_NET_BIND_SERVICE,
                                              .inheritable = 1u << CAP_NET_BIND_SERVICE}};

    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || setresgid(1, 1, 1) != 0 ||
        setresuid(1, 1, 1) != 0 || syscall(SYS_capset, &header, bind) != 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) != 0)
        _exit(126);
}

START_TEST(the_right_to_bind_a_port_is_given_up) {
    run_prepare = with_the_right_to_bind;
    web_begin("listen = 127.0.0.1:443\n");
    run_prepare = NULL;
    text_has(proc("status"), "CapPrm:\t0000000000000000\n");
    text_has(proc("status"), "CapEff:\t0000000000000000\n");
    text_has(proc("status"), "CapAmb:\t0000000000000000\n");
    web_port = 443;
    ck_assert_int_eq(WEB_GET("/nix", NULL).status, 404);
}
END_TEST

START_TEST(it_listens_on_several_addresses) {
    struct run r;

    web_begin("listen = 127.0.0.1:8473 [::1]:8473\n");
    for (int i = 0; i < 2; i++) {
        r = RUN(NULL, "/usr/bin/curl", "-si", "--max-time", "10",
                i == 0 ? "http://127.0.0.1:8473/nix" : "http://[::1]:8473/nix");
        text_has(r.out, "HTTP/1.1 404");
    }
    ck_assert(web_says("request refused client='::1'"));
}
END_TEST

static int is_socket_to_elsewhere(const char *link) {
    return strncmp(link, "socket:", 7) == 0;
}

/* More than one client may have at once: the listening socket and what the loop needs stay, no
 * count and nothing else. */
START_TEST(it_leaves_no_descriptor_behind) {
    int before = 0, after = 0;

    web_begin(NULL);
    for (int round = 0; round < 2; round++) {
        DIR *dir;
        int sockets = 0;

        for (int i = 0; i < WEB_EXCHANGES_PER_CLIENT; i++) {
            int browser = web_ask("GET", "/s/" ID, NULL);

            web_helper_answers(web_helper_takes(told), "page\npage=expired\n");
            ck_assert_int_eq(web_read(browser).status, 200);
            ck_assert_int_eq(WEB_GET("/nix", NULL).status, 404);
        }
        dir = opendir(text("/proc/%d/fd", (int)web_pid()));
        ck_assert_ptr_nonnull(dir);
        for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
            char link[256] = "";

            (void)!readlinkat(dirfd(dir), e->d_name, link, sizeof link - 1);
            sockets += is_socket_to_elsewhere(link);
        }
        (void)closedir(dir);
        *(round == 0 ? &before : &after) = sockets;
    }
    ck_assert_int_eq(after, before);
    ck_assert_int_le(after, 4);
}
END_TEST

static const struct {
    const char *lines, *words;
} unusable[] = {
    {"user = nobody-at-all\n", "[web] user: there is no user nobody-at-all"},
    {"tls_cert = /nonexistent\ntls_key = /nonexistent\n", "tls_cert: /nonexistent: No such file"},
    {"public_url = http://a.example\n", "[web] public_url: must begin with https://"},
    {"trusted_proxies = 1.2.3\n", "[web] trusted_proxies: must be none, or addresses"},
};

START_TEST(it_says_why_it_does_not_start) {
    struct run r;

    web_configure(unusable[_i].lines);
    if (strstr(unusable[_i].lines, "user") != NULL)
        place_write("web.conf",
                    text("[app main]\ncorp_id = " CORP "\nagent_id = 1\nsecret_file = /s\n"
                         "[web]\npublic_url = https://a.example\n%s",
                         unusable[_i].lines),
                    0644, 0);
    for (int check = 0; check < 2; check++) {
        r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"),
                check ? "--check" : "--foreground");
        ck_assert_int_eq(r.status, 78);
        text_has(r.err, unusable[_i].words);
        text_has(r.err, "wecom-web: cannot start");
    }
}
END_TEST

START_TEST(a_file_without_web_is_not_for_us) {
    struct run r;

    place_write("web.conf", "[app main]\ncorp_id = " CORP "\nagent_id = 1\nsecret_file = /s\n",
                0644, 0);
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground");
    ck_assert_int_eq(r.status, 78);
    text_has(r.err, "has no [web] section");
    web_configure(NULL);
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--check");
    ck_assert_int_eq(r.status, 0);
    text_has(r.out, "web.conf: good");
    r = RUN(NULL, place_program("wecom-web"), "--nonsense");
    ck_assert_int_eq(r.status, 1);
    r = RUN(NULL, place_program("wecom-web"), "--version");
    text_has(r.out, "wecom-web ");
}
END_TEST

START_TEST(a_port_that_is_taken_is_said) {
    struct run r;

    web_begin(NULL);
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground");
    ck_assert_int_eq(r.status, 1);
    text_has(r.err, text("cannot listen on 127.0.0.1 port %d: Address already in use", web_port));
}
END_TEST

START_TEST(it_ends_while_somebody_waits) {
    struct web_answer a;
    int browser, helper;

    web_begin(NULL);
    browser = web_ask("GET", "/s/" ID, NULL);
    helper = web_helper_takes(told);
    web_stop(); /* with 0, and nothing that a sanitizer found */
    a = web_read(browser);
    ck_assert(a.status == 503 || a.status == 0);
    (void)close(helper);
}
END_TEST

START_TEST(the_log_has_no_secret) {
    static const char *const secrets[] = {
        ID,       COOKIE,      "CODE-of-the-query", "STATE-of-the-query",
        "482913", "SIGNATURE", "198.51.100.77%0"};
    int browser;

    web_begin(NULL);
    browser = web_ask("GET", "/s/" ID, "Cookie: __Host-wecom=" COOKIE "\r\n");
    web_helper_answers(web_helper_takes(told), "page\npage=code\npin=48291\n");
    ck_assert_int_eq(web_read(browser).status, 503);
    browser = web_ask("GET", "/callback?code=CODE-of-the-query&state=STATE-of-the-query",
                      "Cookie: __Host-wecom=" COOKIE "\r\n");
    web_helper_answers(web_helper_takes(told), "page\npage=code\npin=482913x\n");
    ck_assert_int_eq(web_read(browser).status, 503);
    ck_assert_int_eq(WEB_GET("/callback?code=CODE-of-the-query&code=1", NULL).status, 400);
    ck_assert_int_eq(WEB_GET("/s/" ID "x/", NULL).status, 404);
    ck_assert_int_eq(WEB_GET("/events/a/b?msg_signature=SIGNATURE", NULL).status, 404);
    for (int i = 0; i < COUNT(secrets); i++)
        ck_assert_msg(strstr(web_log(), secrets[i]) == NULL, "%s is in: %s", secrets[i], web_log());
    text_has(web_log(), "request refused client='127.0.0.1' route='callback' status='400'");
}
END_TEST

START_TEST(the_log_is_no_weapon) {
    int lines = 0;

    web_begin(NULL);
    for (int i = 0; i < 300; i++)
        ck_assert_int_eq(WEB_GET("/nix", NULL).status, 404);
    for (const char *at = web_log(); (at = strstr(at, "request refused")) != NULL; at++)
        lines++;
    ck_assert_int_ge(lines, 1);
    ck_assert_int_lt(lines, 60);
}
END_TEST

static struct run curl(const char *target, const char *more) {
    return RUN(NULL, "/usr/bin/curl", "-si", "--max-time", "10", "--cacert", place_path("web.pem"),
               more, text("https://127.0.0.1:%d%s", web_port, target));
}

static void with_tls(void) {
    place_certificate("web");
    ck_assert_int_eq(chown(place_path("web.key"), 1, 1), 0);
    ck_assert_int_eq(chmod(place_path("web.key"), 0400), 0);
    web_begin("tls_cert = {dir}/web.pem\ntls_key = {dir}/web.key\n");
}

START_TEST(its_own_tls_serves_the_same) {
    struct running r;
    struct run done;

    with_tls();
    done = curl("/nix", "--http1.1");
    ck_assert_int_eq(done.status, 0);
    text_has(done.out, "HTTP/1.1 404");
    text_has(done.out, "Content-Security-Policy: default-src 'none'");
    r = run_start(NULL,
                  (const char *const[]){"/usr/bin/curl", "-si", "--cacert", place_path("web.pem"),
                                        text("https://127.0.0.1:%d/s/" ID, web_port), NULL});
    web_helper_answers(web_helper_takes(told), "page\npage=code\npin=482913\n");
    done = run_wait(&r, 20);
    ck_assert_int_eq(done.status, 0);
    text_has(done.out, "482913");
    ck_assert_int_ne(curl("/nix", "--tls-max=1.1").status, 0);
    /* plain HTTP is not taken */
    ck_assert_int_eq(WEB_GET("/nix", NULL).status, 0);
}
END_TEST

START_TEST(a_key_that_others_can_read_is_refused) {
    struct run r;

    place_certificate("web");
    web_configure("tls_cert = {dir}/web.pem\ntls_key = {dir}/web.key\n");
    ck_assert_int_eq(chown(place_path("web.key"), 1, 1), 0);
    ck_assert_int_eq(chmod(place_path("web.key"), 0440), 0);
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground");
    ck_assert_int_eq(r.status, 78);
    text_has(r.err, "[web] tls_key: ");
    text_has(r.err, "can be read by others");
}
END_TEST

START_TEST(a_key_of_another_certificate_is_refused) {
    struct run r;

    place_certificate("web");
    place_certificate("other");
    ck_assert_int_eq(chmod(place_path("other.key"), 0400), 0);
    ck_assert_int_eq(chown(place_path("other.key"), 1, 1), 0);
    web_configure("tls_cert = {dir}/web.pem\ntls_key = {dir}/other.key\n");
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground");
    ck_assert_int_eq(r.status, 1);
    text_has(r.err, "tls_cert and tls_key do not fit each other");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("web_daemon");
    TCase *t = web_case("web_daemon", 60);

    tcase_add_test(t, a_prefix_stands_before_everything_but_the_proof);
    tcase_add_test(t, without_trusted_proxies_no_header_is_believed);
    tcase_add_test(t, it_keeps_no_privilege_and_no_environment);
    tcase_add_test(t, the_right_to_bind_a_port_is_given_up);
    tcase_add_test(t, it_listens_on_several_addresses);
    tcase_add_test(t, it_leaves_no_descriptor_behind);
    tcase_add_loop_test(t, it_says_why_it_does_not_start, 0, COUNT(unusable));
    tcase_add_test(t, a_file_without_web_is_not_for_us);
    tcase_add_test(t, a_port_that_is_taken_is_said);
    tcase_add_test(t, it_ends_while_somebody_waits);
    tcase_add_test(t, the_log_has_no_secret);
    tcase_add_test(t, the_log_is_no_weapon);
    tcase_add_test(t, its_own_tls_serves_the_same);
    tcase_add_test(t, a_key_that_others_can_read_is_refused);
    tcase_add_test(t, a_key_of_another_certificate_is_refused);
    suite_add_tcase(s, t);
    return s;
}
