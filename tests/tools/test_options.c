/* Command lines. */
#include "tools/options.h"

#include "common/names.h"
#include "tests/tools/support.h"

enum { NAME, PATH, FLAG, OPTIONS };

static const struct option_rule rules[OPTIONS] = {
    [NAME] = {"--name", name_is_word, TEXT_RULE_WORD},
    [PATH] = {"--path", options_is_socket, TEXT_RULE_PATH},
    [FLAG] = {"--flag", NULL, TEXT_USAGE},
};

static const struct {
    const char *argv[8];
    const char *name, *path, *operand;
    bool flag;
} good[] = {
    {{"p", NULL}, NULL, NULL, NULL, false},
    {{NULL}, NULL, NULL, NULL, false},
    {{"p", "--flag", NULL}, NULL, NULL, NULL, true},
    {{"p", "--name", "a", "--path", "/x", NULL}, "a", "/x", NULL, false},
    {{"p", "--path=/x=y", "--name=a", "--flag", NULL}, "a", "/x=y", NULL, true},
    {{"p", "op", NULL}, NULL, NULL, "op", false},
    {{"p", "--name", "a", "op", "--flag", NULL}, "a", NULL, "op", true},
    {{"p", "", NULL}, NULL, NULL, "", false},
};

/* The table is const; options_read does not write to it. */
static char *const *argv_of(const char *const *argv) {
    return (char *const *)(uintptr_t)argv;
}

static void assert_same(const char *is, const char *should) {
    ck_assert_int_eq(is == NULL, should == NULL);
    if (is != NULL)
        ck_assert_str_eq(is, should);
}

START_TEST(options_and_one_operand_are_read_in_any_order) {
    const char *values[OPTIONS], *operand;
    struct options_fault fault;

    ck_assert(options_read(rules, OPTIONS, argv_of(good[_i].argv), values, &operand, &fault));
    assert_same(values[NAME], good[_i].name);
    assert_same(values[PATH], good[_i].path);
    assert_same(values[FLAG], good[_i].flag ? "" : NULL);
    assert_same(operand, good[_i].operand);
}
END_TEST

static const struct {
    const char *argv[8];
    enum texts_id text;
    const char *name;
} bad[] = {
    {{"p", "--nam", "a", NULL}, TEXT_UNKNOWN_OPTION, "--nam"},
    {{"p", "--names", NULL}, TEXT_UNKNOWN_OPTION, "--names"},
    {{"p", "--code=geheim", NULL}, TEXT_UNKNOWN_OPTION, "--code"},
    {{"p", "-f", NULL}, TEXT_UNKNOWN_OPTION, "-f"},
    {{"p", "-", NULL}, TEXT_UNKNOWN_OPTION, "-"},
    {{"p", "--", NULL}, TEXT_UNKNOWN_OPTION, "--"},
    {{"p", "--flag", "--flag", NULL}, TEXT_OPTION_TWICE, "--flag"},
    {{"p", "--name", "a", "--name", "a", NULL}, TEXT_OPTION_TWICE, "--name"},
    {{"p", "--flag=yes", NULL}, TEXT_OPTION_HAS_NO_VALUE, "--flag"},
    {{"p", "--name", NULL}, TEXT_OPTION_NEEDS_VALUE, "--name"},
    {{"p", "--name", "", NULL}, TEXT_OPTION_BAD_VALUE, "--name"},
    {{"p", "--name=", NULL}, TEXT_OPTION_BAD_VALUE, "--name"},
    {{"p", "--name", "--flag", NULL}, TEXT_OPTION_BAD_VALUE, "--name"},
    {{"p", "--name", "../x", NULL}, TEXT_OPTION_BAD_VALUE, "--name"},
    {{"p", "--path", "x", NULL}, TEXT_OPTION_BAD_VALUE, "--path"},
    {{"p", "a", "b", NULL}, TEXT_UNEXPECTED_ARGUMENT, ""},
    {{"p", "--0123456789012345678901234567890123456789012345678901234567890123456789", NULL},
     TEXT_UNKNOWN_OPTION,
     "--01234567890123456789012345678901234567"},
};

START_TEST(what_is_wrong_is_told_without_repeating_a_value) {
    const char *values[OPTIONS], *operand;
    struct options_fault fault;

    ck_assert(!options_read(rules, OPTIONS, argv_of(bad[_i].argv), values, &operand, &fault));
    ck_assert_int_eq(fault.text, bad[_i].text);
    ck_assert_str_eq(fault.name, bad[_i].name);
}
END_TEST

