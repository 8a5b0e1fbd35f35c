/* A web host hands over keys: what WeCom must say before they are kept, and what is told. */
#include "helper/app_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "helper/texts.h"
#include "tests/check_main.h"
#include "tests/helper/support_helper.h"

#define GETTOKEN "/cgi-bin/gettoken?"
#define AGENT_GET "/cgi-bin/agent/get?"
#define TOKEN "{\"access_token\":\"t1\",\"expires_in\":7200}"
#define AGENT "{\"errcode\":0,\"agentid\":1000002,\"name\":\"N\",\"close\":0}"

static struct inner_helper *inner;
static struct wire_message *m;
static int fd;

static void setup(void) {
    inner = inner_helper_new("[service nb]\nmethods = code\naccount = no\nset_app = yes\n"
                             "socket = $/nb.sock\n"
                             "[service crm]\nmethods = code\naccount = no\nset_app = yes\n"
                             "[service bin]\nmethods = code\naccount = no\nset_app = yes\n"
                             "callers = bin\n"
                             "[service shut]\nmethods = code\naccount = no\n");
    m = wire_new(WIRE_NO_VERB);
    fd = -1;
}

static void teardown(void) {
    if (fd >= 0)
        (void)close(fd);
    inner_helper_free(inner);
    wire_free(m);
}

static void open_set(const char *service, const char *name, const char *corp, const char *agent_id,
                     const char *secret) {
    fd = served_dial(inner->served, "login.sock");
    served_say(fd, WIRE_APP_SET, WIRE_F_SERVICE, service, WIRE_F_APP, name, WIRE_F_CORP, corp,
               WIRE_F_AGENT_ID, agent_id, WIRE_F_SECRET, secret, WIRE_F_COMPANY, "C",
               WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, fd, m));
    ck_assert_int_eq(m->verb, WIRE_READY);
}

static void open_good(void) {
    open_set("nb", "x", "ww2", "1000002", "S");
}

static void ends(const char *verdict, const char *reason) {
    const char *got;

    ck_assert(served_receive(inner->served, fd, m));
    ck_assert_int_eq(m->verb, WIRE_RESULT);
    got = wire_get(m, WIRE_F_REASON);
    ck_assert_str_eq(wire_get(m, WIRE_F_VERDICT), verdict);
    ck_assert_str_eq(got != NULL ? got : "", reason);
    if (strcmp(verdict, "granted") != 0)
        ck_assert_ptr_nonnull(wire_get(m, WIRE_F_MESSAGE));
    (void)close(fd);
    fd = -1;
}

static struct client_app *found(void) {
    return handed_find(inner->helper.handed, "nb", "x");
}

START_TEST(keys_that_wecom_takes_are_kept) {
    open_good();
    ck_assert_ptr_nonnull(
        strstr(fake_await(inner->sender, GETTOKEN)->url, "gettoken?corpid=ww2&corpsecret=S"));
    fake_answer(inner->sender, GETTOKEN, 200, TOKEN);
    ck_assert_ptr_nonnull(
        strstr(fake_await(inner->sender, AGENT_GET)->url, "access_token=t1&agentid=1000002"));
    ck_assert_ptr_null(found());
    fake_answer(inner->sender, AGENT_GET, 200, AGENT);
    ends("granted", "");
    ck_assert_ptr_null(wire_get(m, WIRE_F_MESSAGE));
    ck_assert_ptr_nonnull(found());
    ck_assert_str_eq(client_app_settings(found())->corp_id, "ww2");
    ck_assert_str_eq(client_app_settings(found())->company, "C");
    ck_assert_int_eq(client_app_settings(found())->agent_id, 1000002);
}
END_TEST

