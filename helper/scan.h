/* One login that waits for a telephone: the link that its terminal shows, who scanned it, and the
 * code that the telephone shows and the person types in the terminal.
 *
 * 1. Whoever scans MUST be the member whom the login is for, active, and admitted to the service,
 * before the telephone shows a code.
 * 2. The code alone lets nobody in, and neither does the scan: whoever holds the terminal must hold
 * the telephone. A link that was forwarded is worth nothing.
 * 3. The code is held in memory that is wiped, until the login ends.
 */
#ifndef WECOM_HELPER_SCAN_H
#define WECOM_HELPER_SCAN_H

#include "helper/links.h"
#include "helper/login_method.h"
#include "helper/pins.h"

enum { SCAN_TRIES = PINS_TRIES };

struct scan;
struct scan_visit;

/* NULL when there is no memory or no randomness. */
struct scan *scan_open(struct login *login);
/* Every browser that is being looked at is told that the login is over. NULL allowed. */
void scan_close(struct scan *scan);

/* https://.../s/ID; false: it does not fit. */
bool scan_url(const struct scan *scan, char *out, size_t bytes);

struct scan *scan_of(const struct link *link);
struct link *scan_link(const struct scan *scan);
const struct request *scan_request(const struct scan *scan);

/* ---- The telephone's side ---- */

/* This member scanned, through this browser: from now on there is a code. False: somebody else was
 * first, or there is no memory or randomness.
 */
bool scan_accept(struct scan *scan, struct links_opener *opener,
                 const struct answer_member *member);
/* The code that the telephone shows; "": there is none yet. */
const char *scan_digits(const struct scan *scan);
/* Who scanned; "": nobody yet. */
const char *scan_userid(const struct scan *scan);
const char *scan_name(const struct scan *scan);

/* A browser is being looked at: `gone` is called when the login ends first. `*visit` is NULL when
 * there is no memory.
 */
void scan_attend(struct scan *scan, struct scan_visit **visit, void (*gone)(void *arg), void *arg);
void scan_leave(struct scan_visit *visit);
/* The first for which `is` says so; NULL: none. */
void *scan_visitor(const struct scan *scan, bool (*is)(void *arg, const void *what),
                   const void *what);

/* ---- The terminal's side ---- */

enum scan_answer {
    SCAN_WRONG = 0, /* also: nobody has scanned yet */
    SCAN_OVER,      /* wrong for the last time */
    SCAN_RIGHT,
};
enum scan_answer scan_try(struct scan *scan, const char *text);

#endif
