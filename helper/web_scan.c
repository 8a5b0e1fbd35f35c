/* The telephone's side of a terminal's link.
 *
 * 1. To open a link MUST bind nothing and contact nobody.
 * 2. A callback is looked at once. The same request again (a reload, a client that asks twice)
 * waits for the same page.
 * 3. A page MUST tell nothing of a login to whom it is not for.
 */
#include "helper/web_scan.h"

#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/secret.h"
#include "helper/people.h"
#include "helper/reasons.h"
#include "helper/scan.h"
#include "helper/web_page.h"
#include "helper/web_person.h"

enum { FOLLOWERS = 4 };

/* A callback that is being looked at. */
struct visit {
    struct server_peer *peers[1 + FOLLOWERS]; /* NULL: hung up, or never there */
    struct scan *scan;
    struct scan_visit *attends;
    struct links_opener *opener;
    struct web_person *person;
    struct people_ticket *people;
    struct members_answer said;
};

/* Which login it is: only for the browser that it is for. */
static void describe(struct wire_message *m, const struct request *r) {
    struct request_told told;

    request_tell(r, &told);
    (void)wire_set(m, WIRE_F_SERVICE, r->service_name);
    (void)wire_set(m, WIRE_F_HOST, told.host);
    (void)wire_set(m, WIRE_F_ORIGIN, told.origin[0] != '\0' ? told.origin : NULL);
    (void)wire_set(m, WIRE_F_AT, told.time);
    (void)wire_set(m, WIRE_F_ID, r->id);
}

static void show_code(struct server_peer *peer, const struct scan *scan) {
    struct wire_message *m = web_page_new(WECOM_PAGE_CODE);

    if (m != NULL) {
        describe(m, scan_request(scan));
        (void)wire_set(m, WIRE_F_PIN, scan_digits(scan));
        (void)wire_set(m, WIRE_F_NAME, scan_name(scan)[0] != '\0' ? scan_name(scan) : NULL);
    }
    web_page_send(peer, m);
}

void web_scan_open(struct server_peer *peer, const struct wire_message *message,
                   struct link *link) {
    char state[LINKS_WORD_BYTES], cookie[LINKS_WORD_BYTES], location[WEB_PAGE_LOCATION_BYTES];
    struct scan *scan = scan_of(link);

    if (web_page_is_agent(message, "phone")) {
        web_page_show(peer, WECOM_PAGE_SCAN_WITH_WECOM);
        return;
    }
    switch (links_visit(link, wire_get(message, WIRE_F_COOKIE), state, cookie)) {
    case LINKS_GO:
        if (web_page_location(scan_request(scan), message, state, location))
            web_page_go(peer, location, cookie);
        else
            web_page_show(peer, WECOM_PAGE_TRY_AGAIN);
        secret_wipe(state);
        secret_wipe(location);
        break;
    case LINKS_YOURS:
        show_code(peer, scan);
        break;
    case LINKS_OVER:
        web_page_show(peer, WECOM_PAGE_USED);
        break;
    default:
        web_page_show(peer, WECOM_PAGE_TRY_AGAIN);
    }
}

/* ---- Callbacks ------------------------------------------------------------------------------- */

static void free_visit(struct visit *v) {
    web_person_drop(v->person);
    people_drop(v->people);
    scan_leave(v->attends);
    free(v);
}

/* Whoever waits is shown the code (page NONE), or the page. */
static void end_visit(struct visit *v, enum wecom_page page) {
    for (size_t i = 0; i <= FOLLOWERS; i++) {
        if (v->peers[i] == NULL)
            continue;
        if (page == WECOM_PAGE_NONE)
            show_code(v->peers[i], v->scan);
        else
            web_page_refuse(v->peers[i], page, scan_request(v->scan));
    }
    free_visit(v);
}

/* Not accepted: the browser may begin anew. */
static void refuse(struct visit *v, enum wecom_page page) {
    links_release(v->opener);
    end_visit(v, page);
}

static void note_refusal(const struct visit *v, const char *userid, enum wecom_reason reason,
                         const struct client_failure *failure) {
    request_log(scan_request(v->scan), reasons_find(reason)->log_level, "scan not accepted", userid,
                "scan", reason, failure);
}

/* wecom-web hung up. When nobody waits any more, the browser will ask again. */
static void on_peer_gone(void *exchange) {
    struct visit *v = exchange;
    bool any = false;

    for (size_t i = 0; i <= FOLLOWERS; i++) {
        if (v->peers[i] != NULL && server_exchange(v->peers[i]) == NULL)
            v->peers[i] = NULL;
        any = any || v->peers[i] != NULL;
    }
    if (any)
        return;
    links_release(v->opener);
    free_visit(v);
}

