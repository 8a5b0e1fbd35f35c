/* What wecom-web asks about browsers.
 *
 * 1. To open a link MUST bind nothing and contact nobody.
 * 2. A callback MUST come from the browser that its state was given to, and is looked at once.
 * 3. A page MUST tell nothing of a login to whom it is not for.
 */
#include "helper/web_visit.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "common/names.h"
#include "common/secret.h"
#include "common/text.h"
#include "common/words.h"
#include "helper/people.h"
#include "helper/scan.h"
#include "wecom/page.h"

enum { ANSWER_MS = 9000 /* wecom-web waits 10 s */ };

/* A callback that is being looked at. */
struct visit {
    struct helper *helper;
    struct server_peer *peer;
    struct scan *scan;
    struct scan_visit *attends;
    struct links_opener *opener;
    struct secret code;
    struct event *deadline;
    struct client_request *redemption;
    struct members_watch *watch;
    struct people_ticket *people;
    struct answer_identity identity;
    struct members_answer said;
    bool from_wechat;
};

static const char *page_word(enum wecom_page page) {
    static const char *const page_words[WECOM_PAGE_COUNT] = {
#define X(constant, word) [WECOM_PAGE_##constant] = word,
        WECOM_PAGES(X)
#undef X
    };

    return page_words[page];
}

static struct wire_message *new_page(enum wecom_page page) {
    struct wire_message *m = wire_new(WIRE_PAGE);

    if (m != NULL && wire_set(m, WIRE_F_PAGE, page_word(page)) != WECOM_OK) {
        wire_free(m);
        return NULL;
    }
    return m;
}

static void send_page(struct server_peer *peer, struct wire_message *m) {
    if (m != NULL)
        server_send(peer, m);
    wire_free(m);
    server_finish(peer);
}

static void show(struct server_peer *peer, enum wecom_page page) {
    send_page(peer, new_page(page));
}

/* ---- Addresses of WeCom -----------------------------------------------------------------------
 */

static bool put(char *out, size_t bytes, const char *text) {
    size_t used = strlen(out), len = strlen(text);

    if (len >= bytes - used)
        return false;
    memcpy(out + used, text, len + 1);
    return true;
}

/* Percent-encoded (RFC 3986, unreserved characters stay). */
static bool put_encoded(char *out, size_t bytes, const char *text) {
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    bool good = true;

    for (; good && *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        char piece[4] = {(char)c, '\0', '\0', '\0'};

        if (strchr(plain, *text) == NULL) {
            piece[0] = '%';
            piece[1] = hex[c >> 4];
            piece[2] = hex[c & 15];
        }
        good = put(out, bytes, piece);
    }
    return good;
}

/* Where WeCom asks the person: in its client silently (page 91022), on a desktop by QR code or one
 * click (page 98152). Always with agentid: two applications may share a domain.
 */
static bool write_location(const struct request *r, bool in_client, const char *state, char *out,
                           size_t bytes) {
    const struct config_app *app = client_app_settings(r->app);
    char agent_id[24];

    (void)snprintf(agent_id, sizeof agent_id, "%ld", app->agent_id);
    out[0] = '\0';
    return put(out, bytes, in_client ? app->authorize_url : app->sso_url) &&
           put(out, bytes, in_client ? "?appid=" : "?login_type=CorpApp&appid=") &&
           put_encoded(out, bytes, app->corp_id) && put(out, bytes, "&redirect_uri=") &&
           put_encoded(out, bytes, r->setup->config->web.public_url) &&
           put(out, bytes, "%2Fcallback") &&
           put(out, bytes, in_client ? "&response_type=code&scope=snsapi_base" : "") &&
           put(out, bytes, "&state=") && put(out, bytes, state) && put(out, bytes, "&agentid=") &&
           put(out, bytes, agent_id) && put(out, bytes, in_client ? "#wechat_redirect" : "");
}

/* ---- Pages of one login -----------------------------------------------------------------------
 */

/* Which login it is: only for the browser that it is for. */
static void describe(struct wire_message *m, const struct request *r) {
    time_t begun =
        (time_t)(helper_wall_s(r->helper) - (helper_now_ms(r->helper) - r->begun_ms) / 1000);
    struct utsname host = {.nodename = ""};
    char at[64] = "";
    struct tm local;

    (void)uname(&host);
    if (localtime_r(&begun, &local) != NULL)
        (void)strftime(at, sizeof at, "%Y-%m-%d %H:%M:%S %z", &local);
    (void)wire_set(m, WIRE_F_SERVICE, r->service_name);
    (void)wire_set(m, WIRE_F_HOST, host.nodename);
    if (r->rhost[0] != '\0')
        (void)wire_set(m, WIRE_F_ORIGIN, r->rhost);
    (void)wire_set(m, WIRE_F_AT, at);
    (void)wire_set(m, WIRE_F_ID, r->id);
}

static void show_code(struct server_peer *peer, const struct scan *scan) {
    const struct members_answer *said = scan_said(scan);
    struct wire_message *m = new_page(WECOM_PAGE_CODE);

    if (m != NULL) {
        describe(m, scan_request(scan));
        (void)wire_set(m, WIRE_F_PIN, scan_digits(scan));
        if (said->member.name[0] != '\0')
            (void)wire_set(m, WIRE_F_NAME, said->member.name);
    }
    send_page(peer, m);
}

