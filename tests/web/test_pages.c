/* The pages: each word has one in both languages, nothing from outside becomes markup, and the
 * policy names the style sheet that is there.
 */
#include "web/pages.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "tests/check_main.h"
#include "tests/common/document.h"
#include "web/texts.h"
#include "wecom/page.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static const char *const words[] = {
#define X(constant, word) word,
    WECOM_PAGES(X)
#undef X
};

static struct wire_message *m;
static struct html html;
static char *page;

static void setup(void) {
    m = wire_new(WIRE_PAGE);
    html = (struct html){0};
    page = NULL;
}

static void teardown(void) {
    wire_free(m);
    html_clear(&html);
    free(page);
}

static void set(enum wire_field field, const char *value) {
    ck_assert_int_eq(wire_set(m, field, value), WECOM_OK);
}

/* The page as a string. */
static const char *written(const char *word, enum language language,
                           const struct wire_message *details) {
    html_clear(&html);
    free(page);
    pages_write(&html, word, language, details);
    ck_assert(!html.failed && html.len > 0);
    ck_assert_ptr_null(memchr(html.bytes, '\0', html.len));
    page = strndup(html.bytes, html.len);
    return page;
}

static void has(const char *part) {
    ck_assert_msg(strstr(page, part) != NULL, "no '%s' in %s", part, page);
}

static void has_not(const char *part) {
    ck_assert_msg(strstr(page, part) == NULL, "'%s' in %s", part, page);
}

START_TEST(the_words_are_those_of_the_document) {
    char *document = document_read(), *rest = document, *cells[2];
    int count = 0;

    document_table(&rest, "## Pages");
    while (document_row(&rest, cells, 2)) {
        ck_assert_int_lt(count, COUNT(words));
        ck_assert_str_eq(cells[0], words[count++]);
        ck_assert_str_ne(cells[1], "");
    }
    ck_assert_int_eq(count, COUNT(words));
    free(document);
}
END_TEST

/* Every word in both languages; the last one is ours. */
START_TEST(each_page_has_its_heading_and_its_sentence) {
    const char *word = _i / 2 < COUNT(words) ? words[_i / 2] : PAGES_UNAVAILABLE;
    enum language language = _i % 2 == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    char id[64];

    if (strcmp(word, "go") == 0) {
        ck_assert_uint_eq(pages_status(word), 0);
        return;
    }
    ck_assert_uint_eq(pages_status(word), strcmp(word, "not_found") == 0         ? 404
                                          : strcmp(word, PAGES_UNAVAILABLE) == 0 ? 503
                                                                                 : 200);
    set(WIRE_F_USER, "zhangsan");
    (void)written(word, language, m);
    has(language == LANGUAGE_ZH ? "<html lang=\"zh-CN\">" : "<html lang=\"en\">");
    has("<meta name=\"viewport\"");
    (void)snprintf(id, sizeof id, "web_%s_head", word);
    ck_assert_str_ne(web_text(id, language), "");
    has(web_text(id, language));
    (void)snprintf(id, sizeof id, "web_%s_text", word);
    ck_assert_str_ne(web_text(id, language), "");
    has(web_text(id, language));
    ck_assert(text_is_utf8(page, strlen(page)));
}
END_TEST

/* Behind the style sheet. */
static const char *body(void) {
    const char *at = strstr(page, "</style>");

    ck_assert_ptr_nonnull(at);
    return at + strlen("</style>");
}

START_TEST(no_page_has_a_script_a_form_or_anything_to_load) {
    static const char *const parts[] = {"<script", "<form", "<img",     "<link",  "<iframe",
                                        "href",    " src",  "style=\"", "onload", "url(",
                                        "@import", "http:", "https:"};

    for (int i = 0; i < COUNT(words); i++) {
        (void)written(words[i], LANGUAGE_EN, NULL);
        for (int j = 0; j < COUNT(parts); j++)
            has_not(parts[j]);
    }
}
END_TEST

