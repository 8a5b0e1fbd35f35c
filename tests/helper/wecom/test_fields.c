/* Named values of one flat document: what is read, and all that is refused. */
#include "helper/wecom/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* Two texts and a number. */
static char a[9], b[5], n[FIELDS_NUMBER_BYTES];
static struct fields_slot slots[] = {
    {"A", "a", a, sizeof a, false, false},
    {"B", NULL, b, sizeof b, false, false},
    {"N", "n", n, sizeof n, true, false},
};

/* From a copy of exactly `len` bytes, over values of an earlier reading. */
static enum wecom_error read_bytes(const char *text, size_t len) {
    char *copy = malloc(len > 0 ? len : 1);
    enum wecom_error err;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    memset(n, '1', sizeof n);
    err = fields_read(copy, len, slots, COUNT(slots));
    free(copy);
    return err;
}

static enum wecom_error read_text(const char *text) {
    return read_bytes(text, strlen(text));
}

static const struct {
    const char *text, *a, *b, *n;
} good[] = {
    {"<xml><A>one</A><B>two</B><N>3</N></xml>", "one", "two", "3"},
    {"<xml><N>3</N><B>two</B><A>one</A></xml>", "one", "two", "3"},
    {"<xml><A><![CDATA[one]]></A><B><![CDATA[two]]></B><N><![CDATA[3]]></N></xml>", "one", "two",
     "3"},
    {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n <A>one</A>\r\n\t<N>3</N>\n</xml>\n",
     "one", "", "3"},
    {"<?xml version=\"1.0\" encoding=\"GBK\"?><xml><A>\xE5\xBC\xA0</A></xml>", "\xE5\xBC\xA0", "",
     ""}, /* it is UTF-8 whatever it says */
    {" \n<xml></xml> ", "", "", ""},
    {"<xml/>", "", "", ""},
    {"<xml><A></A><B/><N></N></xml>", "", "", ""},
    {"<xml><A><![CDATA[]]></A></xml>", "", "", ""},
    {"<xml><A >one</A\n></xml >", "one", "", ""}, /* blanks before > */
    {"<xml><A>&lt;&gt;&amp;&quot;&apos;</A></xml>", "<>&\"'", "", ""},
    {"<xml><A>&#65;&#x5F20;</A></xml>", "A\xE5\xBC\xA0", "", ""},
    {"<xml><A><![CDATA[&lt;<B>]]></A></xml>", "&lt;<B>", "", ""},
    {"<xml><A>1<![CDATA[2]]>3<![CDATA[4]]></A></xml>", "1234", "", ""},
    {"<xml><A> one </A></xml>", " one ", "", ""},
    {"<xml><A>12345678</A><B>1234</B></xml>", "12345678", "1234", ""}, /* as much as fits */
    {"<xml><A>one</A><C>x</C><D><A>no</A><B>no</B><xml><N>x</N></xml></D></xml>", "one", "", ""},
    {"<xml><D><A>no</A></D><A>one</A></xml>", "one", "", ""},
    {"<xml><C>1</C><C>2</C><a>3</a><n>4</n></xml>", "", "", ""}, /* names that nobody looks for */
    {"<xml x='1'><A y=\"2\">one</A></xml>", "one", "", ""},
    {"<xml>text<A>one</A>text</xml>", "one", "", ""},
    {"<xml><N>0</N></xml>", "", "", "0"},
    {"<xml><N>9223372036854775807</N></xml>", "", "", "9223372036854775807"},
    {"{\"A\":\"one\",\"B\":\"two\",\"N\":3}", "one", "two", "3"},
    {" \r\n\t{ \"N\" : \"3\" , \"B\":\"two\" }\n", "", "two", "3"},
    {"{\"a\":\"one\",\"n\":3}", "one", "", "3"},
    {"{\"a\":\"one\",\"n\":\"3\"}", "one", "", "3"},
    {"{\"b\":\"two\",\"C\":{\"A\":1},\"D\":[{}]}", "", "", ""},
    {"{}", "", "", ""},
    {"{\"A\":\"\",\"N\":\"\"}", "", "", ""},
    {"{\"A\":\"12345678\",\"N\":9223372036854775807}", "12345678", "", "9223372036854775807"},
    {"{\"A\":\"\\u5f20<\",\"N\":0}", "\xE5\xBC\xA0<", "", "0"},
};

