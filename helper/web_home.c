/* The application's own page.
 *
 * 1. It MUST be shown to the browser that came back from WeCom only, and tell of nobody else.
 * 2. Nothing is kept of who somebody is but for a reload: two people may share a browser.
 * 3. It lets nobody in anywhere.
 */
#include "helper/web_home.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/secret.h"
#include "helper/accounts.h"
#include "helper/links.h"
#include "helper/login.h"
#include "helper/people.h"
#include "helper/reasons.h"
#include "helper/web_page.h"
#include "helper/web_person.h"

enum { WAITING_BYTES = 4096 /* of the wire */ };

/* One browser. */
struct home {
    struct home *next;
    struct homes *homes;
    struct request request;              /* of no service and no host; its link is who it is */
    char pair[WECOM_LINK_MAX_BYTES + 1]; /* its link: whoever came back from WeCom */
    struct link *link;
    struct links_opener *opener;
    struct event *end;
    struct server_peer *peer; /* waits for its page */
    struct web_person *person;
    struct people_ticket *people;
    struct members_answer said;
    char login[WECOM_LOGIN_NAME_MAX_BYTES + 1]; /* "": has none */
};

struct homes {
    struct helper *helper;
    struct links *links;
    struct home *first; /* the newest one */
    size_t count;
};

struct homes *web_home_new(struct helper *helper) {
    struct homes *homes = calloc(1, sizeof *homes);

    if (homes == NULL)
        return NULL;
    homes->helper = helper;
    homes->links = links_new();
    if (homes->links == NULL) {
        free(homes);
        return NULL;
    }
    return homes;
}

static void close_home(struct home *home) {
    struct home **at = &home->homes->first;

    while (*at != home)
        at = &(*at)->next;
    *at = home->next;
    home->homes->count--;
    web_person_drop(home->person);
    people_drop(home->people);
    links_close(home->link);
    if (home->end != NULL)
        event_free(home->end);
    if (home->peer != NULL)
        web_page_show(home->peer, WECOM_PAGE_TRY_AGAIN);
    request_close(&home->request);
    free(home);
}

void web_home_free(struct homes *homes) {
    if (homes == NULL)
        return;
    while (homes->first != NULL) {
        homes->first->peer = NULL; /* the server is gone */
        close_home(homes->first);
    }
    links_free(homes->links);
    free(homes);
}

static void on_end(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    close_home(arg);
}

static void make_room(struct homes *homes) {
    struct home *last = homes->first;

    if (homes->count < WEB_HOME_MOST)
        return;
    while (last->next != NULL)
        last = last->next;
    close_home(last);
}

static struct home *new_home(struct homes *homes) {
    static const struct timeval live = {.tv_sec = WEB_HOME_LIVE_S};
    struct helper *helper = homes->helper;
    struct home *home;

    make_room(homes);
    home = calloc(1, sizeof *home);
    if (home == NULL)
        return NULL;
    home->homes = homes;
    home->next = homes->first;
    homes->first = home;
    homes->count++;
    home->request = (struct request){.helper = helper,
                                     .setup = setup_ref(helper->setup),
                                     .service_name = "home",
                                     .user = "",
                                     .link = "",
                                     .rhost = "",
                                     .begun_ms = helper_now_ms(helper)};
    reply_new_id(home->request.id);
    home->request.app = client_app_ref(setup_app(home->request.setup, NULL));
    home->link = links_open(homes->links, home);
    home->end = evtimer_new(helper->base, on_end, home);
    if (home->link == NULL || home->end == NULL || evtimer_add(home->end, &live) != 0) {
        close_home(home);
        return NULL;
    }
    return home;
}

void web_home_open(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message) {
    char state[LINKS_WORD_BYTES], cookie[LINKS_WORD_BYTES], location[WEB_PAGE_LOCATION_BYTES];
    struct home *home;

    if (web_page_is_agent(message, "phone")) {
        web_page_show(peer, WECOM_PAGE_SCAN_WITH_WECOM);
        return;
    }
    home = new_home(helper->homes);
    if (home != NULL && config_has_keys(client_app_settings(home->request.app)) &&
        home->request.setup->config->web.line > 0 &&
        links_visit(home->link, wire_get(message, WIRE_F_COOKIE), state, cookie) == LINKS_GO &&
        web_page_location(&home->request, message, state, location)) {
        web_page_go(peer, location, cookie);
        secret_wipe(state);
        secret_wipe(location);
        return;
    }
    if (home != NULL)
        close_home(home);
    web_page_show(peer, WECOM_PAGE_TRY_AGAIN);
}

/* ---- The page -------------------------------------------------------------------------------- */

/* Lines of logins that wait for this member. */
struct waiting {
    const struct home *home;
    char host[256];
    char text[WAITING_BYTES];
    size_t used;
};

static void add_waiting(void *arg, const struct login_view *view) {
    struct waiting *w = arg;
    char at[64], line[1024];
    int len;

    if (!name_same_userid(view->userid, w->home->said.member.userid))
        return;
    request_time(w->home->request.helper, view->age_s, at, sizeof at);
    len = snprintf(line, sizeof line, "%s\t%s\t%s\t%s\n", view->service, w->host, view->origin, at);
    if (len < 0 || (size_t)len >= sizeof line || (size_t)len >= sizeof w->text - w->used)
        return;
    memcpy(w->text + w->used, line, (size_t)len + 1);
    w->used += (size_t)len;
}

