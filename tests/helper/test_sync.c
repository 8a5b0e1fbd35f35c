/* A round as a whole: whatever goes wrong in it, nobody is withdrawn for that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/deadline.h"
#include "tests/check_main.h"
#include "tests/helper/support_sync.h"

static struct synced *s;

/* Departments, a tag, people by name; rules by tag; and another application. */
#define RULES                                            \
    "group.dba-x = tag:7\n[service a]\nmethods = code\n" \
    "[service web]\nmethods = code\naccount = no\napp = other\nallow = department:2\n"

static void begin(void) {
    s = synced_new(RULES, NULL);
    synced_whole(s);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 10);
}

static void teardown(void) {
    if (s != NULL)
        synced_free(s);
    s = NULL;
}

static const char *const paths[] = {"agent/get", "department/simplelist", "tag/get", "user/list",
                                    "user/get"};

static const char *const kinds[] = {
    "\"kind\":\"errcode\",\"errcode\":-1",
    "\"kind\":\"errcode\",\"errcode\":45009",
    "\"kind\":\"errcode\",\"errcode\":45033",
    "\"kind\":\"errcode\",\"errcode\":45029",
    "\"kind\":\"errcode\",\"errcode\":60011",
    "\"kind\":\"errcode\",\"errcode\":60020",
    "\"kind\":\"errcode\",\"errcode\":40014",
    "\"kind\":\"errcode\",\"errcode\":48002",
    "\"kind\":\"errcode\",\"errcode\":50003",
    "\"kind\":\"http_status\",\"http_status\":502",
    "\"kind\":\"http_status\",\"http_status\":404",
    "\"kind\":\"close_before\"",
    "\"kind\":\"close_mid\"",
    "\"kind\":\"garbage\"",
    "\"kind\":\"truncated_json\"",
    "\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0,\\\"errmsg\\\":\\\"ok\\\"}\"",
    "\"kind\":\"body\",\"body\":\"{}\"",
    "\"kind\":\"body\",\"body\":\"[]\"",
    "\"kind\":\"body\",\"body\":\"\"",
    "\"kind\":\"huge_bytes\",\"huge_bytes\":9000000",
};

enum { PATHS = SUPPORT_COUNT(paths), KINDS = SUPPORT_COUNT(kinds) };

/* What WeCom answers about one person when asked about him is believed: 60011 is such a word. */
static bool is_a_word(int path, int kind) {
    return strcmp(paths[path], "user/get") == 0 && strstr(kinds[kind], "60011") != NULL;
}

START_TEST(no_fault_of_any_call_withdraws_anybody) {
    int path = _i % PATHS, kind = _i / PATHS;
    /* lists of people may be as long as they like: that many bytes of anything else are too many */
    bool fits = strcmp(paths[path], "user/list") == 0 && strstr(kinds[kind], "huge") != NULL;

    begin();
    ck_assert(
        sim_fault(s->sim, "{\"path\":\"/cgi-bin/%s\",%s,\"times\":0}", paths[path], kinds[kind]));
    synced_round(s);
    ck_assert_int_ne(s->result.end, SYNC_NO_END);
    if (is_a_word(path, kind)) {
        ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 8);
    } else if (fits) {
        ck_assert_int_eq(s->result.end, SYNC_WHOLE);
    } else {
        ck_assert_msg(synced_count(s, STORE_ACTIVE) == 10, "%s %s: %s", paths[path], kinds[kind],
                      s->log);
        ck_assert_int_ne(s->result.end, SYNC_WHOLE);
        ck_assert_str_ne(s->result.error, "");
        ck_assert_int_ge(synced_says(s, "3 cannot be read from WeCom"), 1);
    }
    ck_assert_int_eq(s->confirmed_s == 0, s->result.end == SYNC_STOPPED);
    ck_assert(sim_faults_clear(s->sim));
    synced_whole(s);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 10);
    ck_assert_str_eq(s->result.error, "");
}
END_TEST

/* A fault that goes away is not noticed at all: the same is asked again. */
static const char *const passing[] = {
    "\"kind\":\"errcode\",\"errcode\":-1,\"times\":4",
    "\"kind\":\"errcode\",\"errcode\":45009,\"times\":1",
    "\"kind\":\"errcode\",\"errcode\":45033,\"times\":4",
    "\"kind\":\"errcode\",\"errcode\":42001,\"times\":1",
    "\"kind\":\"http_status\",\"http_status\":503,\"times\":4",
    "\"kind\":\"close_mid\",\"times\":3",
    "\"kind\":\"garbage\",\"times\":1",
};

START_TEST(a_fault_that_passes_changes_nothing) {
    int path = _i % PATHS, kind = _i / PATHS;
    struct asker_limits limits = {.calls_per_min = 60000,
                                  .at_once = 1,
                                  .limited_ms = 10,
                                  .busy_ms = 10,
                                  .tries = 4,
                                  .lost_in_row = 3};

    begin();
    synced_limits(s, &limits);
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/%s\",%s}", paths[path], passing[kind]));
    synced_whole(s);
    ck_assert_int_eq(s->changed, 0);
    ck_assert_str_eq(s->log, "");
}
END_TEST