START_TEST(values_are_read_by_their_names) {
    ck_assert_msg(read_text(good[_i].text) == WECOM_OK, "refused: %s", good[_i].text);
    ck_assert_str_eq(a, good[_i].a);
    ck_assert_str_eq(b, good[_i].b);
    ck_assert_str_eq(n, good[_i].n);
    if (good[_i].a[0] != '\0')
        ck_assert(slots[0].found);
    ck_assert_int_eq(fields_number(n), strtoll(good[_i].n, NULL, 10));
}
END_TEST

#define DTD(declarations) "<!DOCTYPE xml [" declarations "]>"

static const char *const bad[] = {
    "",
    " ",
    "xml",
    "null",
    "[]",
    "\"A\"",
    "[{\"A\":\"1\"}]",
    "\xEF\xBB\xBF{}",
    "\xEF\xBB\xBF<xml/>",
    /* no document, more than one, another one */
    "<",
    "<xml>",
    "<xml><A>one</A>",
    "<xml><A>one</xml></A>",
    "<xml><A>one</B></xml>",
    "<xml/><xml/>",
    "<xml/>x",
    "x<xml/>",
    "<html><A>one</A></html>",
    "<XML><A>one</A></XML>",
    "<x:xml xmlns:x='a'><A>one</A></x:xml>",
    "<A>one</A>",
    "</xml>",
    "<xml><A>a & b</A></xml>",
    "<xml><A>]]></A></xml>",
    "<xml><A x='1' x='2'>one</A></xml>",
    "<xml><A>\xC3</A></xml>",
    "<xml><A>\xED\xA0\x80</A></xml>",
    "<xml><A>\x01</A></xml>",
    "<xml><A>&#0;</A></xml>",
    "<xml><A>&#1;</A></xml>",
    "<xml><A>&#xD800;</A></xml>",
    /* twice */
    "<xml><A>one</A><A>one</A></xml>",
    "<xml><A>one</A><A>two</A></xml>",
    "<xml><A></A><A>two</A></xml>",
    "<xml><A>one</A><A/></xml>",
    "<xml><N>1</N><B>2</B><N>1</N></xml>",
    "{\"A\":\"one\",\"A\":\"one\"}",
    "{\"A\":\"one\",\"a\":\"one\"}",
    "{\"n\":1,\"N\":1}",
    "{\"X\":1,\"X\":1}",
    "{\"X\":{\"y\":1,\"y\":2}}",
    /* too long */
    "<xml><A>123456789</A></xml>",
    "<xml><A>12345<![CDATA[6789]]></A></xml>",
    "<xml><A>12345678&amp;</A></xml>",
    "<xml><B>12345</B></xml>",
    "<xml><A>\xE5\xBC\xA0\xE5\xBC\xA0\xE5\xBC\xA0</A></xml>",
    "{\"A\":\"123456789\"}",
    "{\"B\":\"12345\"}",
    /* an element inside of a value */
    "<xml><A>one<x/></A></xml>",
    "<xml><A><B>two</B></A></xml>",
    "<xml><A>o<x>n</x>e</A></xml>",
    "<xml><N><x>1</x></N></xml>",
    /* no number */
    "<xml><N>x</N></xml>",
    "<xml><N>-1</N></xml>",
    "<xml><N>+1</N></xml>",
    "<xml><N> 1</N></xml>",
    "<xml><N>1 </N></xml>",
    "<xml><N>01</N></xml>",
    "<xml><N>00</N></xml>",
    "<xml><N>1.0</N></xml>",
    "<xml><N>1e3</N></xml>",
    "<xml><N>0x1</N></xml>",
    "<xml><N>9223372036854775808</N></xml>",
    "<xml><N>18446744073709551616</N></xml>",
    "{\"N\":-1}",
    "{\"N\":1.0}",
    "{\"N\":true}",
    "{\"N\":null}",
    "{\"N\":[1]}",
    "{\"N\":\"01\"}",
    "{\"N\":\"x\"}",
    "{\"N\":9223372036854775808}",
    "{\"N\":\"9223372036854775808\"}",
    /* no text */
    "{\"A\":1}",
    "{\"A\":null}",
    "{\"A\":{\"A\":\"one\"}}",
    "{\"a\":[\"one\"]}",
    "{\"A\":\"\\u0000\"}",
    "{\"A\":\"o\\u0000e\"}",
    "{\"A\":\"\\ud800\"}",
    "{A:\"one\"}",
    "{\"A\":\"one\",}",
    "{\"A\":\"one\"}x",
    "{\"A\":\"one\"",
    /* what XML can do beyond elements and text */
    "<!DOCTYPE xml><xml><A>one</A></xml>",
    "<!DOCTYPE xml SYSTEM \"file:///etc/passwd\"><xml/>",
    "<!DOCTYPE xml PUBLIC \"x\" \"http://127.0.0.1/x\"><xml/>",
    DTD("<!ENTITY e 'one'>") "<xml><A>&e;</A></xml>",
    DTD("<!ENTITY e 'one'>") "<xml/>",
    DTD("<!ENTITY e SYSTEM 'file:///etc/hostname'>") "<xml><A>&e;</A></xml>",
    DTD("<!ENTITY % p SYSTEM 'file:///etc/hostname'> %p;") "<xml/>",
    DTD("<!ENTITY a 'x'><!ENTITY b '&a;&a;'>") "<xml><A>&b;</A></xml>",
    DTD("<!ELEMENT xml ANY>") "<xml/>",
    DTD("<!ATTLIST A x CDATA 'y'>") "<xml><A>one</A></xml>",
    "<xml><A>&e;</A></xml>",
    "<xml><A>&nbsp;</A></xml>",
    "<xml><C>&e;</C></xml>",
    "<xml x='&e;'/>",
    "<?xml-stylesheet href='x'?><xml/>",
    "<xml><?php x?></xml>",
    "<xml><A>o<?x?>e</A></xml>",
    "<xml/><?x?>",
    "<!-- x --><xml/>",
    "<xml><A>o<!-- x -->e</A></xml>",
    "<xml><C><!-- x --></C></xml>",
    "<?xml version=\"1.0\" standalone=\"no\"?>" DTD("") "<xml/>",
};