static bool is_agent(const struct wire_message *message, const char *word) {
    const char *agent = wire_get(message, WIRE_F_AGENT);

    return agent != NULL && strcmp(agent, word) == 0;
}

static void go(struct server_peer *peer, const struct wire_message *message, struct scan *scan) {
    char state[LINKS_WORD_BYTES], cookie[LINKS_WORD_BYTES], location[2048];
    bool in_client = !is_agent(message, "desktop");
    struct wire_message *m;

    switch (links_visit(scan_link(scan), wire_get(message, WIRE_F_COOKIE), state, cookie)) {
    case LINKS_GO:
        break;
    case LINKS_YOURS:
        show_code(peer, scan);
        return;
    case LINKS_OVER:
        show(peer, WECOM_PAGE_USED);
        return;
    default:
        show(peer, WECOM_PAGE_TRY_AGAIN);
        return;
    }
    m = new_page(WECOM_PAGE_GO);
    if (m != NULL &&
        (!write_location(scan_request(scan), in_client, state, location, sizeof location) ||
         wire_set(m, WIRE_F_LOCATION, location) != WECOM_OK ||
         wire_set(m, WIRE_F_COOKIE, cookie) != WECOM_OK)) {
        wire_free(m);
        m = new_page(WECOM_PAGE_TRY_AGAIN);
    }
    send_page(peer, m);
    secret_wipe(state);
    secret_wipe(location);
}

void web_visit_open(struct helper *helper, struct server_peer *peer,
                    const struct wire_message *message) {
    const char *place = wire_get(message, WIRE_F_PLACE), *key = wire_get(message, WIRE_F_KEY);
    struct link *link = NULL;
    char id[REPLY_ID_BYTES];

    reply_new_id(id);
    reply_ready(peer, id);
    if (strcmp(place, "link") != 0 || key == NULL) {
        show(peer, WECOM_PAGE_NOT_FOUND);
        return;
    }
    link = links_find(helper->links, key);
    if (link == NULL)
        show(peer, WECOM_PAGE_EXPIRED);
    else if (is_agent(message, "phone"))
        show(peer, WECOM_PAGE_SCAN_WITH_WECOM);
    else
        go(peer, message, scan_of(link));
}

/* ---- Callbacks --------------------------------------------------------------------------------
 */

static void end_visit(struct visit *v) {
    if (v->deadline != NULL)
        event_free(v->deadline);
    client_cancel(v->redemption);
    members_drop(v->watch);
    people_drop(v->people);
    scan_leave(v->attends);
    secret_clear(&v->code);
    secret_clear(&v->identity.ticket);
    free(v);
}

/* Not accepted: the browser may begin anew. */
static void refuse(struct visit *v, enum wecom_page page, const struct client_failure *failure) {
    if (failure != NULL && failure->reason != WECOM_REASON_NONE)
        request_log(scan_request(v->scan), LOG_WARNING, "scan not accepted", NULL, "scan",
                    failure->reason, failure);
    links_release(v->opener);
    show(v->peer, page);
    end_visit(v);
}

/* wecom-web hung up: the browser will ask again. */
static void on_peer_gone(void *exchange) {
    struct visit *v = exchange;

    links_release(v->opener);
    end_visit(v);
}

/* The terminal's login ended first. */
static void on_login_gone(void *arg) {
    struct visit *v = arg;

    v->attends = NULL;
    show(v->peer, WECOM_PAGE_EXPIRED);
    end_visit(v);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    refuse(arg, WECOM_PAGE_TRY_AGAIN, NULL);
}

/* The store says whether this member is let in here. */
static void on_known(void *arg, const struct people_answer *answer) {
    struct visit *v = arg;
    const struct request *r = scan_request(v->scan);

    v->people = NULL;
    if (people_reason(r, answer) != WECOM_REASON_NONE) {
        request_log(r, LOG_NOTICE, "scan not accepted", v->identity.userid, "scan",
                    people_reason(r, answer), NULL);
        refuse(v, WECOM_PAGE_NOT_ALLOWED, NULL);
        return;
    }
    if (!scan_accept(v->scan, v->opener, &v->said)) {
        refuse(v, WECOM_PAGE_USED, NULL);
        return;
    }
    request_log(r, LOG_NOTICE, "scanned", v->identity.userid, "scan", WECOM_REASON_NONE, NULL);
    show_code(v->peer, v->scan);
    end_visit(v);
}

static void hear(struct visit *v, const struct members_answer *said) {
    const struct request *r = scan_request(v->scan);
    struct client_failure failure = said->failure;
    enum wecom_reason reason = members_reason(said);

    v->said = *said;
    if (reason != WECOM_REASON_NONE) {
        failure.reason = reason;
        people_note(r, v->identity.userid, said);
        refuse(v, said->state == MEMBERS_UNKNOWN ? WECOM_PAGE_TRY_AGAIN : WECOM_PAGE_NOT_ALLOWED,
               &failure);
        return;
    }
    v->people = people_find(r, v->identity.userid, &v->said, on_known, v);
    if (v->people == NULL)
        refuse(v, WECOM_PAGE_TRY_AGAIN, NULL);
}

