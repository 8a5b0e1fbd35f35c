/* Between an exchange and the account store: what is known of the person, what WeCom says of him,
 * and what follows for this service. Nothing here blocks: answers come later, from the event loop.
 */
#ifndef WECOM_HELPER_PEOPLE_H
#define WECOM_HELPER_PEOPLE_H

#include "helper/request.h"
#include "helper/store.h"

struct people;
struct people_ticket;

enum { PEOPLE_LOOKUPS_PER_MIN = 30 };

/* NULL when there is no memory. */
struct people *people_new(struct helper *helper);
void people_free(struct people *people);

/* What the store says of one person. */
struct people_answer {
    enum wecom_error error; /* of the store; WECOM_OK also for somebody whom it does not know */
    bool known;             /* there is an account */
    struct store_account account;
    enum policy_answer admitted; /* by allow= and deny= of the service */
    int64_t confirmed_s;         /* WeCom's last word on him; 0: never */
    int64_t changes;             /* the table must show so many; 0: nothing to wait for */
    bool first_login;
    bool outdated;       /* what was said is older than what the store has: not taken, ask anew */
    bool mobile_refused; /* another active account has that telephone number */
};

/* Whom the request is for: the member of its link, else the account of its login name, else (with
 * `identity`) the userid. `said`: what WeCom answered about that person just now, which goes into
 * the store first; NULL: it was not asked, or did not answer. `done` is called exactly once unless
 * the ticket is dropped first, and never from here. NULL when there is no memory.
 */
struct people_ticket *people_find(const struct request *r, const char *userid,
                                  const struct members_answer *said,
                                  void (*done)(void *arg, const struct people_answer *answer),
                                  void *arg);

/* The active member of whom WeCom `said` something signs in: notes the first login, and the
 * telephone number and address that the person consented to (`detail`, may be NULL).
 */
struct people_ticket *people_enter(const struct request *r, const struct members_answer *said,
                                   const struct answer_detail *detail,
                                   void (*done)(void *arg, const struct people_answer *answer),
                                   void *arg);
void people_drop(struct people_ticket *ticket);

/* WeCom answered about a member, and nobody waits for what follows. */
void people_note(const struct request *r, const char *userid, const struct members_answer *said);

/* Looks in the background whether WeCom knows somebody of that name, so that a hire of the last
 * minutes gets in on the next try; at most PEOPLE_LOOKUPS_PER_MIN for all.
 */
void people_look_up(const struct request *r);

/* WeCom says that something about the member has changed, and not what: he is asked for in the
 * background, and what comes of it goes into the store. How often is the caller's business.
 */
void people_ask_anew(struct people *people, struct setup *setup, struct client_app *app,
                     const char *userid);

/* Why the person may not use this service, by all that the store knows; WECOM_REASON_NONE when he
 * may. Says nothing of the age of the confirmation, and of somebody without account with
 * `identity` no more than the rules.
 */
enum wecom_reason people_reason(const struct request *r, const struct people_answer *answer);

/* WeCom cannot be asked: is its last word on a person of host accounts young enough to go by
 * (stale=)? Says nothing of what that word was.
 */
bool people_stays(const struct request *r, const struct people_answer *answer);

/* The application that has the say over the people of this service: for host accounts that of
 * [accounts], whatever application signs them in.
 */
struct client_app *people_directory(const struct request *r);

/* A service of host accounts (also one without a section), not of identities. */
bool people_is_host(const struct request *r);

/* A userid that may belong to a login name which the store does not know: the name itself, or what
 * stands behind name_prefix=. NULL when there is none, or when no account would be made.
 */
const char *people_guess(const struct request *r);

#endif
