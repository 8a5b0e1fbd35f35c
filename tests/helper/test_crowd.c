/* Everybody as the rules see him: the same answers from memory as from the store. */
#include "helper/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define APPS                                                      \
    "[app main]\ncorp_id = ww1\nagent_id = 7\nsecret_file = /s\n" \
    "[app other]\ncorp_id = ww1\nagent_id = 8\nsecret_file = /s\n"
#define RULES                                                                                  \
    APPS "[accounts]\ngroup.dev-x = department:20 tag:5\n"                                     \
         "[service all]\nmethods = code\n"                                                     \
         "[service dev]\nmethods = code\nallow = department:20 tag:5 user:boss\n"              \
         "[service some]\nmethods = code\nallow = department:10\ndeny = department:21 tag:6\n" \
         "[service web]\nmethods = code\naccount = no\napp = other\nallow = department:20\n"

static char *directory, *state;
static struct store *store;
static struct config *config;

static void setup(void) {
    char why[256];

    directory = support_directory();
    state = support_path(directory, "state");
    store = store_open(state, NULL, why, sizeof why);
    ck_assert_msg(store != NULL, "%s", why);
    config = support_config(RULES);
}

static void teardown(void) {
    config_free(config);
    store_close(store);
    support_remove(state);
    support_remove(directory);
}

static const struct store_department tree[] = {
    {1, 0}, {10, 1}, {20, 1}, {21, 20}, {22, 21}, {30, 31}, {31, 30} /* a ring */, {40, 99}};

struct fill {
    bool departments, tags;
};

static enum wecom_error fill(void *arg, struct store_tx *tx) {
    static const char *const five[] = {"Lisi", "wangwu"}, *const six[] = {"wangwu"};
    const struct fill *what = arg;
    enum wecom_error err;
    bool changed;

    err = store_put_departments(tx, "main", tree, sizeof tree / sizeof tree[0], &changed);
    if (err == WECOM_OK)
        err = store_put_tag(tx, "main", 5, five, 2, &changed);
    if (err == WECOM_OK)
        err = store_put_tag(tx, "main", 6, six, 1, &changed);
    if (err == WECOM_OK && what->departments)
        err = store_set_number(tx, "departments main", 1000);
    if (err == WECOM_OK && what->tags)
        err = store_set_number(tx, "tags main", 1000);
    return err;
}

static const char *const userids[] = {"lisi", "WangWu", "boss", "nobody"};
static const uint32_t ids[] = {1, 10, 20, 21, 22, 30, 40, 77};

/* Every person with every one and two departments: memory and store say the same. */
static enum wecom_error compare(void *arg, struct store_tx *tx) {
    static struct directory_person stored;
    struct crowd *crowd = crowd_new(config);

    (void)arg;
    ck_assert_int_eq(crowd_load(crowd, tx), WECOM_OK);
    for (size_t u = 0; u < 4; u++) {
        for (size_t i = 0; i < 8; i++) {
            for (size_t j = 0; j < 8; j++) {
                uint32_t departments[2] = {ids[i], ids[j]};
                size_t count = i == j ? 1 : 2;

                ck_assert_int_eq(
                    directory_person(tx, "main", userids[u], departments, count, &stored),
                    WECOM_OK);
                crowd_look_at(crowd, tx, userids[u], departments, count);
                for (size_t s = 0; s < 3; s++) {
                    const struct config_service *service = &config->services[s];

                    ck_assert_int_eq(
                        crowd_admits(crowd, service),
                        policy_admits(&service->allow, &service->deny, &stored.person));
                }
                ck_assert_int_eq(crowd_names(crowd, "main", &config->accounts.groups[0].members),
                                 policy_names(&config->accounts.groups[0].members, &stored.person));
                /* nothing is known of what the other one sees, but what he himself says */
                ck_assert_int_eq(crowd_admits(crowd, &config->services[3]),
                                 departments[0] == 20 || departments[count - 1] == 20
                                     ? POLICY_YES
                                     : POLICY_UNSURE);
            }
        }
    }
    ck_assert_int_eq(crowd_error(crowd), WECOM_OK);
    crowd_free(crowd);
    return WECOM_OK;
}

