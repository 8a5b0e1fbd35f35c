/* What names and codes look like: one table of strings, one of lengths. */
#include "common/names.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "wecom/limits.h"

#define CJK "\xE5\xBC\xA0\xE4\xB8\x89"

static const struct {
    const char *name;
    bool login, userid, word, corp_id;
} names[] = {
    {"", false, false, false, false},
    {"a", true, true, true, true},
    {"_", true, false, true, true},
    {"-", false, false, false, true},
    {".", false, false, false, false},
    {"@", false, false, false, false},
    {"..", false, false, false, false},
    {"...", false, false, false, false},
    {"0", false, true, true, true},
    {"Z", false, true, true, true},
    {"root", true, true, true, true},
    {"ROOT", false, true, true, true},
    {"Root", false, true, true, true},
    {"rooT", false, true, true, true},
    {"zhangsan", true, true, true, true},
    {"ZhangSan", false, true, true, true},
    {"zhang.san", true, true, true, false},
    {"zhang-san", true, true, true, true},
    {"zhang_san", true, true, true, true},
    {"zhang.", true, true, true, false},
    {"zhang-", true, true, true, true},
    {"_zhang", true, false, true, true},
    {".zhang", false, false, false, false},
    {"-rf", false, false, false, true},
    {"--", false, false, false, true},
    {"1001", false, true, true, true},
    {"13800138000", false, true, true, true},
    {"1zhang", false, true, true, true},
    {"u1001", true, true, true, true},
    {"a@b", false, true, false, false},
    {"a@b.com", false, true, false, false},
    {"@b", false, false, false, false},
    {"a:b", false, false, false, false},
    {"a/b", false, false, false, false},
    {"../x", false, false, false, false},
    {"a b", false, false, false, false},
    {" a", false, false, false, false},
    {"a ", false, false, false, false},
    {"a\n", false, false, false, false},
    {"\na", false, false, false, false},
    {"a\tb", false, false, false, false},
    {"a\x1B", false, false, false, false},
    {"a\x7F", false, false, false, false},
    {"a$", false, false, false, false},
    {"a*", false, false, false, false},
    {"a%u", false, false, false, false},
    {"a\\b", false, false, false, false},
    {"a'b", false, false, false, false},
    {"a,b", false, false, false, false},
    {"a+b", false, false, false, false},
    {"a=b", false, false, false, false},
    {"#", false, false, false, false},
    {"+", false, false, false, false},
    {"a`", false, false, false, false},
    {"a{", false, false, false, false},
    {"a[", false, false, false, false},
    {CJK, false, false, false, false},
    {"a" CJK, false, false, false, false},
    {"\xFF", false, false, false, false},
    {"a\xC3\xA9", false, false, false, false},
    {"\xEF\xBD\x81", false, false, false, false}, /* a full-width a */
    {"ww0123456789abcdef", true, true, true, true},
};

START_TEST(a_name_is_what_its_rule_says) {
    const char *name = names[_i].name;

    ck_assert_msg(name_is_login(name) == names[_i].login, "login '%s'", name);
    ck_assert_msg(name_is_userid(name) == names[_i].userid, "userid '%s'", name);
    ck_assert_msg(name_is_word(name) == names[_i].word, "word '%s'", name);
    ck_assert_msg(name_is_corp_id(name) == names[_i].corp_id, "corp id '%s'", name);
}
END_TEST

/* Which single bytes may begin a name and stand in it, for every byte there is. */
START_TEST(each_byte_counts_as_the_rule_says) {
    for (int b = 1; b <= 0xFF; b++) {
        const char alone[] = {(char)b, '\0'}, inside[] = {'a', (char)b, 'a', '\0'};
        bool lower = b >= 'a' && b <= 'z', upper = b >= 'A' && b <= 'Z';
        bool digit = b >= '0' && b <= '9', alnum = lower || upper || digit;
        char code[WECOM_CODE_MIN_BYTES + 1];

        ck_assert(name_is_login(alone) == (lower || b == '_'));
        ck_assert(name_is_login(inside) == (lower || digit || b == '_' || b == '.' || b == '-'));
        ck_assert(name_is_userid(alone) == alnum);
        ck_assert(name_is_userid(inside) ==
                  (alnum || b == '_' || b == '-' || b == '@' || b == '.'));
        ck_assert(name_is_word(alone) == (alnum || b == '_'));
        ck_assert(name_is_word(inside) == (alnum || b == '_' || b == '-' || b == '.'));
        ck_assert(name_is_corp_id(alone) == (alnum || b == '_' || b == '-'));
        ck_assert(name_is_corp_id(inside) == (alnum || b == '_' || b == '-'));
        memset(code, b, sizeof code);
        ck_assert(name_is_code(code, WECOM_CODE_MIN_BYTES) == (alnum || b == '_' || b == '-'));
        ck_assert(name_is_any_code(code, 6) == digit);
    }
}
END_TEST

