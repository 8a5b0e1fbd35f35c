/* Those who have an account and are not seen any more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support_sync.h"

static struct synced *s;

static void see(const char *visible) {
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000002,\"visible\":{%s}}", visible));
}

#define EVERYBODY "\"departments\":[1],\"tags\":[],\"users\":[]"
#define NOBODY "\"departments\":[],\"tags\":[],\"users\":[]"

/* A company of about `many` people, all of them visible. */
static void begin_many(const char *many) {
    const char *arguments[] = {"--generate", many, NULL};

    s = synced_new("", arguments);
    see(EVERYBODY);
    synced_whole(s);
}

static void begin(void) {
    s = synced_new("", NULL);
    synced_whole(s);
}

/* One question after the other, so that faults meet the one that they are meant for. */
static void one_by_one(void) {
    struct asker_limits limits = {.calls_per_min = 60000,
                                  .at_once = 1,
                                  .limited_ms = 10,
                                  .busy_ms = 10,
                                  .tries = 2,
                                  .lost_in_row = 3};

    synced_limits(s, &limits);
}

static void teardown(void) {
    if (s != NULL)
        synced_free(s);
    s = NULL;
}

static void delete_member(const char *userid) {
    char path[128];
    json_t *answer;

    (void)snprintf(path, sizeof path, "/member?userid=%s", userid);
    answer = sim_delete(s->sim, path);
    ck_assert_ptr_nonnull(answer);
    json_decref(answer);
}

/* Generated people from `first` to `last` lie in a department of their own outside the range. */
static void hide(int first, int last, const char *department) {
    for (int i = first; i <= last; i++)
        ck_assert(
            sim_member(s->sim, "{\"userid\":\"user%06d\",\"department\":[%s]}", i, department));
}

START_TEST(who_left_the_range_is_out_of_range_and_comes_back_with_name_and_number) {
    struct store_account before, after;

    begin();
    ck_assert(synced_find(s, "lisi", &before));
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[6]}"));
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_OUT_OF_RANGE);
    ck_assert_uint_eq(s->result.withdrawn, 1);
    ck_assert_int_eq(synced_says(s, "account withdrawn"), 1);
    ck_assert_int_eq(synced_says(s, "state='out of range'"), 1);
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[2]}"));
    synced_whole(s);
    ck_assert(synced_find(s, "lisi", &after));
    ck_assert_int_eq(after.state, STORE_ACTIVE);
    ck_assert(!after.held);
    ck_assert_uint_eq(after.uid, before.uid);
    ck_assert_int_eq(synced_says(s, "account back"), 1);
}
END_TEST

START_TEST(who_was_deleted_is_deleted_and_held_when_the_userid_comes_back) {
    struct store_account a;

    begin();
    delete_member("lisi");
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_DELETED);
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"name\":\"x\",\"department\":[2]}"));
    synced_whole(s);
    ck_assert(synced_find(s, "lisi", &a));
    ck_assert(a.held && a.state == STORE_ACTIVE);
    ck_assert_int_eq(synced_says(s, "account held"), 1);
    ck_assert_int_eq(synced_says(s, "account back"), 0);
}
END_TEST

START_TEST(who_was_out_of_range_for_long_and_is_deleted_then_is_found_out) {
    begin();
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[6]}"));
    synced_whole(s);
    synced_whole(s);
    ck_assert_int_eq(s->changed, 0);
    delete_member("lisi");
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_DELETED);
}
END_TEST

/* The lists do not show him, WeCom does when asked about him. */
START_TEST(who_is_there_by_wecoms_own_word_stays_and_counts_by_that_word) {
    struct store_account a;

    begin();
    one_by_one();
    ck_assert(synced_find(s, "wangwu", &a));
    ck_assert(a.confirmed_by_sync);
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/list\",\"kind\":\"body\",\"skip\":2,"
                                "\"body\":\"{\\\"errcode\\\":0,\\\"userlist\\\":[]}\"}"));
    synced_whole(s);
    ck_assert(synced_find(s, "wangwu", &a));
    ck_assert_int_eq(a.state, STORE_ACTIVE);
    ck_assert(!a.confirmed_by_sync);
    ck_assert_int_ge(a.confirmed_s, s->confirmed_s);
    ck_assert_int_eq(synced_says(s, "withdrawn"), 0);
    synced_whole(s);
    ck_assert(synced_find(s, "wangwu", &a));
    ck_assert(a.confirmed_by_sync);
}
END_TEST

