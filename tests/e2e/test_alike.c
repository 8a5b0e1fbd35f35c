/* What a name is worth cannot be told at the prompt: who may sign in, who may not and who does not
 * exist see the same, in the same time, while WeCom takes its time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"
#include "tests/check_main.h"
#include "tests/e2e/support.h"

enum { SAMPLES = 200, NAMES = 5, PHASES = 2 };

/* Two of the directory with accounts, one of them refused by deny=; one who is disabled in WeCom;
 * one that nobody has; and a system account.
 */
static const char *const names[NAMES] = {"lisi", "wangwu", "disabled", "nobody-here", "daemon"};

static int64_t samples[NAMES][PHASES][SAMPLES];

/* With `scan` and `approve` there is a prompt and then nothing for a while, for everybody. */
static const struct {
    const char *word;
    int phases;
} methods[] = {{"message", PHASES}, {"scan", 1}, {"approve", 1}};

static int64_t now_us(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void begin(const char *method) {
    const char *state = place_path("state");

    ck_assert_int_eq(mkdir(state, 0711), 0);
    ck_assert_int_eq(chown(state, NOBODY, NOBODY), 0);
    place_write("token", "Tok3nOfTheTests", 0600, NOBODY);
    place_write("aes", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", 0600, NOBODY);
    helper_configure("state_dir = {dir}/state\nlog_level = info\n",
                     "callback_token_file = {dir}/token\ncallback_aes_key_file = {dir}/aes\n",
                     text("[accounts]\ntable = {dir}/state/public/accounts.cdb\nrefresh = 1h\n"
                          "[web]\npublic_url = https://login.example.com\n"
                          "[service ssh]\nmethods = %s\ndeny = user:wangwu\n",
                          method));
    helper_start();
    ck_assert_msg(helper_says(0, "synchronized how='whole'"), "%s", helper_tail());
    ck_assert(sim_fault(place.sim, "{\"kind\":\"delay_ms\",\"delay_ms\":100,\"times\":0}"));
}

/* One attempt, each from elsewhere, so that nobody has to wait. */
static void attempt(int sample, int name, int phases, struct answer *asked,
                    struct answer *refused) {
    const char *origin = text("10.%d.%d.%d", name, sample / 250, sample % 250 + 1);
    const struct question q = {
        .service = "ssh", .user = names[name], .rhost = origin, .host = true};
    int64_t begun = now_us(), answered;
    int fd = talk_open(&q);

    *asked = talk_hear(fd, 20000);
    samples[name][0][sample] = now_us() - begun;
    if (phases > 1) {
        answered = now_us();
        talk_answer(fd, "123456");
        *refused = talk_hear(fd, 20000);
        memcpy(refused->id, asked->id, sizeof refused->id);
        samples[name][1][sample] = now_us() - answered;
    }
    (void)close(fd);
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int64_t median(int name, int phase) {
    qsort(samples[name][phase], SAMPLES, sizeof(int64_t), by_value);
    return samples[name][phase][SAMPLES / 2];
}

START_TEST(no_name_can_be_told_from_another) {
    struct answer asked, refused;
    char prompt[sizeof asked.prompt] = "";

    int sent;

    begin(methods[_i].word);
    for (int sample = 0; sample < SAMPLES; sample++) {
        for (int name = 0; name < NAMES; name++) {
            attempt(sample, name, methods[_i].phases, &asked, &refused);
            if (prompt[0] == '\0')
                memcpy(prompt, asked.prompt, sizeof prompt);
            ck_assert_str_eq(asked.prompt, prompt);
            if (methods[_i].phases == 1)
                continue;
            answer_is(&refused, "denied", "code_invalid", names[name]);
            answer_reads(&refused, "pin_invalid");
        }
    }
    for (int phase = 0; phase < methods[_i].phases; phase++) {
        int64_t least = INT64_MAX, most = 0;

        for (int name = 0; name < NAMES; name++) {
            int64_t m = median(name, phase);

            (void)fprintf(stderr, "# %s, %s: %lld us\n", phase == 0 ? "prompt" : "refusal",
                          names[name], (long long)m);
            least = m < least ? m : least;
            most = m > most ? m : most;
        }
        ck_assert_msg(most * 10 <= least * 11 || most - least < 20, "%lld to %lld us",
                      (long long)least, (long long)most);
    }
    sent = count("/cgi-bin/message/send");
    ck_assert_int_le(sent, 5);
    /* a card of a terminal that is closed already never leaves */
    ck_assert_int_ge(sent, methods[_i].phases > 1);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("alike");
    TCase *t = place_case("alike", 300);

    tcase_add_loop_test(t, no_name_can_be_told_from_another, 0,
                        (int)(sizeof methods / sizeof methods[0]));
    suite_add_tcase(s, t);
    return s;
}