/* NULL: not asked for. */
static const struct {
    const char *token, *agent, *verdict, *reason, *text, *cure;
} answers[] = {
    {"{\"errcode\":40001}", NULL, "denied", "config_secret", "set_app_refused",
     "handed_cure_secret"},
    {"{\"errcode\":40091}", NULL, "denied", "config_secret", "set_app_refused",
     "handed_cure_secret"},
    {"{\"errcode\":45031}", NULL, "denied", "config_secret", "set_app_refused",
     "handed_cure_secret_reset"},
    {"{\"errcode\":40013}", NULL, "denied", "config_corp", "set_app_refused", "handed_cure_corp"},
    {"{\"errcode\":301007}", NULL, "denied", "config_corp", "set_app_refused", "cure_corp_banned"},
    {"{\"errcode\":45009}", NULL, "unavailable", "wecom_rate_limited", "wecom_rate_limited", NULL},
    {"{\"errcode\":123456}", NULL, "unavailable", "internal", "internal", NULL},
    /* an address that gettoken minds has told nothing about the Secret */
    {"{\"errcode\":60020}", NULL, "denied", "config_ip", "set_app_refused", NULL},
    {TOKEN, "{\"errcode\":301002}", "denied", "config_agent", "set_app_refused",
     "handed_cure_agent"},
    {TOKEN, "{\"errcode\":40056}", "denied", "config_agent", "set_app_refused",
     "handed_cure_agent"},
    {TOKEN, "{\"errcode\":50003}", "denied", "config_agent", "set_app_refused", "cure_agent_off"},
    {TOKEN, "{\"errcode\":0,\"agentid\":1000002,\"name\":\"N\",\"close\":1}", "denied",
     "config_agent", "set_app_refused", "cure_agent_off"},
    {TOKEN, "{\"errcode\":48002}", "denied", "config_permission", "set_app_refused",
     "cure_permission"},
    {TOKEN, "{\"errcode\":0}", "unavailable", "internal", "internal", NULL},
    {TOKEN, "{\"errcode\":45009}", "unavailable", "wecom_rate_limited", "wecom_rate_limited", NULL},
};

/* The message is these sentences, Chinese first. */
static void reads(const char *text, const char *cure) {
    const char *message = wire_get(m, WIRE_F_MESSAGE), *en = strchr(message, '\n');
    size_t zh_begins = strcspn(texts_zh(text), "{"), en_begins = strcspn(texts_en(text), "{");

    ck_assert_ptr_nonnull(en);
    ck_assert_msg(strncmp(message, texts_zh(text), zh_begins) == 0, "%s", message);
    ck_assert_msg(strncmp(en + 1, texts_en(text), en_begins) == 0, "%s", message);
    ck_assert(text_is_utf8(message, strlen(message)));
    ck_assert_ptr_null(strchr(message, '{'));
    if (cure == NULL)
        return;
    ck_assert_msg(strstr(message, texts_zh(cure)) != NULL, "%s", message);
    ck_assert_msg(strstr(en, texts_en(cure)) != NULL, "%s", message);
}

START_TEST(what_wecom_does_not_take_is_told_and_not_kept) {
    open_good();
    fake_answer(inner->sender, GETTOKEN, 200, answers[_i].token);
    if (answers[_i].agent != NULL)
        fake_answer(inner->sender, AGENT_GET, 200, answers[_i].agent);
    ends(answers[_i].verdict, answers[_i].reason);
    reads(answers[_i].text, answers[_i].cure);
    ck_assert_ptr_null(found());
    ck_assert_uint_eq(fake_begun(inner->sender, AGENT_GET), answers[_i].agent != NULL);
}
END_TEST

START_TEST(an_address_that_is_not_trusted_yet_is_no_refusal) {
    open_good();
    fake_answer(inner->sender, GETTOKEN, 200, TOKEN);
    fake_answer(inner->sender, AGENT_GET, 200,
                "{\"errcode\":60020,\"errmsg\":\"not allow to access from your ip, hint: [1], from "
                "ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/\"}");
    ends("granted", "config_ip");
    ck_assert_ptr_nonnull(found());
    ck_assert_ptr_nonnull(strstr(wire_get(m, WIRE_F_MESSAGE), "203.0.113.7"));
    ck_assert_ptr_nonnull(strstr(wire_get(m, WIRE_F_MESSAGE), "The keys are kept."));
    ck_assert_ptr_nonnull(strstr(wire_get(m, WIRE_F_MESSAGE), "Add the address 203.0.113.7"));
}
END_TEST

START_TEST(no_message_is_longer_than_the_wire_takes) {
    static const char *const texts[] = {"set_app_refused", "set_app_odd", "set_app_ip"};
    static const char *const cures[] = {
        "handed_cure_secret", "handed_cure_secret_reset", "handed_cure_corp",
        "handed_cure_agent",  "cure_agent_off",           "cure_permission",
        "cure_unused",        "cure_corp_banned",         "cure_ip"};

    for (size_t t = 0; t < 3; t++) {
        for (size_t c = 0; c < sizeof cures / sizeof cures[0]; c++)
            ck_assert_uint_lt(strlen(texts_zh(texts[t])) + strlen(texts_zh(cures[c])) +
                                  strlen(texts_en(texts[t])) + strlen(texts_en(cures[c])) + 4 * 48,
                              1024);
    }
}
END_TEST