static bool code_of_length(const char *name) {
    return name_is_code(name, strlen(name));
}

static bool any_code_of_length(const char *name) {
    return name_is_any_code(name, strlen(name));
}

/* A run of one character is taken from `least` to `most` bytes. */
static const struct {
    bool (*is)(const char *);
    char c;
    size_t least, most;
} lengths[] = {
    {name_is_login, 'a', 1, 32},        {name_is_login, '_', 1, 32},
    {name_is_userid, 'a', 1, 64},       {name_is_userid, '9', 1, 64},
    {name_is_word, 'a', 1, 64},         {name_is_corp_id, 'w', 1, 64},
    {code_of_length, 'x', 32, 512},     {code_of_length, '-', 32, 512},
    {any_code_of_length, 'x', 32, 512},
};

START_TEST(a_name_is_as_long_as_its_rule_says) {
    for (size_t len = 0; len <= 600; len++) {
        char *name = malloc(len + 1);

        ck_assert_ptr_nonnull(name);
        memset(name, lengths[_i].c, len);
        name[len] = '\0';
        ck_assert_msg(lengths[_i].is(name) == (len >= lengths[_i].least && len <= lengths[_i].most),
                      "%zu bytes", len);
        free(name);
    }
}
END_TEST

#define RUN32 "0123456789abcdefghijABCDEFGHIJ_-"

static const struct {
    const char *bytes;
    size_t len;
    bool code, any;
} codes[] = {
    {"", 0, false, false},
    {RUN32, 32, true, true},
    {RUN32, 31, false, false},
    {RUN32 "x", 33, true, true},
    {RUN32 "\0", 33, false, false},
    {"0123456789abcde\0fghijABCDEFGHIJ_-", 32, false, false},
    {"\0" RUN32, 33, false, false},
    {RUN32 ".", 33, false, false},
    {RUN32 "@", 33, false, false},
    {RUN32 "=", 33, false, false},
    {RUN32 "+/", 34, false, false},
    {RUN32 " ", 33, false, false},
    {RUN32 "\n", 33, false, false},
    {RUN32 "\x80", 33, false, false},
    {"correct horse battery staple and more", 37, false, false},
    {"Tr0ub4dor&3-Tr0ub4dor&3-Tr0ub4dor&3", 35, false, false},
    {"hunter2", 7, false, false},
    {"P@ssw0rd", 8, false, false},
    {"123456", 6, false, true},
    {"000000", 6, false, true},
    {"12345", 5, false, false},
    {"1234567", 7, false, false},
    {"12345a", 6, false, false},
    {" 12345", 6, false, false},
    {"-12345", 6, false, false},
    {"12345\0", 6, false, false},
    {"123\0"
     "56",
     6, false, false},
    {"1234567", 6, false, true}, /* the length counts, not a NUL */
};

START_TEST(only_what_looks_like_a_code_is_one) {
    char *exact = malloc(codes[_i].len);

    memcpy(exact, codes[_i].bytes, codes[_i].len);
    ck_assert(name_is_code(exact, codes[_i].len) == codes[_i].code);
    ck_assert(name_is_any_code(exact, codes[_i].len) == codes[_i].any);
    free(exact);
}
END_TEST

static const struct {
    const char *text, *symbols; /* NULL: no recovery code */
} recoveries[] = {
    {"01-ABCD-EFGH-JKMN-PQRS", "01ABCDEFGHJKMNPQRS"},
    {"01abcdefghjkmnpqrs", "01ABCDEFGHJKMNPQRS"},
    {"10 TVWX YZ01 2345 6789", "10TVWXYZ0123456789"},
    {"o9-iIlL-oO00-1111-0000", "091111000011110000"},
    {"L0-0000-0000-0000-0000", "100000000000000000"},
    {"--0--1--0000000000000000  ", "010000000000000000"},
    {"", NULL},
    {"00-0000-0000-0000-0000", NULL}, /* no such row */
    {"11-0000-0000-0000-0000", NULL},
    {"20-0000-0000-0000-0000", NULL},
    {"0A-0000-0000-0000-0000", NULL},
    {"01-0000-0000-0000-000", NULL},
    {"01-0000-0000-0000-00000", NULL},
    {"01-0000-0000-0000-000U", NULL},
    {"01-0000-0000-0000-000u", NULL},
    {"01_0000_0000_0000_0000", NULL},
    {"01-0000-0000-0000-000\n", NULL},
    {"01-0000-0000-0000-000\xC3\xA9", NULL},
    {"01-0000000000000000-------------", NULL}, /* as long as a code of WeCom's */
    {"123456", NULL},
    {"01020304050607080", NULL},
};