START_TEST(whatever_could_be_read_in_two_ways_is_refused) {
    ck_assert_msg(read_text(bad[_i]) == WECOM_E_FORMAT, "accepted: %s", bad[_i]);
}
END_TEST

static const char *const whole[] = {
    "<?xml version='1.0'?><xml><A><![CDATA[one]]></A><N>&#51;</N><C><D "
    "x='1'/>\xE5\xBC\xA0</C></xml>",
    "{\"A\":\"one\",\"N\":3,\"C\":[1,true,\"\xE5\xBC\xA0\"]}",
};

START_TEST(every_truncation_and_every_nul_is_refused) {
    size_t len = strlen(whole[_i]);
    char *text = strdup(whole[_i]);

    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(read_bytes(text, len), WECOM_OK);
    for (size_t i = 0; i < len; i++) {
        ck_assert_msg(read_bytes(text, i) == WECOM_E_FORMAT, "cut at %zu", i);
        text[i] = '\0';
        ck_assert_msg(read_bytes(text, len) == WECOM_E_FORMAT, "NUL at %zu", i);
        text[i] = whole[_i][i];
    }
    free(text);
    /* its own NUL is no part of it */
    ck_assert_int_eq(read_bytes(whole[_i], len + 1), WECOM_E_FORMAT);
}
END_TEST

START_TEST(what_was_begun_and_then_refused_ends_in_nul) {
    ck_assert_int_eq(read_text("<xml><A>12345</A><B>12</C></xml>"), WECOM_E_FORMAT);
    ck_assert_str_eq(a, "12345");
    ck_assert_str_eq(b, "12");
    ck_assert_int_eq(read_text("<xml><N>1234567890123456789<!-- --></N></xml>"), WECOM_E_FORMAT);
    ck_assert_str_eq(n, "1234567890123456789");
    ck_assert_int_eq(read_text("<xml><A>12345678<![CDATA[9]]></A></xml>"), WECOM_E_FORMAT);
    ck_assert_str_eq(a, "12345678");
}
END_TEST