START_TEST(the_policy_names_the_style_sheet_to_the_byte) {
    const char *start, *end;
    unsigned char digest[32], encoded[64];
    char expected[256];

    (void)written("code", LANGUAGE_ZH, NULL);
    start = strstr(page, "<style>") + strlen("<style>");
    end = strstr(page, "</style>");
    ck_assert_int_eq(EVP_Digest(start, (size_t)(end - start), digest, NULL, EVP_sha256(), NULL), 1);
    (void)EVP_EncodeBlock(encoded, digest, sizeof digest);
    (void)snprintf(expected, sizeof expected,
                   "default-src 'none'; style-src 'sha256-%s'; frame-ancestors 'none'; base-uri "
                   "'none'; form-action 'none'",
                   (const char *)encoded);
    ck_assert_str_eq(pages_policy, expected);
    ck_assert_ptr_null(strstr(end + 1, "<style"));
}
END_TEST

/* Every field that comes from outside, on every page. */
static const enum wire_field fields[] = {WIRE_F_HOST, WIRE_F_ORIGIN,  WIRE_F_AT,     WIRE_F_NAME,
                                         WIRE_F_USER, WIRE_F_COMPANY, WIRE_F_WAITING};
static const struct {
    const char *value, *bad, *good;
} hostile[] = {
    {"a<script>x", "<script", "a&lt;script&gt;x"},
    {"a\"b", "a\"b", "a&quot;b"},
    {"a'b", "a'b", "a&#39;b"},
    {"a&lt;b", "a&lt;b", "a&amp;lt;b"},
    {"a\xE2\x80\xAE"
     "b",
     "\xE2\x80\xAE", "ab"},
    {"a\xE2\x80\x8B"
     "b",
     "\xE2\x80\x8B", "ab"},
    {"a\xC2\x85"
     "b",
     "\xC2\x85", "ab"},
    {"</style></title><p>", "</title><p>", "&lt;/style&gt;&lt;/title&gt;&lt;p&gt;"},
};

START_TEST(nothing_from_outside_becomes_markup) {
    int shown = 0;

    for (int f = 0; f < COUNT(fields); f++)
        set(fields[f], hostile[_i].value);
    for (int w = 0; w < COUNT(words); w++) {
        (void)written(words[w], LANGUAGE_EN, m);
        ck_assert_msg(strstr(body(), hostile[_i].bad) == NULL, "%s: %s", words[w], page);
        for (const char *at = body(); (at = strstr(at, hostile[_i].good)) != NULL; at++)
            shown++;
    }
    ck_assert_int_gt(shown, 20);
}
END_TEST

START_TEST(the_code_is_shown_on_its_page_only) {
    set(WIRE_F_PIN, "482913");
    for (int w = 0; w < COUNT(words); w++) {
        (void)written(words[w], LANGUAGE_ZH, m);
        ck_assert_int_eq(strstr(body(), "482913") != NULL, strcmp(words[w], "code") == 0);
    }
}
END_TEST

START_TEST(the_page_of_a_code_tells_the_login_and_warns) {
    set(WIRE_F_PIN, "482913");
    set(WIRE_F_SERVICE, "sshd");
    set(WIRE_F_HOST, "web1.example.com");
    set(WIRE_F_ORIGIN, "198.51.100.7");
    set(WIRE_F_AT, "2026-11-22 09:41:07");
    set(WIRE_F_NAME, "张三");
    set(WIRE_F_ID, "k3v9q2");
    (void)written("code", LANGUAGE_EN, m);
    has("<p class=\"pin\">482913</p>");
    has("<dt>Service</dt><dd>sshd</dd>");
    has("<dt>Host</dt><dd>web1.example.com</dd>");
    has("<dt>From</dt><dd>198.51.100.7</dd>");
    has("<dt>Time</dt><dd>2026-11-22 09:41:07</dd>");
    has("<dt>Name</dt><dd>张三</dd>");
    has("<dt>ID</dt><dd>k3v9q2</dd>");
    has(web_text("web_code_warning", LANGUAGE_EN));
}
END_TEST

