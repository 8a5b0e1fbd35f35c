/* Shared by people*.c only. */
#ifndef WECOM_HELPER_PEOPLE_INTERNAL_H
#define WECOM_HELPER_PEOPLE_INTERNAL_H

#include "helper/accounts.h"
#include "helper/people.h"

struct people_lookup;

struct people {
    struct helper *helper;
    struct locals *locals; /* as last read */
    struct people_lookup *lookups;
    struct people_ticket *notes; /* nobody waits for them */
    int64_t minute_ms;
    unsigned int in_minute;
};

enum people_what { PEOPLE_FIND, PEOPLE_ENTER, PEOPLE_NOTE };

struct people_ticket {
    struct people *people;
    struct people_ticket *next, **link; /* among the notes */
    const struct request *request;      /* NULL for a note */
    struct setup *setup;
    struct client_app *app; /* that said it */
    enum people_what what;
    char userid[WECOM_USERID_MAX_BYTES + 1]; /* of whom it was said */
    bool is_said, has_detail;
    struct members_answer said;
    struct answer_detail detail;
    struct store_ticket *job;
    bool writes; /* the second time, where there is something to write */
    struct people_answer answer;
    struct accounts_change change;
    void (*done)(void *arg, const struct people_answer *answer);
    void *arg;
};

/* The application of [accounts]. */
struct client_app *people_app(const struct setup *setup);

/* What a ticket does inside a transaction: `arg` is the ticket. Run for reading first; where
 * `change.due` is set then, once more for writing.
 */
enum wecom_error people_run(void *arg, struct store_tx *tx);

/* people_note for whoever has no request. */
void people_note_for(struct people *people, struct setup *setup, struct client_app *app,
                     const char *userid, const struct members_answer *said);

/* Ends all lookups. */
void people_end_lookups(struct people *people);

#endif
