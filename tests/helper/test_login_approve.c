/* Sign-in method `approve`: what the terminal shows, what the telephone decides, and everybody who
 * would like to decide for somebody else.
 */
#include <string.h>
#include <unistd.h>

#include "helper/courier.h"
#include "helper/throttle.h"
#include "tests/check_main.h"
#include "tests/helper/support_card.h"

enum { NUMBER = CARD_NUMBER_BYTES };

static char number[NUMBER];
static struct shown_card card;

static void setup(void) {
    host_start(APPROVE);
    host_has_account("lisi");
}

/* A login of lisi with his card. */
static int begin(void) {
    int host = card_begin("lisi", number);

    card = card_arrives("lisi");
    return host;
}

/* The helper has done all that it does by itself, and the host was told nothing. */
static void is_silent(int host) {
    char byte;

    support_run(host_inner->served->base);
    ck_assert_int_eq(recv(host, &byte, 1, MSG_DONTWAIT | MSG_PEEK), -1);
}

static bool is_blocked(const char *user, const char *origin) {
    return throttle_is_blocked(host_inner->helper.throttle, user, origin, CARDS_WORD);
}

START_TEST(the_right_number_and_enter_let_in) {
    int host = begin();

    if (_i == 0) { /* Enter comes after the tap, or before it */
        card_tap("lisi", &card, number);
        is_silent(host);
        host_answer(host, "");
    } else {
        host_answer(host, "");
        is_silent(host);
        card_tap("LiSi", &card, number);
    }
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "approve");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USERID), "lisi");
    card_changes_to("Now press Enter", "TAP0");
    card_changes_to("Signed in", "SENT");
    ck_assert(!is_blocked("lisi", "10.0.0.5"));
}
END_TEST

START_TEST(the_number_of_the_terminal_is_among_six_different_ones) {
    unsigned int found = 0;
    int host = begin();

    for (size_t i = 0; i < CARD_NUMBERS; i++) {
        found += strcmp(card.numbers[i], number) == 0;
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(card.numbers[i], card.numbers[j]);
    }
    ck_assert_uint_eq(found, 1);
    host_answer(host, number); /* whoever types it has understood, too */
    card_tap("lisi", &card, number);
    host_result(host, "granted", NULL);
}
END_TEST

START_TEST(the_tap_alone_lets_nobody_in) {
    int host = begin();

    card_tap("lisi", &card, number);
    card_changes_to("Now press Enter", "TAP0");
    is_silent(host);
    (void)close(host);
    support_run(host_inner->served->base);
    card_changes_to("Over", "SENT");
    ck_assert_uint_eq(host_inner->helper.granted, 1); /* host_has_account's */
}
END_TEST

/* A telephone in a bad net, or a trembling finger. */
START_TEST(to_tap_the_right_number_twice_is_to_tap_it_once) {
    int host = begin();

    card_tap("lisi", &card, number);
    card_changes_to("Now press Enter", "TAP0");
    card_tap("lisi", &card, number);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, UPDATE), 1);
    host_answer(host, "");
    host_result(host, "granted", NULL);
}
END_TEST

START_TEST(enter_alone_lets_nobody_in_and_is_asked_for_again) {
    int host = host_begin_from("lisi", NULL, "10.0.0.5", NULL);
    char again[NUMBER];

    (void)close(host);
    /* 1.5 s to live: the wait ends before that */
    host = served_dial(host_inner->served, "login.sock");
    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_USER, _i == 0 ? "lisi" : "stranger",
               WIRE_F_RHOST, "10.0.0.5", WIRE_F_IDENTITY, "no", WIRE_F_DEADLINE_MS, "1500",
               WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, host, host_m));
    card_asked(host, number);
    host_answer(host, "");
    card_asked(host, again);
    ck_assert_str_eq(again, number);
    ck_assert_ptr_nonnull(
        strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "Nothing has been chosen on a card yet."));
    host_result(host, "denied", "timeout");
}
END_TEST

/* ---- refusals ---- */

START_TEST(a_wrong_number_ends_the_login) {
    int host = begin();

    if (_i == 1) {
        host_answer(host, "");
        is_silent(host);
    }
    card_tap("lisi", &card, card_wrong(&card, number));
    host_result(host, "denied", "cancelled");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_MESSAGE), "refused in WeCom"));
    card_changes_to("Refused", "TAP0");
    ck_assert(is_blocked("lisi", "10.0.0.5"));
    ck_assert(!is_blocked("lisi", "10.0.0.6"));
    ck_assert(!is_blocked("wangwu", "10.0.0.5"));
    /* and the right one is too late */
    card_tap("lisi", &card, number);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(host_inner->helper.granted, 1);
}
END_TEST