START_TEST(what_is_absent_leaves_no_empty_row) {
    set(WIRE_F_HOST, "");
    for (int w = 0; w < COUNT(words); w++) {
        (void)written(words[w], LANGUAGE_EN, m);
        has_not("<dt>");
        has_not("<dl>");
    }
}
END_TEST

START_TEST(the_home_page_tells_who_how_and_what_waits) {
    set(WIRE_F_USER, "zhangsan");
    set(WIRE_F_HOST, "web1");
    set(WIRE_F_COMPANY, "Example Ltd.");
    set(WIRE_F_WAITING, "sshd\tweb1\t198.51.100.7\t09:41\n\nsudo\tdb2\nsu\tdb3\t::1\nlogin\n"
                        "a\tb\tc\td\te\nx\ty\tz\t");
    (void)written("home", LANGUAGE_EN, m);
    has("<p class=\"ssh\">ssh zhangsan@web1</p>");
    has("<dt>Company</dt><dd>Example Ltd.</dd>");
    has("<li>sshd · web1<span>198.51.100.7 · 09:41</span></li>");
    has("<li>sudo · db2</li>");
    has("<li>su · db3<span>::1</span></li>");
    has("<li>login</li>");
    has("<li>a · b<span>c · d</span></li>");
    has("<li>x · y<span>z</span></li>");
    has_not("<li></li>");
    has_not(web_text("web_home_none", LANGUAGE_EN));
}
END_TEST

START_TEST(the_home_page_of_somebody_without_login_name) {
    set(WIRE_F_NAME, "李四");
    (void)written("home", LANGUAGE_ZH, m);
    has(web_text("web_home_no_login", LANGUAGE_ZH));
    has(web_text("web_home_none", LANGUAGE_ZH));
    has_not("ssh ");
    set(WIRE_F_USER, "lisi");
    (void)written("home", LANGUAGE_ZH, m);
    has("ssh lisi@主机名");
}
END_TEST

START_TEST(an_unknown_word_shows_that_nobody_answers) {
    char *unknown;

    ck_assert_uint_eq(pages_status("nix"), 0);
    (void)written("nix", LANGUAGE_EN, NULL);
    unknown = strdup(page);
    ck_assert_str_eq(written(PAGES_UNAVAILABLE, LANGUAGE_EN, NULL), unknown);
    free(unknown);
}
END_TEST

