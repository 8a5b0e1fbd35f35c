/* Chinese or English, and what a browser says it is. */
#include "web/language.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "web/agent.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static const struct {
    const char *header;
    enum language language;
} headers[] = {
    {NULL, LANGUAGE_ZH},
    {"", LANGUAGE_ZH},
    {"zh", LANGUAGE_ZH},
    {"en", LANGUAGE_EN},
    {"EN", LANGUAGE_EN},
    {"en-US", LANGUAGE_EN},
    {"en-US,en;q=0.9", LANGUAGE_EN},
    {"zh-CN,zh;q=0.9,en;q=0.8", LANGUAGE_ZH},
    {"zh-Hant-TW", LANGUAGE_ZH},
    {"en;q=0.8,zh;q=0.9", LANGUAGE_ZH},
    {"zh;q=0.8,en;q=0.9", LANGUAGE_EN},
    {"zh;q=0.5,en;q=0.5", LANGUAGE_ZH},
    {"en;q=0.5,zh;q=0.5", LANGUAGE_EN},
    {"en;q=0.001", LANGUAGE_EN},
    {"zh;q=0.123,en;q=0.124", LANGUAGE_EN},
    {"de-DE,de;q=0.9,en;q=0.5", LANGUAGE_EN},
    {"de-DE,de;q=0.9", LANGUAGE_ZH},
    {"*", LANGUAGE_ZH},
    {"fr, *;q=0.5", LANGUAGE_ZH},
    {" en ; q=0.9 , zh ; q=0.8 ", LANGUAGE_EN},
    {"zh;q=0,en;q=0.1", LANGUAGE_EN},
    {"en;q=0", LANGUAGE_ZH},
    {"en;q=0.0,zh;q=0", LANGUAGE_ZH},
    {"en;Q=0.9,zh;q=0.8", LANGUAGE_EN},
    {"zh;q=1.000,en;q=1", LANGUAGE_ZH},
    {",,en,,", LANGUAGE_EN},
    /* what cannot be read weighs nothing */
    {"en;q=2,zh;q=0.1", LANGUAGE_ZH},
    {"en;q=,zh;q=0.1", LANGUAGE_ZH},
    {"en;q=1.001,zh;q=0.1", LANGUAGE_ZH},
    {"en;q=0.9999,zh;q=0.1", LANGUAGE_ZH},
    {"en;q=.9,zh;q=0.1", LANGUAGE_ZH},
    {"en;q=-1,zh;q=0.1", LANGUAGE_ZH},
    {"en;q=0x,zh;q=0.1", LANGUAGE_ZH},
    {"en;q=0.x,zh;q=0.1", LANGUAGE_ZH},
    {"en;x=1,zh;q=0.1", LANGUAGE_ZH},
    {"en;,zh;q=0.1", LANGUAGE_ZH},
    /* other languages that begin alike */
    {"enm", LANGUAGE_ZH},
    {"english", LANGUAGE_ZH},
    {"en_US", LANGUAGE_ZH},
    {"zha,en;q=0.1", LANGUAGE_EN},
    {"e", LANGUAGE_ZH},
};

START_TEST(the_heavier_language_wins_then_the_first) {
    char *copy = headers[_i].header != NULL ? strdup(headers[_i].header) : NULL;

    ck_assert_int_eq(language_choose(copy), headers[_i].language);
    free(copy);
}
END_TEST

START_TEST(every_truncation_and_changed_byte_is_survived) {
    static const char good[] = "zh-CN,zh;q=0.9,en;q=0.85 , *;q=1.0";
    static const char bytes[] = ";=q.,- 0\x01\xFF";

    for (size_t len = 0; len < sizeof good; len++) {
        char *copy = strndup(good, len);

        (void)language_choose(copy);
        free(copy);
        for (size_t i = 0; i < sizeof bytes - 1 && len < sizeof good - 1; i++) {
            copy = strdup(good);
            copy[len] = bytes[i];
            (void)language_choose(copy);
            free(copy);
        }
    }
}
END_TEST

START_TEST(a_language_has_its_tag) {
    ck_assert_str_eq(language_tag(LANGUAGE_ZH), "zh-CN");
    ck_assert_str_eq(language_tag(LANGUAGE_EN), "en");
}
END_TEST

/* Shapes of the field, versions made up. */
static const struct {
    const char *user_agent, *word;
} agents[] = {
    {NULL, "desktop"},
    {"", "desktop"},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605 Mobile/15E148 "
     "wxwork/4.1.0 MicroMessenger/7.0.1 Language/zh",
     "wecom"},
    {"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Mobile wxwork/4.1.0 MicroMessenger/7.0.1",
     "wecom"},
    {"Mozilla/5.0 (Windows NT 10.0) wxwork/4.1.0 (MicroMessenger/6.2) WindowsWechat", "wecom"},
    {"MicroMessenger/7 wxwork/4", "wecom"},
    {"x WXWORK/4", "wecom"},
    {"Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger/8.0.1", "wechat"},
    {"Mozilla/5.0 (Windows NT 10.0) MicroMessenger/7.0 WindowsWechat", "wechat"},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Mobile/15E148 Safari/604", "phone"},
    {"Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) Safari/604", "phone"},
    {"Mozilla/5.0 (Linux; Android 14; Pixel) Chrome/120 Mobile Safari/537", "phone"},
    {"Mozilla/5.0 (Linux; Android 14; Tab) Chrome/120 Safari/537", "phone"},
    {"Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4 Mobile", "phone"},
    {"Mozilla/5.0 (Tablet; HarmonyOS 4.0)", "phone"},
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120 Safari/537", "desktop"},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605", "desktop"},
    {"Mozilla/5.0 (X11; Linux x86_64) Firefox/121", "desktop"},
    {"curl/8.0", "desktop"},
    {"wxwork", "desktop"},
};

START_TEST(a_browser_is_what_it_says) {
    ck_assert_str_eq(agent_word(agents[_i].user_agent), agents[_i].word);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("language");
    TCase *t = tcase_create("language");

    tcase_add_loop_test(t, the_heavier_language_wins_then_the_first, 0, COUNT(headers));
    tcase_add_test(t, every_truncation_and_changed_byte_is_survived);
    tcase_add_test(t, a_language_has_its_tag);
    tcase_add_loop_test(t, a_browser_is_what_it_says, 0, COUNT(agents));
    suite_add_tcase(s, t);
    return s;
}