START_TEST(it_wasnt_me_ends_the_login) {
    int host = begin();

    card_tap("lisi", &card, card_text_not_me);
    host_result(host, "denied", "cancelled");
    card_changes_to("Refused", "TAP0");
    ck_assert(is_blocked("lisi", "10.0.0.5"));
    /* said twice it is no longer */
    host_inner->now.ms += THROTTLE_BLOCK_MS - 1;
    card_tap("lisi", &card, card_text_not_me);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, UPDATE), 1);
    host_inner->now.ms++;
    ck_assert(!is_blocked("lisi", "10.0.0.5"));
}
END_TEST

/* Until the login has been let in: here WeCom is being asked about the member. */
START_TEST(it_wasnt_me_wins_over_the_right_number) {
    int host = begin();

    card_tap("lisi", &card, number);
    card_changes_to("Now press Enter", "TAP0");
    host_inner->now.ms += MEMBERS_FRESH_MS;
    if (_i == 1) {
        host_answer(host, "");
        inner_helper_token(host_inner, USER_GET);
    }
    card_tap("lisi", &card, card_text_not_me);
    host_result(host, "denied", "cancelled");
    card_changes_to("Refused", "TAP1");
    ck_assert(is_blocked("lisi", "10.0.0.5"));
    if (_i == 1)
        fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    ck_assert_uint_eq(host_inner->helper.granted, 1);
}
END_TEST

START_TEST(after_a_refusal_no_card_comes_and_nobody_sees_it) {
    char again[NUMBER];
    int host = begin();

    card_tap("lisi", &card, card_text_not_me);
    host_result(host, "denied", "cancelled");
    card_changes_to("Refused", "TAP0");
    host = card_begin("lisi", again); /* a number, and the same words */
    card_is_not_sent();
    (void)close(host);
    support_run(host_inner->served->base);
    host = card_begin_from("lisi", "10.0.0.6", again); /* the person himself, from elsewhere */
    card = card_arrives("lisi");
    (void)close(host);
    support_run(host_inner->served->base);
    card_changes_to("Over", "SENT");
    /* and here again after a quarter of an hour */
    host_inner->now.ms += THROTTLE_BLOCK_MS;
    host = card_begin("lisi", again);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    card = card_arrives("lisi");
    card_tap("lisi", &card, again);
    host_answer(host, "");
    host_result(host, "granted", NULL);
    card_changes_to("Now press Enter", "TAP1");
    card_changes_to("Signed in", "SENT");
}
END_TEST

/* Somebody begins logins and hangs up before the person has found the menu. */
START_TEST(it_wasnt_me_counts_after_the_login_too) {
    int host = begin();

    if (_i == 0) {
        (void)close(host);
        support_run(host_inner->served->base);
        card_changes_to("Over", "SENT");
    } else {
        card_tap("lisi", &card, number);
        host_answer(host, "");
        host_result(host, "granted", NULL);
        card_changes_to("Now press Enter", "TAP0");
        card_changes_to("Signed in", "SENT");
    }
    card_tap("lisi", &card, card_wrong(&card, number)); /* in vain */
    ck_assert(!is_blocked("lisi", "10.0.0.5"));
    card_tap("lisi", &card, card_text_not_me);
    ck_assert(is_blocked("lisi", "10.0.0.5"));
    card_changes_to("Refused", _i == 0 ? "TAP1" : "TAP2");
}
END_TEST

/* ---- who decides for somebody else ---- */

static const struct {
    const char *userid;
    long agent_id;
    const char *event, *key; /* NULL: the right number */
} strangers[] = {
    {"wangwu", 1000002, "template_card_event", NULL},
    {"wangwu", 1000002, "template_card_event", "00"},
    {"wangwu", 1000002, "template_card_menu_event", "not_me"},
    {"lisi2", 1000002, "template_card_event", NULL},
    {"lisi", 1000003, "template_card_event", NULL},
    {"lisi", 1000002, "enter_agent", NULL},
    {"lisi", 1000002, "taskcard_click", NULL},
    {"lisi", 1000002, "click", NULL},
};

START_TEST(what_is_not_the_member_s_tap_changes_nothing) {
    int host = begin();

    host_answer(host, "");
    ck_assert_int_eq(
        card_post(card_event(strangers[_i].event, strangers[_i].userid, strangers[_i].agent_id,
                             card.task_id, strangers[_i].key != NULL ? strangers[_i].key : number),
                  &(const struct posted){0}),
        200);
    is_silent(host);
    ck_assert(!is_blocked("lisi", "10.0.0.5"));
    ck_assert(!is_blocked("wangwu", "10.0.0.5"));
    ck_assert_uint_eq(fake_begun(host_inner->sender, UPDATE), 0);
    card_tap("lisi", &card, number); /* the login goes on */
    host_result(host, "granted", NULL);
}
END_TEST