static void show_home(struct server_peer *peer, const struct home *home) {
    const struct config_app *app = client_app_settings(home->request.app);
    const char *name = home->said.member.name;
    struct wire_message *m = web_page_new(WECOM_PAGE_HOME);
    struct waiting *w = calloc(1, sizeof *w);

    if (m != NULL && w != NULL) {
        w->home = home;
        request_host(w->host, sizeof w->host);
        login_list(home->request.helper, SIZE_MAX, add_waiting, w);
        (void)wire_set(m, WIRE_F_NAME, name[0] != '\0' ? name : home->said.member.userid);
        (void)wire_set(m, WIRE_F_USER, home->login[0] != '\0' ? home->login : NULL);
        (void)wire_set(m, WIRE_F_HOST, w->host);
        (void)wire_set(m, WIRE_F_COMPANY, app->company[0] != '\0' ? app->company : NULL);
        (void)wire_set(m, WIRE_F_WAITING, w->used > 0 ? w->text : NULL);
    }
    free(w);
    web_page_send(peer, m);
}

/* The browser is told why not, and may begin anew. */
static void refuse(struct home *home, enum wecom_page page, const char *userid,
                   enum wecom_reason reason, const struct client_failure *failure) {
    struct server_peer *peer = home->peer;

    if (reason != WECOM_REASON_NONE)
        request_log(&home->request, reasons_find(reason)->log_level, "home page not shown", userid,
                    NULL, reason, failure);
    web_page_refuse(peer, page, &home->request);
    home->peer = NULL;
    close_home(home);
}

/* Whoever has no login name (yet) is told so on the page; whoever is shut out is not shown it. */
static bool may_see(enum wecom_reason reason) {
    return reason == WECOM_REASON_NONE || reason == WECOM_REASON_NO_LOGIN_NAME ||
           reason == WECOM_REASON_NOT_PROVISIONED;
}

static void on_known(void *arg, const struct people_answer *answer) {
    struct home *home = arg;
    const struct request *r = &home->request;
    struct accounts accounts = {.settings = &r->setup->config->accounts};
    enum wecom_reason reason = WECOM_REASON_NOT_PROVISIONED;
    struct server_peer *peer = home->peer;

    home->people = NULL;
    if (answer->error != WECOM_OK)
        reason = WECOM_REASON_INTERNAL;
    else if (answer->known)
        reason = accounts_reason(&accounts, &answer->account);
    if (!may_see(reason) || !links_decide(home->link, home->opener)) {
        refuse(home, may_see(reason) ? WECOM_PAGE_TRY_AGAIN : WECOM_PAGE_NOT_ALLOWED,
               home->said.member.userid, reason, NULL);
        return;
    }
    if (reason == WECOM_REASON_NONE)
        (void)snprintf(home->login, sizeof home->login, "%s", answer->account.login);
    home->peer = NULL;
    show_home(peer, home);
}

static void on_person(void *arg, const struct web_person_answer *answer) {
    struct home *home = arg;
    const struct request *r = &home->request;

    home->person = NULL;
    if (answer->page != WECOM_PAGE_NONE) {
        if (answer->said != NULL)
            people_note(r, answer->userid, answer->said);
        refuse(home, answer->page, answer->userid, answer->reason, answer->failure);
        return;
    }
    home->said = *answer->said;
    (void)snprintf(home->pair, sizeof home->pair, "%s/%s", client_app_settings(r->app)->corp_id,
                   home->said.member.userid);
    home->request.link = home->pair;
    home->people = people_find(r, answer->userid, &home->said, on_known, home);
    if (home->people == NULL)
        refuse(home, WECOM_PAGE_TRY_AGAIN, NULL, WECOM_REASON_INTERNAL, NULL);
}

/* wecom-web hung up: the browser will open the page again. */
static void on_peer_gone(void *exchange) {
    struct home *home = exchange;

    home->peer = NULL;
    close_home(home);
}

static void look_at(struct server_peer *peer, const struct wire_message *message, struct home *home,
                    struct links_opener *opener) {
    enum wecom_page page;

    home->peer = peer;
    home->opener = opener;
    server_attach(peer, home, on_peer_gone);
    page =
        web_person_ask(&(struct web_person_how){.request = &home->request,
                                                .code = wire_get(message, WIRE_F_CODE),
                                                .in_wechat = web_page_is_agent(message, "wechat"),
                                                .done = on_person,
                                                .arg = home},
                       &home->person);
    if (page != WECOM_PAGE_NONE)
        refuse(home, page, NULL, WECOM_REASON_NONE, NULL);
}

bool web_home_callback(struct helper *helper, struct server_peer *peer,
                       const struct wire_message *message) {
    struct links_opener *opener = NULL;
    struct link *link = NULL;

    switch (links_claim(helper->homes->links, wire_get(message, WIRE_F_STATE),
                        wire_get(message, WIRE_F_COOKIE), &link, &opener)) {
    case LINKS_UNKNOWN:
        return false;
    case LINKS_MINE:
        look_at(peer, message, links_owner(link), opener);
        return true;
    case LINKS_DECIDED:
        show_home(peer, links_owner(link));
        return true;
    default:
        web_page_show(peer, WECOM_PAGE_TRY_AGAIN);
        return true;
    }
}