START_TEST(a_changed_byte_is_refused_or_read_as_it_stands) {
    size_t len = strlen(whole[_i]);
    char *text = strdup(whole[_i]);

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < len; i++) {
        for (unsigned int value = 0; value < 256; value++) {
            text[i] = (char)value;
            if (read_bytes(text, len) == WECOM_OK) {
                ck_assert_uint_lt(strlen(a), sizeof a);
                ck_assert_uint_eq(strspn(n, "0123456789"), strlen(n));
            }
        }
        text[i] = whole[_i][i];
    }
    free(text);
}
END_TEST

/* `count` elements <e> one in the other, or one behind the other, below the root. */
static enum wecom_error read_elements(size_t count, bool nested) {
    char *text = malloc(count * 7 + 64), *to = text;
    enum wecom_error err;

    ck_assert_ptr_nonnull(text);
    to = stpcpy(to, "<xml>");
    for (size_t i = 0; i < count; i++)
        to = stpcpy(to, nested ? "<e>" : "<e/>");
    for (size_t i = 0; i < count && nested; i++)
        to = stpcpy(to, "</e>");
    (void)stpcpy(to, "</xml>");
    err = read_text(text);
    free(text);
    return err;
}

START_TEST(depth_and_number_of_elements_have_limits) {
    ck_assert_int_eq(read_elements(FIELDS_MAX_DEPTH - 1, true), WECOM_OK);
    ck_assert_int_eq(read_elements(FIELDS_MAX_DEPTH, true), WECOM_E_FORMAT);
    ck_assert_int_eq(read_elements(1700, true), WECOM_E_FORMAT);
    ck_assert_int_eq(read_elements(FIELDS_MAX_ELEMENTS - 1, false), WECOM_OK);
    ck_assert_int_eq(read_elements(FIELDS_MAX_ELEMENTS, false), WECOM_E_FORMAT);
    ck_assert_int_eq(read_elements(2900, false), WECOM_E_FORMAT);
}
END_TEST

START_TEST(json_without_end_is_refused) {
    char *text = malloc(FIELDS_MAX_BYTES);

    ck_assert_ptr_nonnull(text);
    memset(text, '[', FIELDS_MAX_BYTES);
    memcpy(text, "{\"x\":", 5);
    ck_assert_int_eq(read_bytes(text, FIELDS_MAX_BYTES), WECOM_E_FORMAT);
    free(text);
}
END_TEST

START_TEST(a_document_has_at_most_12288_bytes) {
    static const char *const heads[] = {"<xml/>", "{}"};
    char *text = malloc(FIELDS_MAX_BYTES + 1);

    ck_assert_ptr_nonnull(text);
    memset(text, ' ', FIELDS_MAX_BYTES + 1);
    memcpy(text, heads[_i], strlen(heads[_i]));
    ck_assert_int_eq(read_bytes(text, FIELDS_MAX_BYTES), WECOM_OK);
    ck_assert_int_eq(read_bytes(text, FIELDS_MAX_BYTES + 1), WECOM_E_TOO_LONG);
    free(text);
}
END_TEST

START_TEST(a_number_is_read_or_zero) {
    ck_assert_int_eq(fields_number(""), 0);
    ck_assert_int_eq(fields_number("0"), 0);
    ck_assert_int_eq(fields_number("1000002"), 1000002);
    ck_assert_int_eq(fields_number("9223372036854775807"), INT64_MAX);
    ck_assert_int_eq(fields_number("9223372036854775808"), 0);
    ck_assert_int_eq(fields_number("-1"), 0);
    ck_assert_int_eq(fields_number("1x"), 0);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("fields");
    TCase *t = tcase_create("fields");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, values_are_read_by_their_names, 0, COUNT(good));
    tcase_add_loop_test(t, whatever_could_be_read_in_two_ways_is_refused, 0, COUNT(bad));
    tcase_add_loop_test(t, every_truncation_and_every_nul_is_refused, 0, COUNT(whole));
    tcase_add_test(t, what_was_begun_and_then_refused_ends_in_nul);
    tcase_add_loop_test(t, a_changed_byte_is_refused_or_read_as_it_stands, 0, COUNT(whole));
    tcase_add_test(t, depth_and_number_of_elements_have_limits);
    tcase_add_test(t, json_without_end_is_refused);
    tcase_add_loop_test(t, a_document_has_at_most_12288_bytes, 0, 2);
    tcase_add_test(t, a_number_is_read_or_zero);
    suite_add_tcase(s, t);
    return s;
}