START_TEST(a_round_that_stops_half_way_keeps_what_was_learned_and_withdraws_nobody) {
    struct asker_limits limits = {.calls_per_min = 60000,
                                  .at_once = 1,
                                  .limited_ms = 10,
                                  .busy_ms = 10,
                                  .tries = 2,
                                  .lost_in_row = 1};

    begin();
    synced_limits(s, &limits);
    ck_assert(sim_member(s->sim, "{\"userid\":\"neu\",\"name\":\"N\",\"department\":[2]}"));
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[6]}"));
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/user/list\",\"kind\":\"errcode\",\"skip\":2,"
                                "\"errcode\":45009,\"times\":0}"));
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_STOPPED);
    ck_assert_int_eq(s->confirmed_s, 0);
    ck_assert_int_eq(synced_state(s, "neu"), STORE_ACTIVE);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_ACTIVE);
}
END_TEST

START_TEST(a_wrong_secret_stops_the_round_at_once) {
    begin();
    ck_assert(sim_option(s->sim, "{\"token_life_s\":1}"));
    ck_assert(sim_advance(s->sim, 8000));
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/gettoken\",\"kind\":\"errcode\","
                                "\"errcode\":40001,\"times\":0}"));
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_STOPPED);
    ck_assert_ptr_nonnull(strstr(s->result.error, "40001"));
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 10);
}
END_TEST

START_TEST(a_round_can_be_cancelled_at_any_moment) {
    begin();
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[6]}"));
    for (int steps = 0; steps < 200; steps++) {
        synced_start(s);
        for (int i = 0; i < steps && !s->done; i++)
            ck_assert_int_ge(event_base_loop(s->base, EVLOOP_ONCE), 0);
        if (s->done)
            break;
        sync_cancel(s->sync);
        s->sync = NULL;
        ck_assert_uint_eq(asker_waiting(s->asker), 0);
    }
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_OUT_OF_RANGE);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 9);
}
END_TEST

START_TEST(the_budget_holds_for_all_calls_of_a_round) {
    struct asker_limits limits = {.calls_per_min = 600,
                                  .at_once = 8,
                                  .limited_ms = 10,
                                  .busy_ms = 10,
                                  .tries = 2,
                                  .lost_in_row = 3};
    int64_t rush = 30; /* pace_rush(600) */
    const char *many[] = {"--generate", "400", NULL};

    s = synced_new("", many);
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000002,\"visible\":{\"departments\":[1],\"tags\":[],"
                              "\"users\":[]}}"));
    synced_limits(s, &limits);
    {
        int64_t begun = deadline_now_ms(), took;

        synced_whole(s);
        took = deadline_now_ms() - begun;
        ck_assert_int_gt(s->result.calls, 44);
        /* so many calls beyond the rush cannot have been quicker than ten a second */
        ck_assert_int_ge(took, (s->result.calls - rush - 1) * 100);
        ck_assert_int_eq(s->result.calls, sim_count(s->sim, "/cgi-bin/agent/get") +
                                              sim_count(s->sim, "/cgi-bin/department/simplelist") +
                                              sim_count(s->sim, "/cgi-bin/user/list"));
    }
}
END_TEST

START_TEST(progress_is_told) {
    struct sync_progress progress;
    bool read_members = false;

    begin();
    synced_start(s);
    while (!s->done) {
        ck_assert_int_ge(event_base_loop(s->base, EVLOOP_ONCE), 0);
        if (s->sync == NULL)
            continue;
        sync_progress(s->sync, &progress);
        ck_assert_int_ne(progress.phase, SYNC_RESTS);
        ck_assert_uint_le(progress.members, 14);
        read_members = read_members || progress.phase == SYNC_READS_MEMBERS;
    }
    ck_assert(read_members);
    ck_assert_uint_eq(s->result.members, 14);
    ck_assert_int_eq(s->result.calls, 11); /* 2 agents, 3 trees, 1 tag, 3 lists, 2 people */
}
END_TEST

START_TEST(without_accounts_only_directories_are_read) {
    s = synced_new("", NULL);
    {
        struct config *config = s->setup->config;

        config->accounts.wanted = false;
    }
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_WHOLE);
    ck_assert_int_eq(s->confirmed_s, 0);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 0);
}
END_TEST

Suite *suite(void) {
    Suite *suite_ = suite_create("sync");
    TCase *t = tcase_create("sync");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, no_fault_of_any_call_withdraws_anybody, 0, PATHS * KINDS);
    tcase_add_loop_test(t, a_fault_that_passes_changes_nothing, 0, PATHS * SUPPORT_COUNT(passing));
    tcase_add_test(t, a_round_that_stops_half_way_keeps_what_was_learned_and_withdraws_nobody);
    tcase_add_test(t, a_wrong_secret_stops_the_round_at_once);
    tcase_add_test(t, a_round_can_be_cancelled_at_any_moment);
    tcase_add_test(t, the_budget_holds_for_all_calls_of_a_round);
    tcase_add_test(t, progress_is_told);
    tcase_add_test(t, without_accounts_only_directories_are_read);
    suite_add_tcase(suite_, t);
    return suite_;
}
