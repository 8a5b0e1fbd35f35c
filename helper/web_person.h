/* From the code that a browser brings back from WeCom to the member who authorized it: redeemed
 * once, and confirmed by WeCom as active.
 */
#ifndef WECOM_HELPER_WEB_PERSON_H
#define WECOM_HELPER_WEB_PERSON_H

#include "helper/request.h"
#include "wecom/page.h"

struct web_person;

struct web_person_answer {
    enum wecom_page page;     /* what the browser is shown; WECOM_PAGE_NONE: an active member */
    enum wecom_reason reason; /* for the log; none where it is nobody's business */
    const char *userid;       /* "": not known */
    const struct members_answer *said; /* what WeCom says of the member; NULL: it was not asked */
    const struct client_failure *failure; /* for the administrator; NULL: nothing */
};

struct web_person_how {
    const struct request *request; /* whose application redeems; stays until the end */
    const char *code;              /* NULL: WeCom sent none */
    bool in_wechat;
    /* Is it for this member? Asked before WeCom is asked about him. NULL: for anybody. */
    bool (*is_for)(void *arg, const char *userid);
    /* Called once unless dropped first, and never from web_person_ask; it is gone then. */
    void (*done)(void *arg, const struct web_person_answer *answer);
    void *arg;
};

/* WECOM_PAGE_NONE: under way, in `*person`, and done within WEB_PERSON_MS. Else the page at once.
 */
enum { WEB_PERSON_MS = 9000 /* wecom-web waits 10 s */ };
enum wecom_page web_person_ask(const struct web_person_how *how, struct web_person **person);
/* NULL allowed. */
void web_person_drop(struct web_person *person);

#endif
