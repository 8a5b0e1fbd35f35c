/* The links that terminals show as QR codes, and the browsers that opened them.
 *
 * 1. To open a link MUST bind nothing: crawlers and previews come first. Each browser gets a state
 * and a cookie of its own, at most LINKS_OPENERS of them for a link.
 * 2. A state MUST be taken only with the cookie that goes with it, and only once.
 * 3. The first browser for which a callback is accepted decides. Nobody changes that afterwards.
 * 4. Ids, states and cookies have 128 random bits each, and are compared in constant time.
 */
#ifndef WECOM_HELPER_LINKS_H
#define WECOM_HELPER_LINKS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    LINKS_BITS_BYTES = 16,
    LINKS_ID_BYTES = 23,   /* A-Z a-z 0-9 _ - and a NUL: short, it stands in the QR code */
    LINKS_WORD_BYTES = 33, /* hexadecimal: in a state WeCom takes letters and digits (page 96441) */
    LINKS_OPENERS = 8,
};

struct links;
struct link;
struct links_opener;

/* NULL when there is no memory. */
struct links *links_new(void);
/* After all its links. NULL allowed. */
void links_free(struct links *links);

/* A link of this owner; NULL without memory or randomness. */
struct link *links_open(struct links *links, void *owner);
/* Id, states and cookies are worth nothing from here on. NULL allowed. */
void links_close(struct link *link);

const char *links_id(const struct link *link);
void *links_owner(const struct link *link);

/* The link of that id; NULL: none. */
struct link *links_find(struct links *links, const char *id);

enum links_visit {
    LINKS_REFUSED = 0, /* too many browsers, its callback is being looked at, or no randomness */
    LINKS_GO,          /* to WeCom */
    LINKS_YOURS,       /* this browser has decided */
    LINKS_OVER,        /* another one has */
};

/* A browser opened the link. `cookie` is what it brought, NULL: nothing. One cookie serves a
 * browser for all links; one that is none is replaced. With LINKS_GO `state` and `new_cookie` are
 * for the browser, and an earlier state of it is worth nothing any more.
 */
enum links_visit links_visit(struct link *link, const char *cookie, char state[LINKS_WORD_BYTES],
                             char new_cookie[LINKS_WORD_BYTES]);

enum links_claim {
    LINKS_UNKNOWN = 0, /* no such state, or not with this cookie */
    LINKS_USED,        /* another browser has decided already */
    LINKS_BUSY,        /* this state is being looked at: the same request came twice */
    LINKS_DECIDED,     /* this browser has decided: show it what it was shown */
    LINKS_MINE,        /* go on; links_decide or links_release must follow */
};

/* A browser came back from WeCom. `cookie` may be NULL. Unless it is unknown, `*opener` is the
 * browser, and `*link` where it belongs.
 */
enum links_claim links_claim(struct links *links, const char *state, const char *cookie,
                             struct link **link, struct links_opener **opener);

/* The callback was accepted. False: another browser's was, meanwhile. */
bool links_decide(struct link *link, struct links_opener *opener);
/* It was not; the state is worth nothing any more, the browser may visit again. */
void links_release(struct links_opener *opener);

#endif