START_TEST(memory_says_what_the_store_says) {
    struct fill what = {_i & 1, _i & 2};

    ck_assert_int_eq(store_run(store, STORE_WRITE, fill, &what), WECOM_OK);
    ck_assert_int_eq(store_run(store, STORE_READ, compare, NULL), WECOM_OK);
}
END_TEST

START_TEST(what_was_put_by_hand_counts_like_what_was_loaded) {
    answer_userid names[] = {"Lisi"};
    uint32_t below[] = {20}, in_22[] = {22}, in_10[] = {10};
    struct answer_tag five = {.users = {names, 1}}, six = {.departments = {below, 1}};
    struct crowd *crowd = crowd_new(config);

    ck_assert(crowd_put_tree(crowd, "main", tree, sizeof tree / sizeof tree[0], true));
    ck_assert(crowd_put_tag(crowd, "main", 5, &five));
    ck_assert(crowd_put_tag(crowd, "main", 6, &six));
    crowd_look_at(crowd, NULL, "lisi", in_10, 1);
    ck_assert_int_eq(crowd_admits(crowd, &config->services[1]), POLICY_YES);
    /* tag 6 is known to be one of them, but not all tags are known */
    ck_assert_int_eq(crowd_admits(crowd, &config->services[2]), POLICY_UNSURE);
    ck_assert(crowd_tags_known(crowd, "main"));
    crowd_look_at(crowd, NULL, "lisi", in_10, 1);
    ck_assert_int_eq(crowd_admits(crowd, &config->services[2]), POLICY_YES);
    crowd_look_at(crowd, NULL, "x", in_22, 1); /* below 20 by 21: in tag 6 */
    ck_assert_int_eq(crowd_admits(crowd, &config->services[1]), POLICY_YES);
    ck_assert_int_eq(crowd_admits(crowd, &config->services[2]), POLICY_NO);
    crowd_free(crowd);
}
END_TEST

START_TEST(a_host_is_for_whom_any_of_its_services_admits_and_for_all_without_services) {
    struct config *open = support_config(APPS "[accounts]\n");
    struct config *closed = support_config(APPS "[service a]\nmethods = code\nallow = user:lisi\n"
                                                "[service b]\nmethods = code\napp = other\n"
                                                "allow = department:10\n"
                                                "[service web]\nmethods = code\naccount = no\n");
    struct crowd *all = crowd_new(open), *some = crowd_new(closed);
    uint32_t in_10[] = {10};

    crowd_look_at(all, NULL, "x", NULL, 0);
    ck_assert_int_eq(crowd_admits_host(all), POLICY_YES);
    crowd_look_at(some, NULL, "x", NULL, 0);
    ck_assert_int_eq(crowd_admits_host(some), POLICY_UNSURE);
    /* host accounts go by what the application of [accounts] sees, whatever signs them in */
    ck_assert(crowd_put_tree(some, "main", tree, sizeof tree / sizeof tree[0], true));
    crowd_look_at(some, NULL, "x", NULL, 0);
    ck_assert_int_eq(crowd_admits_host(some), POLICY_NO);
    crowd_look_at(some, NULL, "x", in_10, 1);
    ck_assert_int_eq(crowd_admits_host(some), POLICY_YES);
    crowd_look_at(some, NULL, "LiSi", NULL, 0);
    ck_assert_int_eq(crowd_admits_host(some), POLICY_YES);
    crowd_free(all);
    crowd_free(some);
    config_free(open);
    config_free(closed);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("crowd");
    TCase *t = tcase_create("crowd");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, memory_says_what_the_store_says, 0, 4);
    tcase_add_test(t, what_was_put_by_hand_counts_like_what_was_loaded);
    tcase_add_test(t, a_host_is_for_whom_any_of_its_services_admits_and_for_all_without_services);
    suite_add_tcase(s, t);
    return s;
}