/* The terminal's login ended first. */
static void on_login_gone(void *arg) {
    struct visit *v = arg;

    v->attends = NULL;
    end_visit(v, WECOM_PAGE_EXPIRED);
}

/* The store says whether this member is let in here. */
static void on_known(void *arg, const struct people_answer *answer) {
    struct visit *v = arg;
    const struct request *r = scan_request(v->scan);
    const struct answer_member *member = &v->said.member;
    enum wecom_reason reason = people_reason(r, answer);

    v->people = NULL;
    if (reason != WECOM_REASON_NONE) {
        note_refusal(v, member->userid, reason, NULL);
        refuse(v, WECOM_PAGE_NOT_ALLOWED);
    } else if (!scan_accept(v->scan, v->opener, member)) {
        refuse(v, WECOM_PAGE_USED);
    } else {
        request_log(r, LOG_NOTICE, "scanned", member->userid, "scan", WECOM_REASON_NONE, NULL);
        end_visit(v, WECOM_PAGE_NONE);
    }
}

/* Is the login for this member? A name that the store does not know is for nobody: the telephone of
 * whoever scans it says what it says of anybody else's.
 */
static bool is_for(void *arg, const char *userid) {
    const struct visit *v = arg;
    const struct request *r = scan_request(v->scan);
    const char *expected = request_expected_userid(r);

    return expected != NULL ? name_same_userid(expected, userid)
                            : r->identity && r->user[0] == '\0';
}

static void on_person(void *arg, const struct web_person_answer *answer) {
    struct visit *v = arg;
    const struct request *r = scan_request(v->scan);

    v->person = NULL;
    if (answer->page != WECOM_PAGE_NONE) {
        if (answer->said != NULL)
            people_note(r, answer->userid, answer->said);
        note_refusal(v, answer->userid, answer->reason, answer->failure);
        refuse(v, answer->page);
        return;
    }
    v->said = *answer->said;
    v->people = people_find(r, answer->userid, &v->said, on_known, v);
    if (v->people == NULL)
        refuse(v, WECOM_PAGE_TRY_AGAIN);
}

static void look_at(struct server_peer *peer, const struct wire_message *message, struct scan *scan,
                    struct links_opener *opener) {
    struct visit *v = calloc(1, sizeof *v);
    enum wecom_page page = WECOM_PAGE_TRY_AGAIN;

    if (v == NULL) {
        links_release(opener);
        web_page_show(peer, page);
        return;
    }
    *v = (struct visit){.peers = {peer}, .scan = scan, .opener = opener};
    scan_attend(scan, &v->attends, on_login_gone, v);
    server_attach(peer, v, on_peer_gone);
    if (v->attends != NULL)
        page = web_person_ask(
            &(struct web_person_how){.request = scan_request(scan),
                                     .code = wire_get(message, WIRE_F_CODE),
                                     .in_wechat = web_page_is_agent(message, "wechat"),
                                     .is_for = is_for,
                                     .done = on_person,
                                     .arg = v},
            &v->person);
    if (page != WECOM_PAGE_NONE)
        refuse(v, page);
}

static bool is_by(void *arg, const void *opener) {
    return ((const struct visit *)arg)->opener == opener;
}

/* Waits with the first request of the same browser. */
static void follow(struct server_peer *peer, const struct scan *scan,
                   const struct links_opener *opener) {
    struct visit *v = scan_visitor(scan, is_by, opener);

    for (size_t i = 0; v != NULL && i <= FOLLOWERS; i++) {
        if (v->peers[i] == NULL) {
            v->peers[i] = peer;
            server_attach(peer, v, on_peer_gone);
            return;
        }
    }
    web_page_show(peer, WECOM_PAGE_TRY_AGAIN);
}

void web_scan_callback(struct server_peer *peer, const struct wire_message *message,
                       struct link *link, struct links_opener *opener, enum links_claim claim) {
    switch (claim) {
    case LINKS_MINE:
        look_at(peer, message, scan_of(link), opener);
        break;
    case LINKS_BUSY:
        follow(peer, scan_of(link), opener);
        break;
    case LINKS_DECIDED:
        show_code(peer, scan_of(link));
        break;
    case LINKS_USED:
        web_page_show(peer, WECOM_PAGE_USED);
        break;
    default:
        web_page_show(peer, WECOM_PAGE_TRY_AGAIN);
    }
}