static const char *const stale[] = {"", "0", "00000000000000000000000000000000", "x"};

START_TEST(a_card_that_is_none_decides_nothing) {
    struct shown_card other;
    int host = begin();

    other = card;
    (void)snprintf(other.task_id, sizeof other.task_id, "%s", stale[_i]);
    card_tap("lisi", &other, number);
    is_silent(host);
    host_answer(host, "");
    is_silent(host);
    (void)close(host);
}
END_TEST

/* Somebody kept the card of an earlier login, and the next one happens to show the same number. */
START_TEST(an_earlier_card_does_not_decide_a_later_login) {
    struct shown_card earlier;
    int host = begin();

    earlier = card;
    (void)close(host);
    support_run(host_inner->served->base);
    card_changes_to("Over", "SENT");
    host = begin();
    card_tap("lisi", &earlier, number);
    for (size_t i = 0; i < CARD_NUMBERS; i++)
        card_tap("lisi", &earlier, earlier.numbers[i]);
    is_silent(host);
    host_answer(host, "");
    is_silent(host);
    (void)close(host);
}
END_TEST

/* An attacker opens a login beside that of the person. */
START_TEST(of_two_logins_of_a_person_the_second_gets_no_card) {
    char theirs[NUMBER];
    int host = begin(), other = card_begin_from("lisi", "10.6.6.6", theirs);

    card_is_not_sent();
    host_answer(other, "");
    card_tap("lisi", &card, number);
    is_silent(other);
    host_answer(host, "");
    host_result(host, "granted", NULL);
    is_silent(other);
    card_changes_to("Now press Enter", "TAP0");
    card_changes_to("Signed in", "SENT");
    /* the next one has its own again */
    (void)close(other);
    support_run(host_inner->served->base);
    other = card_begin_from("lisi", "10.0.0.5", theirs);
    card = card_arrives("lisi");
    (void)close(other);
}
END_TEST

/* ---- the same for everybody ---- */

START_TEST(whoever_may_not_sign_in_sees_no_difference) {
    static const char *const users[] = {"stranger", "zhaoliu", "root", "UPPER", "li si"};
    char all[2048], again[NUMBER], here[NUMBER];
    int host;

    host_end();
    host_start(APPROVE "deny = user:zhaoliu\n");
    host_has_account("lisi");
    host = card_begin("lisi", number);
    (void)snprintf(all, sizeof all, "%s", wire_get(host_m, WIRE_F_INFO_TEXT));
    (void)close(host);
    support_run(host_inner->served->base);
    host = card_begin(users[_i], here);
    /* but for the number, byte by byte */
    ck_assert_uint_eq(strlen(all), strlen(wire_get(host_m, WIRE_F_INFO_TEXT)));
    memcpy(strstr(all, "hoose ") + 6, here, 2);
    ck_assert_str_eq(all, wire_get(host_m, WIRE_F_INFO_TEXT));
    card_is_not_sent();
    ck_assert_uint_eq(cards_count(host_inner->helper.cards), 0);
    host_answer(host, "");
    is_silent(host);
    (void)close(host);
    /* another number each time: nobody can tell that it is on no card */
    for (int i = 0, same = 0; i < 8; i++) {
        support_run(host_inner->served->base);
        host = card_begin(users[_i], again);
        same += strcmp(again, here) == 0;
        ck_assert_int_lt(same, 7);
        (void)close(host);
    }
}
END_TEST

START_TEST(the_prompt_does_not_wait_for_wecom) {
    int host;

    host_inner->now.ms += MEMBERS_FRESH_MS;
    host = card_begin("lisi", number);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 0);
    support_rest(host_inner->served->base, _i == 0 ? 0 : 30);
    ck_assert_uint_ge(courier_count(host_inner->helper.courier), (unsigned int)_i);
    (void)close(host); /* gone before it was sent: it never will be */
    support_run(host_inner->served->base);
    card_is_not_sent();
    ck_assert_uint_eq(cards_count(host_inner->helper.cards), 0);
}
END_TEST

/* The host hangs up while WeCom takes the card. */
START_TEST(a_card_of_a_closed_terminal_says_so_as_soon_as_it_can) {
    int host = card_begin("lisi", number);

    inner_helper_token(host_inner, SEND);
    (void)close(host);
    support_run(host_inner->served->base);
    card = card_arrives("lisi");
    card_changes_to("Over", "SENT");
}
END_TEST