static void on_member(void *arg, const struct members_answer *said) {
    struct visit *v = arg;

    v->watch = NULL;
    hear(v, said);
}

static void ask_member(struct visit *v) {
    const struct request *r = scan_request(v->scan);
    const struct members_answer *known =
        members_known(r->helper->members, r->app, v->identity.userid);

    if (known != NULL) {
        struct members_answer said = *known;

        hear(v, &said);
        return;
    }
    v->watch = members_ask(r->helper->members, r->app, v->identity.userid, on_member, v);
    if (v->watch == NULL)
        refuse(v, WECOM_PAGE_TRY_AGAIN, NULL);
}

/* Is the login for this member? A name that the store does not know is for nobody: the telephone of
 * whoever scans it says what it says of anybody else's.
 */
static bool is_for(const struct request *r, const char *userid) {
    const char *expected = request_expected_userid(r);

    return expected != NULL ? name_same_userid(expected, userid)
                            : r->identity && r->user[0] == '\0';
}

static void on_identity(void *arg, const struct client_result *result) {
    struct visit *v = arg;

    v->redemption = NULL;
    if (result->failure.reason != WECOM_REASON_NONE) {
        refuse(v, WECOM_PAGE_TRY_AGAIN,
               result->failure.reason != WECOM_REASON_CODE_INVALID ? &result->failure : NULL);
    } else if (answer_identity(result->json, &v->identity) != WECOM_OK) {
        refuse(v, WECOM_PAGE_TRY_AGAIN, NULL);
    } else if (v->identity.kind != ANSWER_MEMBER) {
        /* an openid: another company is active, or the page was opened in WeChat */
        refuse(v, v->from_wechat ? WECOM_PAGE_WECHAT : WECOM_PAGE_OTHER_COMPANY, NULL);
    } else if (!is_for(scan_request(v->scan), v->identity.userid)) {
        request_log(scan_request(v->scan), LOG_NOTICE, "scan not accepted", v->identity.userid,
                    "scan", WECOM_REASON_IDENTITY_MISMATCH, NULL);
        refuse(v, WECOM_PAGE_OTHER_PERSON, NULL);
    } else {
        ask_member(v);
    }
}

/* False: the visit has ended. */
static bool redeem(struct visit *v, const char *code) {
    const struct request *r = scan_request(v->scan);
    const char *values[CALLS_PARAMETERS] = {code};
    static const struct timeval most = {.tv_sec = ANSWER_MS / 1000};
    int64_t now = helper_now_ms(v->helper);

    if (!name_is_code(code, strlen(code)) ||
        !codes_claim(v->helper->codes, code, strlen(code), now))
        return false;
    v->deadline = evtimer_new(v->helper->base, on_deadline, v);
    if (v->deadline == NULL || evtimer_add(v->deadline, &most) != 0)
        return false;
    v->redemption = client_ask(r->app, CALLS_GETUSERINFO, values, now + ANSWER_MS, on_identity, v);
    return v->redemption != NULL;
}

static void look_at(struct helper *helper, struct server_peer *peer,
                    const struct wire_message *message, struct scan *scan,
                    struct links_opener *opener) {
    const char *code = wire_get(message, WIRE_F_CODE);
    struct visit *v = calloc(1, sizeof *v);

    if (v == NULL) {
        links_release(opener);
        show(peer, WECOM_PAGE_TRY_AGAIN);
        return;
    }
    *v = (struct visit){.helper = helper,
                        .peer = peer,
                        .scan = scan,
                        .opener = opener,
                        .from_wechat = is_agent(message, "wechat")};
    scan_attend(scan, &v->attends, on_login_gone, v);
    server_attach(peer, v, on_peer_gone);
    if (v->attends == NULL)
        refuse(v, WECOM_PAGE_TRY_AGAIN, NULL);
    else if (code == NULL)
        refuse(v, v->from_wechat ? WECOM_PAGE_WECHAT : WECOM_PAGE_DECLINED, NULL);
    else if (!redeem(v, code))
        refuse(v, WECOM_PAGE_TRY_AGAIN, NULL);
}

void web_visit_callback(struct helper *helper, struct server_peer *peer,
                        const struct wire_message *message) {
    struct links_opener *opener = NULL;
    struct link *link = NULL;
    char id[REPLY_ID_BYTES];

    reply_new_id(id);
    reply_ready(peer, id);
    switch (links_claim(helper->links, wire_get(message, WIRE_F_STATE),
                        wire_get(message, WIRE_F_COOKIE), &link, &opener)) {
    case LINKS_MINE:
        look_at(helper, peer, message, scan_of(link), opener);
        break;
    case LINKS_DECIDED:
        show_code(peer, scan_of(link));
        break;
    case LINKS_USED:
        show(peer, WECOM_PAGE_USED);
        break;
    default:
        show(peer, WECOM_PAGE_TRY_AGAIN);
    }
}