static const struct {
    enum http_outcome outcome;
    bool agent, counts; /* at agent/get; it counts as wrong */
} failures[] = {
    {HTTP_NO_NAME, false, false},
    {HTTP_NO_TLS, false, false},
    {HTTP_NO_TLS, true, false},
    {HTTP_FAILED, false, false},
};

START_TEST(without_an_answer_nothing_is_kept) {
    for (int i = 0; i < TRIES_MOST + 1; i++) {
        open_good();
        if (failures[_i].agent)
            fake_answer(inner->sender, GETTOKEN, 200, TOKEN);
        fake_fail(inner->sender, failures[_i].agent ? AGENT_GET : GETTOKEN, failures[_i].outcome,
                  "no");
        ends("unavailable", "wecom_unreachable");
        reads("wecom_unreachable", NULL);
    }
    ck_assert_ptr_null(found());
}
END_TEST

START_TEST(what_refuses_without_asking_wecom) {
    static const struct {
        const char *service, *name, *corp, *agent_id, *secret, *reason, *text;
    } rows[] = {
        {"shut", "x", "ww2", "1", "S", "not_allowed", "set_app_off"},
        {"unknown", "x", "ww2", "1", "S", "not_allowed", "set_app_off"},
        {"bin", "x", "ww2", "1", "S", "not_allowed", "set_app_off"},
        {"nb", "main", "ww2", "1", "S", "not_allowed", "set_app_taken"},
        {"nb", ".x", "ww2", "1", "S", "not_allowed", "set_app_name"},
        {"nb", "-x", "ww2", "1", "S", "not_allowed", "set_app_name"},
        {"nb", "x", "w.w", "1", "S", "config_corp", "set_app_odd"},
        {"nb", "x", "ww2", "0", "S", "config_agent", "set_app_odd"},
        {"nb", "x", "ww2", "1", "two words", "config_secret", "set_app_odd"},
        {"nb", "x", "ww2", "1", "tab\t", "config_secret", "set_app_odd"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_set(rows[i].service, rows[i].name, rows[i].corp, rows[i].agent_id, rows[i].secret);
        ends("denied", rows[i].reason);
        reads(rows[i].text, NULL);
    }
    ck_assert_uint_eq(fake_begun(inner->sender, ""), 0);
    /* none of them counted as a try */
    for (int i = 0; i < TRIES_MOST; i++)
        ck_assert(tries_begin(inner->helper.tries, "nb"));
    for (int i = 0; i < TRIES_MOST; i++)
        tries_end(inner->helper.tries, "nb", false);
}
END_TEST

static void take_good(const char *service, const char *name, const char *secret) {
    open_set(service, name, "ww2", "1000002", secret);
    fake_answer(inner->sender, GETTOKEN, 200, TOKEN);
    fake_answer(inner->sender, AGENT_GET, 200, AGENT);
}

START_TEST(new_keys_take_effect_when_wecom_takes_them_and_not_before) {
    struct client_app *old;

    take_good("nb", "x", "S");
    ends("granted", "");
    old = found();
    open_set("nb", "x", "ww2", "1000002", "WRONG");
    fake_answer(inner->sender, GETTOKEN, 200, "{\"errcode\":40001}");
    ends("denied", "config_secret");
    ck_assert_ptr_eq(found(), old);
    ck_assert_str_eq(client_app_settings(found())->secret.bytes, "S");
    take_good("nb", "x", "T");
    ends("granted", "");
    ck_assert_str_eq(client_app_settings(found())->secret.bytes, "T");
}
END_TEST

START_TEST(a_name_belongs_to_whoever_was_first) {
    int first, second;

    open_set("nb", "x", "ww2", "1000002", "S");
    first = fd;
    open_set("crm", "x", "ww2", "1000002", "S");
    second = fd;
    fake_answer(inner->sender, GETTOKEN, 200, TOKEN);
    fake_answer(inner->sender, AGENT_GET, 200, AGENT);
    fake_answer(inner->sender, GETTOKEN, 200, TOKEN);
    fake_answer(inner->sender, AGENT_GET, 200, AGENT);
    fd = first;
    ends("granted", "");
    fd = second;
    ends("denied", "not_allowed");
    reads("set_app_taken", NULL);
    ck_assert_ptr_null(handed_find(inner->helper.handed, "crm", "x"));
    open_set("crm", "x", "ww2", "1000002", "S");
    ends("denied", "not_allowed");
}
END_TEST

START_TEST(ten_wrong_ones_are_enough) {
    for (int i = 0; i < TRIES_MOST; i++) {
        open_good();
        if (i % 2 == 0) {
            fake_answer(inner->sender, GETTOKEN, 200, "{\"errcode\":40001}");
            ends("denied", "config_secret");
        } else {
            fake_answer(inner->sender, GETTOKEN, 200, TOKEN);
            fake_answer(inner->sender, AGENT_GET, 200, "{\"errcode\":301002}");
            ends("denied", "config_agent");
        }
    }
    open_good();
    ends("denied", "too_many_tries");
    reads("set_app_too_many", NULL);
    ck_assert_uint_eq(fake_begun(inner->sender, GETTOKEN), TRIES_MOST);
    take_good("crm", "x", "S"); /* another service has tries of its own */
    ends("granted", "");
    inner->now.ms += TRIES_WITHIN_MS;
    take_good("nb", "y", "S");
    ends("granted", "");
}
END_TEST

START_TEST(who_hangs_up_or_does_not_wait_has_had_a_try) {
    for (int i = 0; i < TRIES_MOST; i++) {
        open_good();
        (void)fake_await(inner->sender, GETTOKEN);
        if (i % 2 == 0) {
            (void)close(fd);
            fd = -1;
            while (server_peers(inner->helper.server) > 0)
                ck_assert_int_eq(event_base_loop(inner->served->base, EVLOOP_ONCE), 0);
        } else { /* lost, and asked once more */
            fake_fail(inner->sender, GETTOKEN, HTTP_LOST, "lost");
            fake_fail(inner->sender, GETTOKEN, HTTP_LOST, "lost");
            ends("unavailable", "wecom_unreachable");
        }
        ck_assert_uint_eq(fake_waiting(inner->sender, ""), 0);
    }
    open_good();
    ends("denied", "too_many_tries");
    ck_assert_ptr_null(found());
}
END_TEST

START_TEST(keys_that_cannot_be_written_are_not_used) {
    char *apps = support_path(inner->served->directory, "apps");

    support_write(apps, 0600, "x", 1);
    take_good("nb", "x", "S");
    ends("unavailable", "internal");
    reads("set_app_disk", NULL);
    ck_assert_ptr_null(found());
    ck_assert_int_eq(unlink(apps), 0);
    free(apps);
}
END_TEST

START_TEST(only_its_own_service_can_be_served_at_a_service_s_socket) {
    for (int own = 0; own < 2; own++) {
        fd = served_dial(inner->served, "nb.sock");
        served_say(fd, WIRE_APP_SET, WIRE_F_SERVICE, own ? "nb" : "crm", WIRE_F_APP, "x",
                   WIRE_F_CORP, "ww2", WIRE_F_AGENT_ID, "1", WIRE_F_SECRET, "S", WIRE_FIELD_COUNT);
        ck_assert(served_receive(inner->served, fd, m));
        if (own) {
            fake_answer(inner->sender, GETTOKEN, 200, TOKEN);
            fake_answer(inner->sender, AGENT_GET, 200, AGENT);
        }
        ends(own ? "granted" : "denied", own ? "" : "not_allowed");
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("app_set");
    TCase *t = tcase_create("app_set");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, keys_that_wecom_takes_are_kept);
    tcase_add_loop_test(t, what_wecom_does_not_take_is_told_and_not_kept, 0,
                        SUPPORT_COUNT(answers));
    tcase_add_test(t, an_address_that_is_not_trusted_yet_is_no_refusal);
    tcase_add_test(t, no_message_is_longer_than_the_wire_takes);
    tcase_add_loop_test(t, without_an_answer_nothing_is_kept, 0, SUPPORT_COUNT(failures));
    tcase_add_test(t, what_refuses_without_asking_wecom);
    tcase_add_test(t, new_keys_take_effect_when_wecom_takes_them_and_not_before);
    tcase_add_test(t, a_name_belongs_to_whoever_was_first);
    tcase_add_test(t, ten_wrong_ones_are_enough);
    tcase_add_test(t, who_hangs_up_or_does_not_wait_has_had_a_try);
    tcase_add_test(t, keys_that_cannot_be_written_are_not_used);
    tcase_add_test(t, only_its_own_service_can_be_served_at_a_service_s_socket);
    suite_add_tcase(s, t);
    return s;
}