START_TEST(a_card_of_a_login_that_took_too_long_says_so) {
    int host = served_dial(host_inner->served, "login.sock");

    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_USER, "lisi", WIRE_F_RHOST,
               "10.0.0.5", WIRE_F_IDENTITY, "no", WIRE_F_DEADLINE_MS, "1000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, host, host_m));
    card_asked(host, number);
    card = card_arrives("lisi");
    host_inner->now.ms += 1000;
    host_result(host, "denied", "timeout");
    card_changes_to("Expired", "SENT");
}
END_TEST

/* ---- what was tapped is not all ---- */

static const struct {
    const char *member, *verdict, *reason;
} doubts[] = {
    {NULL, "unavailable", "wecom_unreachable"},
    {"{\"errcode\":60020,\"errmsg\":\"x\"}", "unavailable", "config_ip"},
    {"{\"errcode\":60111,\"errmsg\":\"x\"}", "denied", "not_visible"},
    {"{\"userid\":\"lisi\",\"status\":2}", "denied", "disabled"},
    {"{\"userid\":\"wangwu\",\"status\":1}", "unavailable", "internal"},
    {"{\"userid\":\"lisi\"}", "unavailable", "internal"},
};

START_TEST(without_wecom_s_word_the_right_number_lets_nobody_in) {
    int host = begin();

    card_tap("lisi", &card, number);
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host_answer(host, "");
    inner_helper_token(host_inner, USER_GET);
    card_changes_to("Now press Enter", "TAP0");
    for (int i = 0; i < 2; i++) { /* a lost answer is asked for once more */
        if (doubts[_i].member != NULL || fake_waiting(host_inner->sender, USER_GET) == 0)
            break;
        fake_fail(host_inner->sender, USER_GET, HTTP_NO_NAME, "no such host");
    }
    if (doubts[_i].member != NULL)
        fake_answer(host_inner->sender, USER_GET, 200, doubts[_i].member);
    host_result(host, doubts[_i].verdict, doubts[_i].reason);
    card_changes_to("Expired", "SENT"); /* the test's clock is that far ahead */
}
END_TEST

START_TEST(who_turns_out_to_be_gone_gets_no_card_the_next_time) {
    int host = begin();

    card_tap("lisi", &card, number);
    host_inner->now.ms += MEMBERS_FRESH_MS;
    inner_helper_wall_s += MEMBERS_FRESH_MS / 1000;
    host_answer(host, "");
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, "{\"userid\":\"lisi\",\"status\":5}");
    host_result(host, "denied", "withdrawn");
    support_run(host_inner->served->base);
    host = card_begin("lisi", number);
    card_is_not_sent();
    (void)close(host);
}
END_TEST

START_TEST(a_choice_counts_for_five_minutes) {
    int host = begin();

    host_inner->now.ms += CARDS_KEPT_MS;
    card_tap("lisi", &card, number);
    is_silent(host);
    host_answer(host, "");
    card_asked(host, number);
    card_tap("lisi", &card, card_text_not_me); /* but a refusal does, as long as it is known */
    host_result(host, "denied", "cancelled");
}
END_TEST

/* ---- hosts without eyes, other methods ---- */

START_TEST(what_is_typed_is_no_approval) {
    int host;

    if (_i == 0) {
        host = card_begin("lisi", number);
        host_answer(host, "hunter2");
    } else {
        host_end();
        host_start(APPROVE_APP "[service sshd]\nmethods = approve\nlang = en\n");
        host = host_begin_from("lisi", NULL, "10.0.0.5", "hunter2");
    }
    host_result(host, "denied", "code_invalid");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_MESSAGE), "typed here but Enter"));
    card_is_not_sent();
}
END_TEST

/* What a host has already never goes to approve, but to the way that serves such hosts. */
START_TEST(a_host_that_answers_before_it_asks_gets_a_message) {
    int host = host_begin_from("lisi", NULL, "10.0.0.5", "hunter2");

    host_result(host, "denied", "code_invalid");
    host_delivered("lisi");
    host = host_begin_from("lisi", NULL, "10.0.0.5", host_digits);
    host_result(host, "granted", NULL);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 1);
}
END_TEST

START_TEST(a_word_leads_to_another_method_and_the_card_is_over) {
    int host = begin();

    host_answer(host, "message");
    host_asked(host, "Six-digit code");
    card_changes_to("Over", "SENT");
    host_delivered("lisi");
    card_tap("lisi", &card, number); /* in vain */
    is_silent(host);
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "message");
}
END_TEST

