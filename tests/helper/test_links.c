/* The links that terminals show, and the browsers that opened them. */
#include "helper/links.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static struct links *links;
static struct link *link;
static int owner;

static struct browser { char state[LINKS_WORD_BYTES], cookie[LINKS_WORD_BYTES]; } a, b;

static void setup(void) {
    links = links_new();
    ck_assert_ptr_nonnull(links);
    link = links_open(links, &owner);
    ck_assert_ptr_nonnull(link);
    a = b = (struct browser){.state = ""};
}

static void teardown(void) {
    links_close(link);
    links_free(links);
}

static enum links_visit visit(struct browser *browser) {
    char before[LINKS_WORD_BYTES];

    memcpy(before, browser->cookie, sizeof before);
    return links_visit(link, before[0] != '\0' ? before : NULL, browser->state, browser->cookie);
}

static enum links_claim claim(const char *state, const char *cookie, struct links_opener **opener) {
    struct link *found = NULL;
    enum links_claim answer = links_claim(links, state, cookie, &found, opener);

    ck_assert(answer == LINKS_UNKNOWN || found == link);
    return answer;
}

START_TEST(a_link_is_found_by_its_id_alone) {
    char id[LINKS_ID_BYTES];

    ck_assert_uint_eq(strlen(links_id(link)), LINKS_ID_BYTES - 1);
    ck_assert_uint_eq(strspn(links_id(link), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                             "0123456789-_"),
                      LINKS_ID_BYTES - 1);
    ck_assert_ptr_eq(links_find(links, links_id(link)), link);
    ck_assert_ptr_eq(links_owner(link), &owner);
    memcpy(id, links_id(link), sizeof id);
    for (size_t i = 0; i < LINKS_ID_BYTES - 1; i++) {
        char was = id[i];

        for (int c = 1; c < 256; c++) {
            id[i] = (char)c;
            if (id[i] != was)
                ck_assert_ptr_null(links_find(links, id));
        }
        id[i] = '\0';
        ck_assert_ptr_null(links_find(links, id));
        id[i] = was;
    }
    ck_assert_ptr_null(links_find(links, ""));
    ck_assert_ptr_null(links_find(links, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}
END_TEST

START_TEST(a_closed_link_leaves_nothing) {
    struct links_opener *opener;
    char id[LINKS_ID_BYTES];

    memcpy(id, links_id(link), sizeof id);
    ck_assert_int_eq(visit(&a), LINKS_GO);
    links_close(link);
    link = NULL;
    ck_assert_ptr_null(links_find(links, id));
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_UNKNOWN);
}
END_TEST

START_TEST(each_browser_has_a_state_and_a_cookie_of_its_own) {
    struct links_opener *opener, *other;

    ck_assert_int_eq(visit(&a), LINKS_GO);
    ck_assert_int_eq(visit(&b), LINKS_GO);
    ck_assert_str_ne(a.state, b.state);
    ck_assert_str_ne(a.cookie, b.cookie);
    ck_assert_uint_eq(strspn(a.state, "0123456789abcdef"), LINKS_WORD_BYTES - 1);
    ck_assert_int_eq(claim(a.state, b.cookie, &opener), LINKS_UNKNOWN);
    ck_assert_int_eq(claim(a.state, NULL, &opener), LINKS_UNKNOWN);
    ck_assert_int_eq(claim(NULL, a.cookie, &opener), LINKS_UNKNOWN);
    ck_assert_int_eq(claim(a.cookie, a.state, &opener), LINKS_UNKNOWN);
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_MINE);
    ck_assert_int_eq(claim(b.state, b.cookie, &other), LINKS_MINE);
    ck_assert_ptr_ne(opener, other);
}
END_TEST

START_TEST(every_changed_character_of_a_state_or_cookie_is_unknown) {
    struct links_opener *opener;

    ck_assert_int_eq(visit(&a), LINKS_GO);
    for (size_t i = 0; i < LINKS_WORD_BYTES - 1; i++) {
        char *words[] = {a.state, a.cookie};

        for (size_t w = 0; w < 2; w++) {
            char was = words[w][i];

            for (int c = 0; c < 256; c++) {
                words[w][i] = (char)c;
                if (words[w][i] != was)
                    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_UNKNOWN);
            }
            words[w][i] = was;
        }
    }
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_MINE);
}
END_TEST

START_TEST(a_state_is_looked_at_once) {
    struct links_opener *opener;

    ck_assert_int_eq(visit(&a), LINKS_GO);
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_MINE);
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_BUSY);
    ck_assert_int_eq(visit(&a), LINKS_REFUSED); /* it would pull the state from below */
    links_release(opener);
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_UNKNOWN);
    ck_assert_int_eq(visit(&a), LINKS_GO);
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_MINE);
}
END_TEST

