/* What is changed in the text of /etc/wecom/links. */
#include "tools/ctl_links_text.h"

#include "common/localfiles.h"
#include "tests/tools/support.h"

#define LINK "ww1/lisi"

static struct ctl_links_text text_of(const char *bytes, size_t len) {
    struct ctl_links_text text = {.bytes = malloc(len > 0 ? len : 1), .len = len};

    ck_assert_ptr_nonnull(text.bytes);
    memcpy(text.bytes, bytes, len);
    return text;
}

static const struct {
    const char *before, *after;
} sets[] = {
    {"", "# Local users who sign in with WeCom: local name, corp_id/userid. See wecomctl(8).\n"
         "zs ww1/lisi\n"},
    {"zs ww1/old\n", "zs ww1/lisi\n"},
    {"zs ww1/old", "zs ww1/lisi\n"},
    {"a ww1/a\nzs ww1/old\nb ww1/b\n", "a ww1/a\nzs ww1/lisi\nb ww1/b\n"},
    {"a ww1/a", "a ww1/a\nzs ww1/lisi\n"},
    {"# c\n\n  \t\nzsx ww1/x\n#zs ww1/x\n", "# c\n\n  \t\nzsx ww1/x\n#zs ww1/x\nzs ww1/lisi\n"},
    {"  zs\tww1/old # x\r\n", "zs ww1/lisi\n"},
    {"zs\n", "zs ww1/lisi\n"},
    {"zs", "zs ww1/lisi\n"},
    {"zs ww1/a\na ww1/a\nzs ww1/b\n", "zs ww1/lisi\na ww1/a\n"},
    {"\n", "\nzs ww1/lisi\n"},
    {"a ww1/a\r\n", "a ww1/a\r\nzs ww1/lisi\n"},
};

START_TEST(one_line_is_set_and_all_else_stays) {
    struct ctl_links_text text = text_of(sets[_i].before, strlen(sets[_i].before));

    ck_assert(ctl_links_text_set(&text, "zs", LINK));
    ck_assert_uint_eq(text.len, strlen(sets[_i].after));
    ck_assert_int_eq(memcmp(text.bytes, sets[_i].after, text.len), 0);
    ck_assert_uint_eq(ctl_links_text_count(&text, "zs"), 1);
    /* again: the same */
    ck_assert(ctl_links_text_set(&text, "zs", LINK));
    ck_assert_uint_eq(text.len, strlen(sets[_i].after));
    ctl_links_text_clear(&text);
}
END_TEST

START_TEST(lines_are_taken_out) {
    static const char before[] = "# c\nzs ww1/a\nzsx ww1/b\n\tzs ww1/c\nlast";
    struct ctl_links_text text = text_of(before, sizeof before - 1);
    size_t count;

    ck_assert(ctl_links_text_remove(&text, "zs", &count));
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(text.len, strlen("# c\nzsx ww1/b\nlast"));
    ck_assert_int_eq(memcmp(text.bytes, "# c\nzsx ww1/b\nlast", text.len), 0);
    ck_assert(ctl_links_text_remove(&text, "zs", &count));
    ck_assert_uint_eq(count, 0);
    ctl_links_text_clear(&text);
    ck_assert_uint_eq(ctl_links_text_count(&text, "zs"), 0);
}
END_TEST

static const char *const no_names[] = {"",    "a b",  "a\tb", "a\n", "#a",
                                       "a:b", "\x7f", "a\r",  "\x01"};

START_TEST(what_can_be_no_line_is_not_written) {
    struct ctl_links_text text = text_of("x ww1/x\n", 8);

    ck_assert(!ctl_links_text_is_name(no_names[_i]));
    ck_assert(!ctl_links_text_set(&text, no_names[_i], LINK));
    ck_assert(!ctl_links_text_set(&text, "zs", ""));
    ck_assert(!ctl_links_text_set(&text, "zs", "ww1/a b"));
    ck_assert(!ctl_links_text_set(&text, "zs", "ww1/a\nroot ww1/b"));
    ck_assert(!ctl_links_text_set(&text, "zs", "ww1/\xff"));
    ck_assert_uint_eq(text.len, 8);
    ctl_links_text_clear(&text);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_none) {
    char name[300];

    memset(name, 'a', sizeof name);
    name[257] = '\0';
    ck_assert(!ctl_links_text_is_name(name));
    name[256] = '\0';
    ck_assert(ctl_links_text_is_name(name));
}
END_TEST