START_TEST(a_recovery_code_is_known_however_it_is_typed) {
    size_t len = strlen(recoveries[_i].text);
    char *exact = malloc(len), symbols[WECOM_RECOVERY_SYMBOLS + 1] = "before";
    bool is = recoveries[_i].symbols != NULL;

    memcpy(exact, recoveries[_i].text, len);
    ck_assert(name_is_recovery(exact, len) == is);
    ck_assert(name_recovery_symbols(exact, len, symbols) == is);
    ck_assert_str_eq(symbols, is ? recoveries[_i].symbols : "before");
    ck_assert(name_is_any_code(exact, len) == (is || len == 6 || len == 32));
    ck_assert(!is || (!name_is_code(exact, len) && !name_is_pin(exact, len)));
    free(exact);
}
END_TEST

START_TEST(no_byte_but_a_symbol_or_a_gap_stands_in_a_recovery_code) {
    static const char good[] = "0123456789abcdefghijklmnopqrstvwxyzABCDEFGHIJKLMNOPQRSTVWXYZ";

    for (int b = 0; b < 256; b++) {
        char code[] = "01-0000-0000-0000-0000";

        code[21] = (char)b;
        ck_assert(name_is_recovery(code, 22) == (b != 0 && strchr(good, b) != NULL));
        code[21] = '0';
        code[2] = (char)b;
        ck_assert(name_is_recovery(code, 22) == (b == '-' || b == ' '));
    }
}
END_TEST

static const struct {
    const char *a, *b;
    bool same;
} pairs[] = {
    {"", "", false},
    {"", "a", false},
    {"a", "", false},
    {"a", "a", true},
    {"ZhangSan", "zhangsan", true},
    {"ZHANGSAN", "zhangsan", true},
    {"zhangsan", "zhangsa", false},
    {"zhangsa", "zhangsan", false},
    {"zhangsan", "zhangsam", false},
    {"a@B.c", "A@b.C", true},
    {"a_b", "a-b", false},
    {"@", "`", false}, /* 0x20 apart, and no letters */
    {"[", "{", false},
    {"1001", "1001", true},
    {"\xC3\xA9", "\xC3\x89", false}, /* beyond ASCII nothing is folded */
};

START_TEST(a_userid_is_the_same_without_regard_to_case) {
    ck_assert(name_same_userid(pairs[_i].a, pairs[_i].b) == pairs[_i].same);
    ck_assert(name_same_userid(pairs[_i].b, pairs[_i].a) == pairs[_i].same);
}
END_TEST

START_TEST(a_lower_cased_name_fits_exactly_or_not_at_all) {
    char name[10] = "?????????";

    ck_assert(!name_lower(name, 0, ""));
    ck_assert(!name_lower(name, 8, "ZhangSan"));
    ck_assert_str_eq(name, "?????????");
    ck_assert(name_lower(name, 9, "ZhangSan"));
    ck_assert_str_eq(name, "zhangsan");
    ck_assert(name_lower(name, sizeof name, "AZ@[`z09\xC3"));
    ck_assert_str_eq(name, "az@[`z09\xC3");
    ck_assert(name_lower(name, 1, ""));
    ck_assert_str_eq(name, "");
}
END_TEST

START_TEST(a_folded_text_is_cut_where_it_does_not_fit) {
    char out[9] = "????????";

    name_fold(out, 1, "ZhangSan");
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(out[1], '?');
    name_fold(out, 8, "ZhangSan");
    ck_assert_str_eq(out, "zhangsa");
    name_fold(out, sizeof out, "AZ@[`z09\xC3");
    ck_assert_str_eq(out, "az@[`z09");
    name_fold(out, sizeof out, "");
    ck_assert_str_eq(out, "");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("names");
    TCase *rules = tcase_create("rules");

    tcase_add_loop_test(rules, a_name_is_what_its_rule_says, 0, sizeof names / sizeof names[0]);
    tcase_add_test(rules, each_byte_counts_as_the_rule_says);
    tcase_add_loop_test(rules, a_name_is_as_long_as_its_rule_says, 0,
                        sizeof lengths / sizeof lengths[0]);
    tcase_add_loop_test(rules, only_what_looks_like_a_code_is_one, 0,
                        sizeof codes / sizeof codes[0]);
    tcase_add_loop_test(rules, a_recovery_code_is_known_however_it_is_typed, 0,
                        sizeof recoveries / sizeof recoveries[0]);
    tcase_add_test(rules, no_byte_but_a_symbol_or_a_gap_stands_in_a_recovery_code);
    tcase_add_loop_test(rules, a_userid_is_the_same_without_regard_to_case, 0,
                        sizeof pairs / sizeof pairs[0]);
    tcase_add_test(rules, a_lower_cased_name_fits_exactly_or_not_at_all);
    tcase_add_test(rules, a_folded_text_is_cut_where_it_does_not_fit);
    tcase_set_timeout(rules, 60);
    suite_add_tcase(s, rules);
    return s;
}
