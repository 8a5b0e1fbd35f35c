/* One login: the frame that all sign-in methods share. begin -> (ask -> answer)* -> result. */
#ifndef WECOM_HELPER_LOGIN_H
#define WECOM_HELPER_LOGIN_H

#include "helper/helper.h"

/* For the permission table. */
void login_begin(struct helper *helper, struct server_peer *peer,
                 const struct wire_message *message);
void login_answer(struct helper *helper, struct server_peer *peer,
                  const struct wire_message *message);

/* A login that waits, for the administrator. Valid during the call. */
struct login_view {
    const char *id, *service, *method, *origin;
    const char *user;   /* "?": what was typed looks like no name */
    const char *userid; /* of the member whom it is for; "": not known, or nobody */
    int64_t age_s;
};

/* The newest ones first, at most so many. */
void login_list(const struct helper *helper, size_t most,
                void (*tell)(void *arg, const struct login_view *view), void *arg);

#endif
