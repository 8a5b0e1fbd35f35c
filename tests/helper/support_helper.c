/* A whole helper inside the test. */
#include "tests/helper/support_helper.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/cards.h"
#include "helper/courier.h"
#include "helper/dispatch.h"
#include "helper/links.h"
#include "helper/log.h"
#include "helper/message_urls.h"
#include "helper/outage.h"
#include "helper/people.h"
#include "helper/pins.h"
#include "helper/remember.h"
#include "helper/throttle.h"
#include "helper/web_event.h"
#include "helper/web_home.h"
#include "tests/helper/support.h"

static bool reload(struct helper *helper) {
    struct inner_helper *inner =
        (struct inner_helper *)((char *)helper - offsetof(struct inner_helper, helper));

    inner->reloads++;
    return true;
}

static int64_t wall_s(void) {
    return inner_helper_wall_s;
}

int64_t inner_helper_wall_s = 1700000000;

static int64_t wall_ms(void *self) {
    (void)self;
    return inner_helper_wall_s * 1000;
}

/* As if its files had been read. */
static void give_secrets(struct config_app *app) {
    ck_assert_int_eq(secret_set(&app->secret, "SECRET", 6), WECOM_OK);
    if (!config_has_callback(app))
        return;
    ck_assert_int_eq(
        secret_set(&app->callback_token, INNER_HELPER_TOKEN, strlen(INNER_HELPER_TOKEN)), WECOM_OK);
    ck_assert_int_eq(secret_set(&app->callback_aes_key, INNER_HELPER_KEY, strlen(INNER_HELPER_KEY)),
                     WECOM_OK);
}

struct inner_helper *inner_helper_new(const char *services) {
    struct inner_helper *inner = calloc(1, sizeof *inner);
    char why[1024] = "";
    struct config *config;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    ck_assert(inner != NULL && out != NULL);
    log_open("test", true, LOG_EMERG);
    inner->state_dir = support_directory();
    inner->now.ms = 9000000;
    inner->served = served_new(services, dispatch_message, &inner->helper);
    inner->sender = fake_sender_new(inner->served->base);
    /* the same once more, for the setup to own */
    (void)fputs("[app main]\ncorp_id = ww1\nagent_id = 1000002\nsecret_file = /n\n", out);
    if (strstr(services, "[accounts]") == NULL)
        (void)fprintf(out, "[accounts]\ntable = %s/accounts.cdb\n", inner->state_dir);
    for (const char *c = services; *c != '\0'; c++) {
        if (*c == '$')
            (void)fputs(inner->served->directory, out);
        else
            (void)fputc(*c, out);
    }
    (void)fclose(out);
    config = support_config(text);
    free(text);
    for (size_t i = 0; i < config->apps_count; i++)
        give_secrets(&config->apps[i]);
    inner->helper = (struct helper){.base = inner->served->base,
                                    .clock = fake_clock(&inner->now),
                                    .server = inner->served->server,
                                    .wall_s = wall_s,
                                    .reload = reload};
    (void)snprintf(inner->helper.state_dir, sizeof inner->helper.state_dir, "%s", inner->state_dir);
    inner->helper.people = people_new(&inner->helper);
    inner->helper.store = store_open(inner->state_dir, inner->helper.base, why, sizeof why);
    ck_assert_msg(inner->helper.store != NULL, "%s", why);
    inner->helper.client =
        client_new(inner->helper.base, fake_sender_of(inner->sender), inner->helper.clock);
    inner->helper.members = members_new(inner->helper.clock);
    inner->helper.codes = codes_new();
    inner->helper.pins = pins_new();
    inner->helper.links = links_new();
    inner->helper.courier = courier_new(&inner->helper);
    inner->helper.cards = cards_new(&inner->helper);
    inner->helper.message_urls = message_urls_new();
    inner->helper.web_events = web_events_new(&inner->helper);
    inner->helper.homes = web_home_new(&inner->helper);
    inner->helper.outages = outages_new(inner->helper.base, inner->helper.clock);
    inner->helper.remember = remember_new();
    inner->helper.throttle =
        throttle_open(NULL,
                      (struct throttle_clock){.now_ms = inner->helper.clock.now_ms,
                                              .wall_ms = wall_ms,
                                              .self = inner->helper.clock.self},
                      why, sizeof why);
    inner->helper.setup = setup_new(inner->helper.client, config, NULL);
    inner->helper.tries = tries_new(inner->helper.clock);
    inner->helper.handed = handed_new(inner->helper.client, inner->served->directory);
    ck_assert(inner->helper.members != NULL && inner->helper.codes != NULL &&
              inner->helper.setup != NULL && inner->helper.tries != NULL &&
              inner->helper.handed != NULL);
    return inner;
}

void inner_helper_free(struct inner_helper *inner) {
    server_free(inner->served->server);
    inner->served->server = NULL;
    ck_assert_uint_eq(inner->helper.waiting, 0);
    outages_free(inner->helper.outages);
    remember_free(inner->helper.remember);
    courier_free(inner->helper.courier);
    cards_free(inner->helper.cards);
    web_events_free(inner->helper.web_events);
    web_home_free(inner->helper.homes);
    people_free(inner->helper.people);
    members_free(inner->helper.members);
    for (size_t i = 0; i < inner->helper.setup->config->apps_count; i++)
        client_app_retire(inner->helper.setup->apps[i]);
    setup_unref(inner->helper.setup);
    handed_free(inner->helper.handed);
    tries_free(inner->helper.tries);
    codes_free(inner->helper.codes);
    pins_free(inner->helper.pins);
    links_free(inner->helper.links);
    message_urls_free(inner->helper.message_urls);
    throttle_close(inner->helper.throttle);
    client_free(inner->helper.client);
    store_close(inner->helper.store);
    support_remove(inner->state_dir);
    ck_assert_uint_eq(fake_waiting(inner->sender, ""), 0);
    fake_sender_free(inner->sender);
    served_free(inner->served);
    free(inner);
}

void inner_helper_token(struct inner_helper *inner, const char *part) {
    static const char gettoken[] = "/cgi-bin/gettoken?";

    for (int i = 0; i < 1000 && fake_waiting(inner->sender, part) == 0; i++) {
        if (fake_waiting(inner->sender, gettoken) > 0)
            fake_answer(inner->sender, gettoken, 200,
                        "{\"access_token\":\"t\",\"expires_in\":7200}");
        else
            ck_assert_int_ge(event_base_loop(inner->served->base, EVLOOP_ONCE), 0);
    }
    ck_assert_uint_gt(fake_waiting(inner->sender, part), 0);
}

void inner_helper_result(struct inner_helper *inner, int host, struct wire_message *m,
                         const char *verdict, const char *reason) {
    ck_assert(served_receive(inner->served, host, m));
    ck_assert_int_eq(m->verb, WIRE_RESULT);
    ck_assert_msg(strcmp(wire_get(m, WIRE_F_VERDICT), verdict) == 0 &&
                      (reason == NULL) == (wire_get(m, WIRE_F_REASON) == NULL) &&
                      (reason == NULL || strcmp(wire_get(m, WIRE_F_REASON), reason) == 0),
                  "%s %s instead of %s %s", wire_get(m, WIRE_F_VERDICT), wire_get(m, WIRE_F_REASON),
                  verdict, reason);
    (void)close(host);
}