static enum wecom_error insert(void *arg, struct store_tx *tx) {
    return store_insert(tx, arg);
}

START_TEST(who_has_no_unix_name_is_not_withdrawn_for_being_invisible_here) {
    struct store_account a = {
        .corp = SYNCED_CORP, .userid = "guest", .state = STORE_ACTIVE, .confirmed_by_sync = true};

    begin();
    store_new_id(a.id);
    ck_assert_int_eq(store_run(s->store, STORE_WRITE, insert, &a), WECOM_OK);
    synced_whole(s);
    ck_assert(synced_find(s, "guest", &a));
    ck_assert_int_eq(a.state, STORE_ACTIVE);
    ck_assert(!a.confirmed_by_sync);
    synced_whole(s);
    ck_assert_int_eq(s->changed, 0);
}
END_TEST

/* ---- The brake ------------------------------------------------------------------------------- */

/* The others are empty: their people are there when asked for, and nobody knows what that means. */
static void show_only_five_lists(void) {
    ck_assert(sim_faults_clear(s->sim));
    ck_assert(sim_fault(s->sim,
                        "{\"path\":\"/cgi-bin/user/list\",\"kind\":\"body\",\"skip\":5,"
                        "\"times\":0,\"body\":\"{\\\"errcode\\\":0,\\\"userlist\\\":[]}\"}"));
}

START_TEST(more_than_a_fifth_and_more_than_ten_are_not_withdrawn_for_being_absent) {
    begin_many("100");
    one_by_one();
    show_only_five_lists();
    synced_whole(s);
    ck_assert_int_eq(synced_count(s, STORE_OUT_OF_RANGE), 0);
    ck_assert_int_gt((int)s->result.pending, 50);
    ck_assert_int_eq(synced_says(s, "3 synchronization would withdraw too many"), 1);
    ck_assert_str_ne(s->result.pending_names[0], "");
    show_only_five_lists();
    synced_whole(s); /* nor the next time; it is not told all the time */
    ck_assert_int_eq(synced_count(s, STORE_OUT_OF_RANGE), 0);
    ck_assert_int_eq(synced_says(s, "would withdraw too many"), 0);
    s->skew_s = 3700;
    show_only_five_lists();
    synced_whole(s);
    ck_assert_int_eq(synced_says(s, "would withdraw too many"), 1);
    ck_assert(sim_faults_clear(s->sim));
    synced_whole(s);
    ck_assert_uint_eq(s->result.pending, 0);
}
END_TEST

START_TEST(behind_the_brake_those_whom_wecom_shows_as_gone_go) {
    begin_many("100");
    hide(1, 60, "1");
    see("\"departments\":[2,3,4,5,6],\"tags\":[],\"users\":[]");
    synced_whole(s);
    ck_assert_int_eq(synced_says(s, "would withdraw too many"), 1);
    ck_assert_uint_eq(s->result.pending, 0); /* 60011 for each of them */
    ck_assert_int_gt(synced_count(s, STORE_OUT_OF_RANGE), 50);
}
END_TEST

START_TEST(behind_the_brake_those_who_cannot_be_asked_for_wait_for_the_administrator) {
    struct store_account a;
    int active;

    begin_many("100");
    active = synced_count(s, STORE_ACTIVE);
    see("\"departments\":[2],\"tags\":[],\"users\":[]");
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\","
                                "\"errcode\":99999,\"times\":0}"));
    synced_whole(s);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), active);
    ck_assert_int_gt((int)s->result.pending, 80);
    ck_assert(synced_find(s, "user000001", &a));
    ck_assert(!a.confirmed_by_sync); /* the table's time is not theirs any more */
    s->accepted = s->result.pending;
    synced_whole(s);
    ck_assert_int_lt(synced_count(s, STORE_ACTIVE), 20);
    ck_assert_uint_eq(s->result.pending, 0);
    ck_assert_int_eq(synced_state(s, "user000001"), STORE_OUT_OF_RANGE);
}
END_TEST

START_TEST(what_the_administrator_accepted_does_not_let_more_go) {
    int active;

    begin_many("100");
    active = synced_count(s, STORE_ACTIVE);
    see("\"departments\":[2],\"tags\":[],\"users\":[]");
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\","
                                "\"errcode\":99999,\"times\":0}"));
    s->accepted = 30;
    synced_whole(s);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), active);
}
END_TEST

