/* OAuth codes and user tickets: what a browser journey ends with and a call redeems. */
#ifndef SIM_CODES_H
#define SIM_CODES_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct server;
struct codes;
struct table;

/* What a code stands for; given to codes_mint, copied there. */
struct code_grant {
    struct app *app;
    const char *userid; /* canonical; NULL for somebody who is no member */
    const char *openid; /* for non-members */
    const char *external_userid;
    const char *linked_corp;     /* another company: userid is answered as CORP/userid */
    const char *domain;          /* host[:port] of the redirect */
    bool privateinfo;            /* scope snsapi_privateinfo: may bring a user ticket */
    bool qr;                     /* by QR or one click: never a ticket */
    const struct table *consent; /* fields the member granted; NULL: every one */
};

/* Whom a redeemed code names. */
struct code_answer {
    const char *userid; /* these belong to the code; valid until the next call here */
    const char *openid;
    const char *external_userid;
    const char *linked_corp;
    char *ticket; /* NULL: none; freed by the caller */
};

struct codes *codes_new(void);
void codes_free(struct codes *codes);

/* A new code, 43 characters of [A-Za-z0-9_-]; belongs to the caller. */
char *codes_mint(struct server *server, const struct code_grant *grant);

/* True when the code could be redeemed by this application now (nothing is used up). */
bool codes_live(struct server *server, const struct app *app, const char *code);

/* Uses the code up. 0, 40029, 42003, 42022 or 50001. */
int codes_redeem(struct server *server, const struct app *app, const char *code,
                 struct code_answer *answer);

/* A call with this code failed for another reason; uses it up when that option is on. */
void codes_failed(struct server *server, const char *code);

/* 0 with *userid and *consent (NULL: every field), or 84014 (over) or 84015 (unknown or made for
 * another application). */
int codes_ticket(struct server *server, const struct app *app, const char *ticket,
                 const char **userid, const struct table **consent);

#endif
