/* A page in the making: what is added, what is escaped, what is taken out. */
#include "web/html.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static void is(struct html *html, const char *bytes) {
    ck_assert(!html->failed);
    ck_assert_uint_eq(html->len, strlen(bytes));
    ck_assert_int_eq(memcmp(html->bytes, bytes, html->len), 0);
    html_clear(html);
    ck_assert_ptr_null(html->bytes);
}

static const struct {
    const char *text, *written;
} texts[] = {
    {"plain", "plain"},
    {"&", "&amp;"},
    {"<", "&lt;"},
    {">", "&gt;"},
    {"\"", "&quot;"},
    {"'", "&#39;"},
    {"&&lt;", "&amp;&amp;lt;"},
    {"a<b>c&d\"e'f", "a&lt;b&gt;c&amp;d&quot;e&#39;f"},
    {"\xE4\xBC\x81", "\xE4\xBC\x81"},
    {"a\nb\tc", "a b c"},
    {"a\x01\x1B[31mb\x7F", "a[31mb"},
    {"a\xC2\x9F"
     "b",
     "ab"},
    {"a\xFF"
     "b",
     "ab"},
    {"a\xE4\xBC", "a"},
    {"\xE2\x80\xAE<\xE2\x80\x8F>", "&lt;&gt;"},
    {"\xEF\xBB\xBF", ""},
};

START_TEST(text_is_cleaned_and_escaped) {
    struct html html = {0};
    char *copy = strdup(texts[_i].text);

    html_put(&html, "<p>");
    html_text(&html, copy);
    html_put(&html, "</p>");
    free(copy);
    ck_assert_uint_eq(html.len, strlen(texts[_i].written) + 7);
    ck_assert_int_eq(memcmp(html.bytes + 3, texts[_i].written, html.len - 7), 0);
    html_clear(&html);
}
END_TEST

START_TEST(markup_of_ours_stays_as_it_is) {
    struct html html = {0};

    html_put(&html, "<a b=\"c\">&amp;");
    html_put(&html, "");
    is(&html, "<a b=\"c\">&amp;");
}
END_TEST

START_TEST(no_text_is_nothing) {
    struct html html = {0};

    html_text(&html, NULL);
    html_text(&html, "");
    ck_assert_uint_eq(html.len, 0);
    ck_assert(!html.failed);
    html_clear(&html);
}
END_TEST

START_TEST(a_part_ends_where_it_says) {
    struct html html = {0};
    char *exact = malloc(3); /* no NUL behind it */

    memcpy(exact, "a<b", 3);
    html_text_part(&html, exact, 3);
    html_text_part(&html, "cdef", 1);
    html_text_part(&html, "\xE4\xBC\x81", 2); /* half a character */
    free(exact);
    is(&html, "a&lt;bc");
}
END_TEST

START_TEST(it_grows_as_far_as_it_must) {
    struct html html = {0};

    for (int i = 0; i < 100000; i++)
        html_text(&html, "<");
    ck_assert_uint_eq(html.len, 400000);
    for (size_t i = 0; i < html.len; i += 4)
        ck_assert_int_eq(memcmp(html.bytes + i, "&lt;", 4), 0);
    html_clear(&html);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("html");
    TCase *t = tcase_create("html");

    tcase_add_loop_test(t, text_is_cleaned_and_escaped, 0, COUNT(texts));
    tcase_add_test(t, markup_of_ours_stays_as_it_is);
    tcase_add_test(t, no_text_is_nothing);
    tcase_add_test(t, a_part_ends_where_it_says);
    tcase_add_test(t, it_grows_as_far_as_it_must);
    suite_add_tcase(s, t);
    return s;
}