/* Writes a text as root's file and asks the module's reader. */
static enum wecom_error ask_reader(const struct ctl_links_text *text, const char *name,
                                   char link[WECOM_LINK_MAX_BYTES + 1]) {
    char dir[64], path[PATH_MAX];
    enum wecom_error err;
    int fd;

    make_dir(dir);
    (void)snprintf(path, sizeof path, "%s/links", dir);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text->bytes, text->len), (ssize_t)text->len);
    (void)close(fd);
    err = localfiles_link(path, name, link, WECOM_LINK_MAX_BYTES + 1);
    remove_dir(dir);
    return err;
}

#define BYTES(text) \
    { (text), sizeof(text) - 1 }
static const struct {
    const char *bytes;
    size_t len;
} odd[] = {
    BYTES("\0zs ww1/x\n"),     BYTES("zs\0 ww1/x\n"), BYTES("zs ww1/x\0\nzs ww1/y\n"),
    BYTES("\0\0\n\0"),         BYTES("zs\v ww1/x\n"), BYTES(" \t zs \t ww1/x \t \r\n"),
    BYTES("zs ww1/x ww1/y\n"), BYTES("\rzs ww1/x\n"), BYTES("zs\r\n"),
    BYTES("\xff\xfe\n"),
};

START_TEST(the_reader_reads_what_was_set_whatever_was_there) {
    char link[WECOM_LINK_MAX_BYTES + 1];
    struct ctl_links_text text = text_of(odd[_i].bytes, odd[_i].len);
    size_t count;

    if (geteuid() != 0)
        return; /* the reader trusts root's files only */
    ck_assert(ctl_links_text_set(&text, "zs", LINK));
    ck_assert_int_eq(ask_reader(&text, "zs", link), WECOM_OK);
    ck_assert_str_eq(link, LINK);
    ck_assert(ctl_links_text_remove(&text, "zs", &count));
    ck_assert_int_eq(ask_reader(&text, "zs", link), WECOM_E_ABSENT);
    ctl_links_text_clear(&text);
}
END_TEST

/* The reader looks at the first 1023 bytes of a line. */
START_TEST(long_lines_count_as_the_reader_counts_them) {
    char link[WECOM_LINK_MAX_BYTES + 1];

    if (geteuid() != 0)
        return;
    for (size_t blanks = 1015; blanks <= 1030; blanks++) {
        char bytes[2048];
        struct ctl_links_text text;

        memset(bytes, ' ', blanks);
        memcpy(bytes + blanks, "zs ww1/old\n", 11);
        text = text_of(bytes, blanks + 11);
        ck_assert_uint_eq(ctl_links_text_count(&text, "zs"),
                          ask_reader(&text, "zs", link) != WECOM_E_ABSENT);
        ck_assert(ctl_links_text_set(&text, "zs", LINK));
        ck_assert_int_eq(ask_reader(&text, "zs", link), WECOM_OK);
        ck_assert_str_eq(link, LINK);
        ctl_links_text_clear(&text);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("ctl_links_text");
    TCase *tc = new_case(s, "ctl_links_text", 60);

    tcase_add_loop_test(tc, one_line_is_set_and_all_else_stays, 0, COUNT(sets));
    tcase_add_test(tc, lines_are_taken_out);
    tcase_add_loop_test(tc, what_can_be_no_line_is_not_written, 0, COUNT(no_names));
    tcase_add_test(tc, a_name_that_is_too_long_is_none);
    tcase_add_loop_test(tc, the_reader_reads_what_was_set_whatever_was_there, 0, COUNT(odd));
    tcase_add_test(tc, long_lines_count_as_the_reader_counts_them);
    return s;
}