START_TEST(a_person_gets_five_messages_in_ten_minutes_cards_among_them) {
    int host;

    for (int i = 0; i < 5; i++) {
        host = begin();
        (void)close(host);
        support_run(host_inner->served->base);
        card_changes_to("Over", "SENT");
    }
    host = card_begin("lisi", number);
    card_is_not_sent();
    (void)close(host);
}
END_TEST

static const char *const failures[] = {
    "{\"errcode\":43012,\"errmsg\":\"require agent with callback url\"}",
    "{\"errcode\":81013,\"errmsg\":\"x\"}",
    "{\"errcode\":0,\"errmsg\":\"ok\",\"invaliduser\":\"lisi\"}",
};

START_TEST(what_could_not_be_sent_looks_like_any_other) {
    int host = card_begin("lisi", number);

    inner_helper_token(host_inner, SEND);
    fake_answer(host_inner->sender, SEND, 200, failures[_i]);
    is_silent(host);
    host_answer(host, "");
    is_silent(host);
    (void)close(host);
    support_run(host_inner->served->base);
    host = card_begin("lisi", number); /* the next one gets one */
    card = card_arrives("lisi");
    (void)close(host);
}
END_TEST

/* Where approve is one method of several, and where it is the only one. */
START_TEST(a_linked_local_user_gets_his_card) {
    int host;

    if (_i == 1) {
        host_end();
        host_start(APPROVE_APP "[service sshd]\nmethods = approve\nlang = en\n");
    }
    host = host_begin_from("dev", "ww1/lisi", "10.0.0.5", NULL);
    card_asked(host, number);
    if (_i == 1) {
        inner_helper_token(host_inner, USER_GET);
        fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    }
    card = card_arrives("lisi");
    card_tap("lisi", &card, number);
    host_answer(host, "");
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USER), "dev");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_approve");
    TCase *t = tcase_create("login_approve");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, host_end);
    tcase_add_loop_test(t, the_right_number_and_enter_let_in, 0, 2);
    tcase_add_test(t, the_number_of_the_terminal_is_among_six_different_ones);
    tcase_add_test(t, the_tap_alone_lets_nobody_in);
    tcase_add_test(t, to_tap_the_right_number_twice_is_to_tap_it_once);
    tcase_add_loop_test(t, enter_alone_lets_nobody_in_and_is_asked_for_again, 0, 2);
    tcase_add_loop_test(t, a_wrong_number_ends_the_login, 0, 2);
    tcase_add_test(t, it_wasnt_me_ends_the_login);
    tcase_add_loop_test(t, it_wasnt_me_wins_over_the_right_number, 0, 2);
    tcase_add_test(t, after_a_refusal_no_card_comes_and_nobody_sees_it);
    tcase_add_loop_test(t, it_wasnt_me_counts_after_the_login_too, 0, 2);
    tcase_add_loop_test(t, what_is_not_the_member_s_tap_changes_nothing, 0,
                        SUPPORT_COUNT(strangers));
    tcase_add_loop_test(t, a_card_that_is_none_decides_nothing, 0, SUPPORT_COUNT(stale));
    tcase_add_test(t, an_earlier_card_does_not_decide_a_later_login);
    tcase_add_test(t, of_two_logins_of_a_person_the_second_gets_no_card);
    tcase_add_loop_test(t, whoever_may_not_sign_in_sees_no_difference, 0, 5);
    tcase_add_loop_test(t, the_prompt_does_not_wait_for_wecom, 0, 2);
    tcase_add_test(t, a_card_of_a_closed_terminal_says_so_as_soon_as_it_can);
    tcase_add_test(t, a_card_of_a_login_that_took_too_long_says_so);
    tcase_add_loop_test(t, without_wecom_s_word_the_right_number_lets_nobody_in, 0,
                        SUPPORT_COUNT(doubts));
    tcase_add_test(t, who_turns_out_to_be_gone_gets_no_card_the_next_time);
    tcase_add_test(t, a_choice_counts_for_five_minutes);
    tcase_add_loop_test(t, what_is_typed_is_no_approval, 0, 2);
    tcase_add_test(t, a_host_that_answers_before_it_asks_gets_a_message);
    tcase_add_test(t, a_word_leads_to_another_method_and_the_card_is_over);
    tcase_add_test(t, a_person_gets_five_messages_in_ten_minutes_cards_among_them);
    tcase_add_loop_test(t, what_could_not_be_sent_looks_like_any_other, 0, SUPPORT_COUNT(failures));
    tcase_add_loop_test(t, a_linked_local_user_gets_his_card, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