START_TEST(an_operand_is_refused_where_none_is_taken) {
    const char *const argv[] = {"p", "geheim", NULL};
    const char *values[OPTIONS];
    struct options_fault fault;

    ck_assert(!options_read(rules, OPTIONS, argv_of(argv), values, NULL, &fault));
    ck_assert_int_eq(fault.text, TEXT_UNEXPECTED_ARGUMENT);
    ck_assert_str_eq(fault.name, "");
}
END_TEST

static const struct {
    const char *argv[8];
    size_t count;
    const char *last;
} several[] = {
    {{"p", NULL}, 0, NULL},
    {{"p", "a", NULL}, 1, "a"},
    {{"p", "a", "--flag", "b", "c", NULL}, 3, "c"},
    {{"p", "--", "--flag", NULL}, 1, "--flag"},
    {{"p", "a", "--", "-x", "--", NULL}, 3, "--"},
    {{"p", "-", NULL}, 1, "-"},
    {{"p", "", NULL}, 1, ""},
};

START_TEST(several_words_are_taken_as_they_stand) {
    const char *values[OPTIONS], *words[3];
    struct options_words list = {.words = words, .most = 3};
    struct options_fault fault;

    ck_assert(options_read_words(rules, OPTIONS, argv_of(several[_i].argv), values, &list, &fault));
    ck_assert_uint_eq(list.count, several[_i].count);
    if (list.count > 0)
        ck_assert_str_eq(words[list.count - 1], several[_i].last);
}
END_TEST

START_TEST(more_words_than_there_is_room_for_are_refused) {
    const char *const argv[] = {"p", "a", "b", "c", "d", NULL};
    const char *values[OPTIONS], *words[3];
    struct options_words list = {.words = words, .most = 3};
    struct options_fault fault;

    ck_assert(!options_read_words(rules, OPTIONS, argv_of(argv), values, &list, &fault));
    ck_assert_int_eq(fault.text, TEXT_UNEXPECTED_ARGUMENT);
}
END_TEST

static const struct {
    bool (*is_fine)(const char *);
    const char *value;
    bool fine;
} values_of[] = {
    {options_is_rhost, "192.0.2.1", true},
    {options_is_rhost, "2001:db8::1", true},
    {options_is_rhost, "fe80::1%eth0", true},
    {options_is_rhost, "::ffff:192.0.2.1", true},
    {options_is_rhost, "web-1.example.com", true},
    {options_is_rhost, "", false},
    {options_is_rhost, "-x", false},
    {options_is_rhost, "a b", false},
    {options_is_rhost, "a\n", false},
    {options_is_rhost, "a/b", false},
    {options_is_rhost, "192.0.2.1, 192.0.2.2", false},
    {options_is_user, "zhangsan", true},
    {options_is_user, "张三", true},
    {options_is_user, "a@b", true},
    {options_is_user, "", false},
    {options_is_user, "a\nb", false},
    {options_is_user, "a\x7F", false},
    {options_is_user, "a\xFF", false},
    {options_is_socket, "/run/wecom/login.sock", true},
    {options_is_socket, "run/login.sock", false},
    {options_is_socket, "", false},
    {options_is_lang, "zh", true},
    {options_is_lang, "de", false},
};

START_TEST(each_kind_of_value_has_its_rule) {
    ck_assert(values_of[_i].is_fine(values_of[_i].value) == values_of[_i].fine);
}
END_TEST

START_TEST(the_longest_value_is_taken_and_one_more_byte_is_not) {
    char name[300];

    for (size_t i = 0; i < sizeof name - 1; i++)
        name[i] = 'a';
    name[0] = '/';
    name[107] = '\0';
    ck_assert(options_is_socket(name));
    name[107] = 'a';
    name[108] = '\0';
    ck_assert(!options_is_socket(name));
    name[0] = 'a';
    name[108] = 'a';
    name[255] = '\0';
    ck_assert(options_is_rhost(name));
    name[255] = 'a';
    name[256] = '\0';
    ck_assert(!options_is_rhost(name));
    ck_assert(options_is_user(name));
    name[256] = 'a';
    name[257] = '\0';
    ck_assert(!options_is_user(name));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("options");
    TCase *tc = new_case(s, "options", 10);

    tcase_add_loop_test(tc, options_and_one_operand_are_read_in_any_order, 0, COUNT(good));
    tcase_add_loop_test(tc, what_is_wrong_is_told_without_repeating_a_value, 0, COUNT(bad));
    tcase_add_test(tc, an_operand_is_refused_where_none_is_taken);
    tcase_add_loop_test(tc, each_kind_of_value_has_its_rule, 0, COUNT(values_of));
    tcase_add_test(tc, the_longest_value_is_taken_and_one_more_byte_is_not);
    tcase_add_loop_test(tc, several_words_are_taken_as_they_stand, 0, COUNT(several));
    tcase_add_test(tc, more_words_than_there_is_room_for_are_refused);
    return s;
}
