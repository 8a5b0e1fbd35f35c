/* Many at once: ten thousand terminals that wait for a scan, and a thousand browsers that are slow.
 * The figures are printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support_scan.h"

enum {
    TERMINALS = 10000,
    CROWD = 1000,
    SAMPLES = 200,
    MEMORY_MOST_KB = 32 * 1024,
    PROMPT_MOST_US = 10000,
};

static int waiting[TERMINALS], crowd[CROWD];

static void setup(void) {
    struct rlimit files;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max = 16384;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
}

static int64_t now_us(void) {
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Of /proc/PID/status, kB. */
static long status_kb(pid_t pid, const char *name) {
    FILE *in = fopen(text("/proc/%d/status", (int)pid), "re");
    char line[256];
    long kb = -1;

    ck_assert_ptr_nonnull(in);
    while (fgets(line, sizeof line, in) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0)
            kb = strtol(line + strlen(name) + 1, NULL, 10);
    }
    (void)fclose(in);
    return kb;
}

static int compare(const void *a, const void *b) {
    return (*(const int64_t *)a > *(const int64_t *)b) -
           (*(const int64_t *)a < *(const int64_t *)b);
}

static int64_t median(int64_t *values, size_t values_count) {
    qsort(values, values_count, sizeof *values, compare);
    return values[values_count / 2];
}

static const struct question somebody = {.service = "sshd",
                                         .user = "lisi",
                                         .host = true,
                                         .rhost = "198.51.100.23",
                                         .deadline_ms = 300000};

/* From connect() to the prompt, with the QR code above it. */
static int64_t prompt_us(void) {
    int64_t us[SAMPLES];

    for (int i = 0; i < SAMPLES; i++) {
        int64_t begun_us = now_us();
        struct terminal t = terminal_ask(&somebody);

        us[i] = now_us() - begun_us;
        (void)close(t.fd);
    }
    return median(us, SAMPLES);
}

/* Until nobody waits any more. What the helper logs of each is taken, or it would wait for us. */
static int64_t all_hang_up_ms(void) {
    size_t from = helper_log_bytes(), ended = 0;
    int64_t begun_ms = now_ms();

    for (int i = 0; i < TERMINALS; i++)
        (void)close(waiting[i]);
    while (ended < TERMINALS) {
        const char *at = strstr(helper_log() + from, "reason='cancelled'");

        if (at == NULL) {
            ck_assert_int_lt(now_ms() - begun_ms, 30000);
            (void)helper_says(from, "reason='cancelled'");
            continue;
        }
        from = (size_t)(at - helper_log()) + 1;
        ended++;
    }
    return now_ms() - begun_ms;
}

START_TEST(ten_thousand_terminals_wait_in_32_mib_and_delay_nobody) {
    int64_t alone_us, among_us, begun_ms;
    long before_kb, kb;
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    alone_us = prompt_us();
    before_kb = status_kb(place.helper, "VmRSS:");
    begun_ms = now_ms();
    for (int i = 0; i < TERMINALS; i++) {
        struct answer a;

        waiting[i] = talk_open(&somebody);
        a = talk_hear(waiting[i], 5000);
        ck_assert_msg(strstr(a.info, "https://") != NULL, "%d: %s", i, helper_tail());
    }
    kb = status_kb(place.helper, "VmRSS:");
    (void)printf("# 10,000 terminals: %ld kB, %ld kB before; begun in %lld ms\n", kb, before_kb,
                 (long long)(now_ms() - begun_ms));
    among_us = prompt_us();
    (void)printf("# first prompt: %lld us, %lld us without them (median of %d)\n",
                 (long long)among_us, (long long)alone_us, SAMPLES);
    t = TERMINAL("wangwu");
    page = browser_open(browser_new(agent_ios, "zh", "wangwu"), t.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "wangwu");
    if (place_slowness() == 1)
        ck_assert_msg(kb < MEMORY_MOST_KB, "%ld kB", kb);
    ck_assert_msg(among_us < PROMPT_MOST_US * place_slowness(), "%lld us", (long long)among_us);
    (void)printf("# when they have gone, after %lld ms: %ld kB\n", (long long)all_hang_up_ms(),
                 status_kb(place.helper, "VmRSS:"));
    scan_end();
}
END_TEST

/* One whole sign-in, with a phone that has not been here. `web`: no table is waited for. */
static int64_t sign_in_us(void) {
    struct browser *phone = browser_new(agent_ios, "zh", "lisi");
    int64_t begun_us = now_us();
    struct terminal t = terminal_open("web", NULL);
    struct seen page = browser_open(phone, t.link);

    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
    return now_us() - begun_us;
}

static int64_t median_sign_in_us(void) {
    int64_t us[21];

    for (size_t i = 0; i < 21; i++)
        us[i] = sign_in_us();
    return median(us, 21);
}

/* What the crowd has said when it falls silent: nothing, half a TLS greeting, something else. */
static const char *const halves[] = {
    NULL,
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "\x16\x03\x01",
    "GET / HTTP/1.1\r\nHost: login.example.com\r\n",
};

START_TEST(a_thousand_slow_browsers_delay_no_login_and_no_scan) {
    int64_t alone_us, among_us, prompt_among_us;

    scan_begin(NULL);
    (void)sign_in_us();
    alone_us = median_sign_in_us();
    for (int i = 0; i < CROWD; i++) {
        const char *half = halves[(size_t)i % (sizeof halves / sizeof halves[0])];

        crowd[i] = web_connect(NULL);
        if (half != NULL)
            (void)!send(crowd[i], half, (size_t)i % 4 == 1 ? 11 : strnlen(half, 64), MSG_NOSIGNAL);
    }
    among_us = median_sign_in_us();
    prompt_among_us = prompt_us();
    (void)printf("# a sign-in by scan: %lld us, %lld us without a crowd of %d; prompt %lld us\n",
                 (long long)among_us, (long long)alone_us, CROWD, (long long)prompt_among_us);
    /* one that waited for the crowd would take ten seconds */
    ck_assert_msg(among_us < 3 * alone_us + (int64_t)150000 * place_slowness(),
                  "%lld us instead of %lld", (long long)among_us, (long long)alone_us);
    ck_assert_int_lt(prompt_among_us, PROMPT_MOST_US * place_slowness());
    for (int i = 0; i < CROWD; i++)
        (void)close(crowd[i]);
    scan_end();
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e scan_load");
    TCase *t = web_case("scan_load", 120);

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, ten_thousand_terminals_wait_in_32_mib_and_delay_nobody);
    tcase_add_test(t, a_thousand_slow_browsers_delay_no_login_and_no_scan);
    suite_add_tcase(s, t);
    return s;
}
