/* Does WeCom know somebody of that name? Questions in the background, that nobody waits for. */
#include <stdio.h>
#include <stdlib.h>

#include "helper/people_internal.h"

struct people_lookup {
    struct people_lookup *next, **link;
    struct people *people;
    struct setup *setup;
    struct client_app *app;
    struct members_watch *watch;
    char userid[WECOM_USERID_MAX_BYTES + 1];
};

static void free_lookup(struct people_lookup *l) {
    *l->link = l->next;
    if (l->next != NULL)
        l->next->link = l->link;
    members_drop(l->watch);
    setup_unref(l->setup);
    client_app_unref(l->app);
    free(l);
}

static void on_looked_up(void *arg, const struct members_answer *said) {
    struct people_lookup *l = arg;

    l->watch = NULL;
    people_note_for(l->people, l->setup, l->app, l->userid, said);
    free_lookup(l);
}

static bool may_look_up(struct people *people) {
    int64_t now = helper_now_ms(people->helper);

    if (now - people->minute_ms >= 60000) {
        people->minute_ms = now;
        people->in_minute = 0;
    }
    return people->in_minute++ < PEOPLE_LOOKUPS_PER_MIN;
}

static void look_up(struct people *people, struct setup *setup, struct client_app *app,
                    const char *userid) {
    struct people_lookup *l = calloc(1, sizeof *l);

    if (l == NULL)
        return;
    l->people = people;
    l->setup = setup_ref(setup);
    l->app = client_app_ref(app);
    (void)snprintf(l->userid, sizeof l->userid, "%s", userid);
    l->next = people->lookups;
    l->link = &people->lookups;
    if (l->next != NULL)
        l->next->link = &l->next;
    people->lookups = l;
    l->watch = members_ask(people->helper->members, app, l->userid, on_looked_up, l);
    if (l->watch == NULL)
        free_lookup(l);
}

void people_look_up(const struct request *r) {
    struct people *people = r->helper->people;
    const char *userid = people_guess(r);
    struct client_app *app = people_app(r->setup);

    if (userid != NULL && members_known(r->helper->members, app, userid) == NULL &&
        may_look_up(people))
        look_up(people, r->setup, app, userid);
}

void people_ask_anew(struct people *people, struct setup *setup, struct client_app *app,
                     const char *userid) {
    members_forget(people->helper->members, app, userid);
    look_up(people, setup, app, userid);
}

void people_end_lookups(struct people *people) {
    while (people->lookups != NULL)
        free_lookup(people->lookups);
}
