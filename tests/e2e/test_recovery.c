/* Recovery codes with the real programs: issued by wecomctl, useless while WeCom answers, good when
 * it has not for a minute. That minute is the real one, which is the point of this suite: it takes
 * 70 s.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

enum { MINUTE_MS = 60000, DEADLINE_MS = 110000 };

static const char *codes[10];

static void issue(const char *user) {
    struct run r = RUN(NULL, place_program("wecomctl"), "--socket", place_path("admin.sock"),
                       "recovery", user);
    char *words, *code;
    size_t count = 0;

    run_passes(&r);
    text_has(r.out, "全部作废");
    words = place_keep(strdup(r.out));
    for (code = strtok_r(words, "\n", &words); code != NULL; code = strtok_r(NULL, "\n", &words)) {
        if (strncmp(code, "    ", 4) == 0)
            codes[count++] = code + 4;
    }
    ck_assert_uint_eq(count, 10);
}

/* A login at the prompt, to which the code is typed. */
static struct answer type(const char *user, const char *code, int *fd) {
    struct answer asked, a;

    *fd = talk_open(&(const struct question){.service = "host",
                                             .host = true,
                                             .user = user,
                                             .rhost = "192.0.2.7",
                                             .deadline_ms = DEADLINE_MS});
    asked = talk_hear(*fd, 10000);
    ck_assert_str_ne(asked.prompt, "");
    talk_answer(*fd, code);
    a = talk_hear(*fd, 30000);
    memcpy(a.id, asked.id, sizeof a.id);
    return a;
}

static void left_is(const char *left) {
    struct run r = RUN(NULL, place_program("wecomctl"), "--socket", place_path("admin.sock"),
                       "--lang", "en", "accounts", "show", "zhangsan");

    run_passes(&r);
    text_has(r.out, text("recovery codes    %s\n", left));
}

static void rest_until(int64_t ms) {
    int64_t left = ms - now_ms();

    if (left > 0)
        (void)nanosleep(&(struct timespec){.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000},
                        NULL);
}

START_TEST(a_recovery_code_counts_after_a_minute_without_wecom) {
    struct answer a;
    int64_t gone_ms;
    int fd;

    helper_begin();
    GRANTED(LOGIN("zhangsan", .service = "host", .host = true, .user = "zhangsan"), "zhangsan");
    issue("zhangsan");
    left_is("10");
    /* WeCom answers, and where it refuses it answers, too */
    a = type("zhangsan", codes[0], &fd);
    DENIED(a, "not_allowed");
    answer_reads(&a, "recovery_not_now");
    ck_assert(sim_fault(place.sim, "{\"kind\":\"errcode\",\"errcode\":60020}"));
    a = type("zhangsan", codes[0], &fd);
    DENIED(a, "not_allowed");
    left_is("10");

    (void)sim_stop(place.sim);
    place.sim = NULL;
    rest_until(now_ms() + 16000); /* until what WeCom said last is no news any more */
    gone_ms = now_ms();
    a = type("zhangsan", codes[0], &fd);
    text_has(a.prompt, "Recovery code");
    rest_until(gone_ms + MINUTE_MS + 12000);
    talk_answer(fd, codes[0]);
    a = talk_hear(fd, 10000);
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(a.method, "recovery");
    left_is("9");
    /* the next one at once; the same one never again, nor that of somebody else */
    (void)close(fd);
    DENIED(type("zhangsan", codes[0], &fd), "code_invalid");
    DENIED(type("lisi", codes[1], &fd), "code_invalid");
    GRANTED(type("zhangsan", codes[1], &fd), "zhangsan");
    text_has(helper_line(0, "method='recovery' rhost='192.0.2.7'"), "login ");
    ck_assert_ptr_nonnull(helper_line(0, "recovery code 01 is used up, 9 left"));
    ck_assert_ptr_nonnull(helper_line(0, "recovery codes issued by administrator"));
    for (int i = 0; i < 10; i++) {
        ck_assert(!place_holds(codes[i], NULL));
        ck_assert_ptr_null(strstr(helper_log(), codes[i]));
    }
    helper_stop();
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("recovery");
    TCase *t = place_case("recovery", 240);

    tcase_add_test(t, a_recovery_code_counts_after_a_minute_without_wecom);
    suite_add_tcase(s, t);
    return s;
}