START_TEST(a_fifth_or_ten_people_are_no_reason_to_brake) {
    begin_many("100");
    hide(1, 15, "6");
    see("\"departments\":[2,3,4,5,100000,100001],\"tags\":[],\"users\":[]");
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\","
                                "\"errcode\":99999,\"times\":0}"));
    synced_whole(s);
    ck_assert_int_eq(synced_says(s, "would withdraw too many"), 0);
    ck_assert_int_eq(synced_state(s, "user000001"), STORE_OUT_OF_RANGE);
    ck_assert_uint_eq(s->result.pending, 0);
}
END_TEST

START_TEST(an_empty_range_withdraws_nobody_by_itself) {
    begin(); /* ten people only */
    see(NOBODY);
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\","
                                "\"errcode\":99999,\"times\":0}"));
    synced_whole(s);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 10);
    ck_assert_uint_eq(s->result.pending, 10);
    ck_assert(sim_faults_clear(s->sim));
    synced_whole(s); /* now WeCom says it of each of them */
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 0);
}
END_TEST

START_TEST(many_leavers_below_the_brake_are_withdrawn_first_and_then_asked_for) {
    begin_many("300");
    hide(1, 40, "6");
    see("\"departments\":[2,3,4,5,100000,100009,100018,100027],\"tags\":[],\"users\":[]");
    delete_member("user000001");
    /* of the forty one comes back while he is asked for: by name */
    see("\"departments\":[2,3,4,5,100000,100009,100018,100027],\"tags\":[],\"users\":[]");
    synced_whole(s);
    ck_assert_int_eq(synced_says(s, "would withdraw too many"), 0);
    ck_assert_int_eq(synced_state(s, "user000001"), STORE_DELETED);
    ck_assert_int_eq(synced_state(s, "user000040"), STORE_OUT_OF_RANGE);
    ck_assert_int_eq(synced_state(s, "user000041"), STORE_ACTIVE);
}
END_TEST

/* ---- Parts that failed ----------------------------------------------------------------------- */

START_TEST(with_a_part_unread_only_wecoms_word_about_a_person_withdraws) {
    struct store_account a;

    begin();
    one_by_one();
    s->table_time_s = 5000;
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/list\",\"kind\":\"errcode\",\"skip\":2,"
                                "\"errcode\":45029}"));                          /* department 4 */
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[6]}"));   /* gone for sure */
    ck_assert(sim_member(s->sim, "{\"userid\":\"wangwu\",\"department\":[6]}")); /* who knows */
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_PARTLY);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_OUT_OF_RANGE);
    ck_assert(synced_find(s, "wangwu", &a));
    ck_assert_int_eq(a.state, STORE_ACTIVE);
    ck_assert(!a.confirmed_by_sync);
    ck_assert_int_eq(a.confirmed_s, 5000); /* the table's time as it was when he was seen */
    ck_assert(synced_find(s, "zhangsan", &a));
    ck_assert(a.confirmed_by_sync);
    ck_assert_int_gt(s->confirmed_s, 5000);
}
END_TEST

START_TEST(who_cannot_be_asked_for_with_a_part_unread_stays) {
    begin();
    one_by_one();
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/list\",\"kind\":\"errcode\",\"skip\":2,"
                                "\"errcode\":45029}"));
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\","
                                "\"errcode\":99999,\"times\":0}"));
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[6]}"));
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_PARTLY);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 10);
}
END_TEST

START_TEST(in_a_whole_round_absence_counts_also_where_wecom_cannot_be_asked) {
    begin();
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000002,\"visible\":{\"departments\":[2,4],"
                              "\"tags\":[],\"users\":[]}}"));
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\","
                                "\"errcode\":99999,\"times\":0}"));
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "sunqi"), STORE_OUT_OF_RANGE);
    ck_assert_int_eq(synced_state(s, "zhaoliu"), STORE_OUT_OF_RANGE);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 8);
}
END_TEST