/* One field more than `page`. */
static const struct {
    const char *word;
    enum wire_field field;
    const char *value;
    bool good;
} answers[] = {
    {"home", WIRE_F_NAME, "", true},
    {"go", WIRE_F_LOCATION, "https://a.example/b?c=d&e=%20#f", true},
    {"go", WIRE_F_LOCATION, "https://a.example", true},
    {"go", WIRE_F_NAME, "no location", false},
    {"go", WIRE_F_LOCATION, "", false},
    {"go", WIRE_F_LOCATION, "http://a.example/", false},
    {"go", WIRE_F_LOCATION, "HTTPS://a.example/", false},
    {"go", WIRE_F_LOCATION, "//a.example/", false},
    {"go", WIRE_F_LOCATION, "javascript:alert(1)", false},
    {"go", WIRE_F_LOCATION, " https://a.example/", false},
    {"go", WIRE_F_LOCATION, "https://", false},
    {"go", WIRE_F_LOCATION, "https:///x", false},
    {"go", WIRE_F_LOCATION, "https://?x", false},
    {"go", WIRE_F_LOCATION, "https://a.example/\r\nSet-Cookie: x=y", false},
    {"go", WIRE_F_LOCATION, "https://a.example/\n", false},
    {"go", WIRE_F_LOCATION, "https://a.example/a b", false},
    {"go", WIRE_F_LOCATION, "https://a.example/\x7F", false},
    {"go", WIRE_F_LOCATION, "https://a.example/\xE4\xBC\x81", false},
    {"go", WIRE_F_LOCATION, "https://a.example/<x>", false},
    {"go", WIRE_F_LOCATION, "https://a.example\\@b", false},
    {"code", WIRE_F_PIN, "482913", true},
    {"code", WIRE_F_PIN, "000000", true},
    {"code", WIRE_F_PIN, "48291", false},
    {"code", WIRE_F_PIN, "48291a", false},
    {"code", WIRE_F_PIN, "482913x", false},
    {"code", WIRE_F_PIN, "4829137", false},
    {"code", WIRE_F_PIN, "-48291", false},
    {"code", WIRE_F_PIN, "", false},
    {"code", WIRE_F_NAME, "no pin", false},
    {"expired", WIRE_F_COOKIE, "0123456789abcdef", true},
    {"expired", WIRE_F_COOKIE, "0123456789abcde", false},
    {"expired", WIRE_F_COOKIE, "0123456789abcdef;", false},
    {"expired", WIRE_F_COOKIE, "0123456789abcdef\r\nX: y", false},
    {"expired", WIRE_F_COOKIE, "", false},
    {"nix", WIRE_F_NAME, "", false},
    {"unavailable", WIRE_F_NAME, "", false},
    {"Code", WIRE_F_PIN, "482913", false},
};

START_TEST(an_answer_that_cannot_be_shown_is_known) {
    set(WIRE_F_PAGE, answers[_i].word);
    set(answers[_i].field, answers[_i].value);
    ck_assert_int_eq(pages_is_good(m), answers[_i].good);
}
END_TEST

START_TEST(every_word_of_the_protocol_can_be_shown) {
    set(WIRE_F_PAGE, words[_i]);
    set(WIRE_F_PIN, "482913");
    set(WIRE_F_LOCATION, "https://a.example/");
    ck_assert(pages_is_good(m));
}
END_TEST

START_TEST(a_long_page_is_whole) {
    char waiting[4097];

    for (size_t i = 0; i < sizeof waiting - 1; i++)
        waiting[i] = i % 64 == 63 ? '\n' : '<';
    waiting[sizeof waiting - 1] = '\0';
    set(WIRE_F_USER, "u");
    set(WIRE_F_WAITING, waiting);
    (void)written("home", LANGUAGE_EN, m);
    ck_assert_uint_gt(html.len, 4 * 4000);
    ck_assert_str_eq(page + strlen(page) - strlen("</html>\n"), "</html>\n");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pages");
    TCase *t = tcase_create("pages");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_words_are_those_of_the_document);
    tcase_add_loop_test(t, each_page_has_its_heading_and_its_sentence, 0, 2 * COUNT(words) + 2);
    tcase_add_test(t, no_page_has_a_script_a_form_or_anything_to_load);
    tcase_add_test(t, the_policy_names_the_style_sheet_to_the_byte);
    tcase_add_loop_test(t, nothing_from_outside_becomes_markup, 0, COUNT(hostile));
    tcase_add_test(t, the_code_is_shown_on_its_page_only);
    tcase_add_test(t, the_page_of_a_code_tells_the_login_and_warns);
    tcase_add_test(t, what_is_absent_leaves_no_empty_row);
    tcase_add_test(t, the_home_page_tells_who_how_and_what_waits);
    tcase_add_test(t, the_home_page_of_somebody_without_login_name);
    tcase_add_test(t, an_unknown_word_shows_that_nobody_answers);
    tcase_add_loop_test(t, an_answer_that_cannot_be_shown_is_known, 0, COUNT(answers));
    tcase_add_loop_test(t, every_word_of_the_protocol_can_be_shown, 0, COUNT(words));
    tcase_add_test(t, a_long_page_is_whole);
    suite_add_tcase(s, t);
    return s;
}