START_TEST(a_second_visit_ends_the_first_state_and_keeps_the_cookie) {
    struct links_opener *opener;
    struct browser before;

    ck_assert_int_eq(visit(&a), LINKS_GO);
    before = a;
    ck_assert_int_eq(visit(&a), LINKS_GO);
    ck_assert_str_eq(a.cookie, before.cookie);
    ck_assert_int_eq(claim(before.state, before.cookie, &opener), LINKS_UNKNOWN);
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_MINE);
}
END_TEST

START_TEST(the_first_that_is_accepted_decides) {
    struct links_opener *first, *second, *opener;

    ck_assert_int_eq(visit(&a), LINKS_GO);
    ck_assert_int_eq(visit(&b), LINKS_GO);
    ck_assert_int_eq(claim(a.state, a.cookie, &first), LINKS_MINE);
    ck_assert_int_eq(claim(b.state, b.cookie, &second), LINKS_MINE);
    ck_assert(links_decide(link, second));
    ck_assert(!links_decide(link, first));
    ck_assert_int_eq(claim(a.state, a.cookie, &opener), LINKS_USED);
    ck_assert_int_eq(claim(b.state, b.cookie, &opener), LINKS_DECIDED);
    ck_assert_int_eq(claim(b.state, b.cookie, &opener), LINKS_DECIDED);
    ck_assert_ptr_eq(opener, second);
    ck_assert_int_eq(claim(b.state, a.cookie, &opener), LINKS_UNKNOWN);
    ck_assert_int_eq(visit(&b), LINKS_YOURS);
    ck_assert_int_eq(visit(&a), LINKS_OVER);
}
END_TEST

/* Crawlers come first; and a browser that was here is none more. */
START_TEST(eight_browsers_may_open_a_link) {
    struct browser one;

    for (int i = 0; i < LINKS_OPENERS; i++) {
        one = (struct browser){.state = ""};
        ck_assert_int_eq(visit(&one), LINKS_GO);
        ck_assert_int_eq(visit(&one), LINKS_GO);
    }
    ck_assert_int_eq(visit(&a), LINKS_REFUSED);
    ck_assert_int_eq(visit(&one), LINKS_GO);
}
END_TEST

START_TEST(one_cookie_serves_a_browser_for_all_links) {
    struct link *first = link, *second = links_open(links, NULL), *found;
    struct links_opener *opener;
    struct browser before;

    ck_assert_int_eq(visit(&a), LINKS_GO);
    before = a;
    link = second;
    ck_assert_int_eq(visit(&a), LINKS_GO);
    ck_assert_str_eq(a.cookie, before.cookie);
    ck_assert_int_eq(links_claim(links, before.state, a.cookie, &found, &opener), LINKS_MINE);
    ck_assert_ptr_eq(found, first);
    ck_assert_int_eq(links_claim(links, a.state, a.cookie, &found, &opener), LINKS_MINE);
    ck_assert_ptr_eq(found, second);
    links_close(second);
    link = first;
}
END_TEST

static const char *const no_cookies[] = {"", "x", "0123456789abcdef0123456789abcde",
                                         "0123456789abcdef0123456789abcdef0",
                                         "0123456789ABCDEF0123456789ABCDEF"};

START_TEST(what_is_no_cookie_is_replaced) {
    ck_assert_int_eq(links_visit(link, no_cookies[_i], a.state, a.cookie), LINKS_GO);
    ck_assert_str_ne(a.cookie, no_cookies[_i]);
    ck_assert_uint_eq(strspn(a.cookie, "0123456789abcdef"), LINKS_WORD_BYTES - 1);
}
END_TEST

START_TEST(ten_thousand_links_are_all_found) {
    static struct link *many[10000];

    for (size_t i = 0; i < 10000; i++) {
        many[i] = links_open(links, &many[i]);
        ck_assert_ptr_nonnull(many[i]);
    }
    for (size_t i = 0; i < 10000; i++) {
        ck_assert_ptr_eq(links_find(links, links_id(many[i])), many[i]);
        ck_assert_ptr_eq(links_owner(many[i]), &many[i]);
    }
    for (size_t i = 0; i < 10000; i++)
        links_close(many[i]);
    ck_assert_ptr_eq(links_find(links, links_id(link)), link);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("links");
    TCase *t = tcase_create("links");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_link_is_found_by_its_id_alone);
    tcase_add_test(t, a_closed_link_leaves_nothing);
    tcase_add_test(t, each_browser_has_a_state_and_a_cookie_of_its_own);
    tcase_add_test(t, every_changed_character_of_a_state_or_cookie_is_unknown);
    tcase_add_test(t, a_state_is_looked_at_once);
    tcase_add_test(t, a_second_visit_ends_the_first_state_and_keeps_the_cookie);
    tcase_add_test(t, the_first_that_is_accepted_decides);
    tcase_add_test(t, eight_browsers_may_open_a_link);
    tcase_add_test(t, one_cookie_serves_a_browser_for_all_links);
    tcase_add_loop_test(t, what_is_no_cookie_is_replaced, 0, SUPPORT_COUNT(no_cookies));
    tcase_add_test(t, ten_thousand_links_are_all_found);
    suite_add_tcase(s, t);
    return s;
}