START_TEST(a_single_person_who_cannot_be_read_stays) {
    struct store_account a;

    begin();
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\","
                                "\"errcode\":99999,\"times\":0}"));
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_PARTLY);
    ck_assert(synced_find(s, "sunqi", &a));
    ck_assert_int_eq(a.state, STORE_ACTIVE);
    ck_assert(!a.confirmed_by_sync);
    ck_assert_int_eq(synced_says(s, "part='member' name='sunqi'"), 1);
}
END_TEST

/* ---- Renames --------------------------------------------------------------------------------- */

START_TEST(a_leaver_and_a_newcomer_of_one_name_are_told_and_not_merged) {
    struct store_account old, fresh;

    begin();
    delete_member("lisi");
    ck_assert(sim_member(s->sim, "{\"userid\":\"li.si2\",\"name\":\"\xE6\x9D\x8E\xE5\x9B\x9B\","
                                 "\"department\":[2]}"));
    ck_assert(sim_member(s->sim, "{\"userid\":\"nobody2\",\"name\":\"\",\"department\":[2]}"));
    synced_whole(s);
    ck_assert_int_eq(synced_says(s, "4 probable rename"), 1);
    ck_assert_int_eq(synced_says(s, "old='lisi' new='li.si2' same='name'"), 1);
    ck_assert(synced_find(s, "lisi", &old) && synced_find(s, "li.si2", &fresh));
    ck_assert_str_ne(old.id, fresh.id);
    ck_assert_uint_ne(old.uid, fresh.uid);
    synced_whole(s);
    ck_assert_int_eq(synced_says(s, "probable rename"), 0);
}
END_TEST

static enum wecom_error give_mobile(void *arg, struct store_tx *tx) {
    struct store_account *a = arg;

    return store_update(tx, a);
}

START_TEST(an_equal_phone_is_told_where_it_is_known) {
    struct store_account a;

    begin();
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000002,\"created_before_2022\":true}"));
    ck_assert(synced_find(s, "lisi", &a));
    (void)stpcpy(a.mobile, "13800000002");
    ck_assert_int_eq(store_run(s->store, STORE_WRITE, give_mobile, &a), WECOM_OK);
    delete_member("lisi");
    ck_assert(sim_member(s->sim, "{\"userid\":\"neu\",\"name\":\"Neu\",\"department\":[2],"
                                 "\"mobile\":\"138 0000 0002\"}"));
    synced_whole(s);
    ck_assert_int_eq(synced_says(s, "old='lisi' new='neu' same='phone'"), 1);
}
END_TEST

Suite *suite(void) {
    Suite *suite_ = suite_create("sync_missing");
    TCase *t = tcase_create("sync_missing");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, who_left_the_range_is_out_of_range_and_comes_back_with_name_and_number);
    tcase_add_test(t, who_was_deleted_is_deleted_and_held_when_the_userid_comes_back);
    tcase_add_test(t, who_was_out_of_range_for_long_and_is_deleted_then_is_found_out);
    tcase_add_test(t, who_is_there_by_wecoms_own_word_stays_and_counts_by_that_word);
    tcase_add_test(t, who_has_no_unix_name_is_not_withdrawn_for_being_invisible_here);
    tcase_add_test(t, more_than_a_fifth_and_more_than_ten_are_not_withdrawn_for_being_absent);
    tcase_add_test(t, behind_the_brake_those_whom_wecom_shows_as_gone_go);
    tcase_add_test(t, behind_the_brake_those_who_cannot_be_asked_for_wait_for_the_administrator);
    tcase_add_test(t, what_the_administrator_accepted_does_not_let_more_go);
    tcase_add_test(t, a_fifth_or_ten_people_are_no_reason_to_brake);
    tcase_add_test(t, an_empty_range_withdraws_nobody_by_itself);
    tcase_add_test(t, many_leavers_below_the_brake_are_withdrawn_first_and_then_asked_for);
    tcase_add_test(t, with_a_part_unread_only_wecoms_word_about_a_person_withdraws);
    tcase_add_test(t, who_cannot_be_asked_for_with_a_part_unread_stays);
    tcase_add_test(t, in_a_whole_round_absence_counts_also_where_wecom_cannot_be_asked);
    tcase_add_test(t, a_single_person_who_cannot_be_read_stays);
    tcase_add_test(t, a_leaver_and_a_newcomer_of_one_name_are_told_and_not_merged);
    tcase_add_test(t, an_equal_phone_is_told_where_it_is_known);
    suite_add_tcase(suite_, t);
    return suite_;
}
