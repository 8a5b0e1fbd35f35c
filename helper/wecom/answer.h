/* What WeCom answers: JSON from outside, read strictly. Every reader here takes bytes or JSON of
 * any shape and says no rather than guess. Sources: WeCom's pages 91039, 96442, 96443, 96255,
 * 96448.
 */
#ifndef WECOM_HELPER_WECOM_ANSWER_H
#define WECOM_HELPER_WECOM_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/secret.h"
#include "wecom/error.h"
#include "wecom/limits.h"

enum { ANSWER_DEPARTMENTS = 200 };

/* A list too long to be held as JSON at once: its elements, each read when it is wanted. Points
 * into the bytes of the answer.
 */
struct answer_list {
    const char *at, *end;
};

/* The frame that every answer has. */
struct answer {
    json_t *json;            /* an object; owned, answer_clear drops it */
    struct answer_list list; /* answer_parse_listed: the list, empty when it is not there */
    int errcode;             /* 0 when WeCom reports success: absent counts as 0 */
    char errmsg[512];        /* cleaned; informational, never decided upon */
};

/* WECOM_E_FORMAT: not one JSON object, a key twice, an errcode that is no integer (a quoted one
 * counts unless it is zero), or success with a warning about our request in errmsg.
 */
enum wecom_error answer_parse(struct answer *answer, const char *body, size_t bytes);
/* The same for an answer with one long list under `key`: each element is read and let go, so that
 * memory holds one at a time; `json` has everything but the list. WECOM_E_FORMAT also for a list
 * that is no array, that stands there twice, or that is missing where WeCom reports success.
 */
enum wecom_error answer_parse_listed(struct answer *answer, const char *body, size_t bytes,
                                     const char *key);
void answer_clear(struct answer *answer);

/* The next element, the caller's to drop; NULL when there are no more, or no memory (`*failed` is
 * set then).
 */
json_t *answer_next(struct answer_list *list, bool *failed);

/* The caller's address that WeCom puts into errmsg ("from ip: ..."). False when there is none. */
bool answer_caller_ip(const char *errmsg, char *ip, size_t ip_bytes);

/* gettoken. */
enum wecom_error answer_token(const json_t *json, struct secret *token, int64_t *expires_in_s);

/* auth/getuserinfo, in both spellings. Zero is nobody. */
enum answer_kind { ANSWER_NOBODY = 0, ANSWER_MEMBER, ANSWER_OTHER_COMPANY, ANSWER_NO_MEMBER };

struct answer_identity {
    enum answer_kind kind;
    char userid[WECOM_USERID_MAX_BYTES + 1]; /* of a member */
    struct secret ticket;                    /* empty unless the person consented to details */
};

/* WECOM_E_FORMAT: neither of the three kinds. */
enum wecom_error answer_identity(const json_t *json, struct answer_identity *identity);

/* user/get. */
struct answer_member {
    char userid[WECOM_USERID_MAX_BYTES + 1]; /* canonical spelling */
    char name[256];                          /* cleaned; may be empty */
    char alias[65], email[256]; /* where the directory returns them: applications made before
                                 * 2022-06-20 (page 96255); empty otherwise */
    int status;                 /* 1 active, 2 disabled, 4 not activated, 5 left */
    bool enabled;               /* false only where `enable` is there and not 1 */
    uint32_t departments[ANSWER_DEPARTMENTS];
    size_t departments_count;
};

/* WECOM_E_FORMAT: no userid, or no status. */
enum wecom_error answer_member(const json_t *json, struct answer_member *member);

/* The member's number where the directory returns it, cleaned as below; "" otherwise. */
void answer_member_mobile(const json_t *json, char mobile[32]);

/* auth/getuserdetail: what the person consented to; empty otherwise. */
struct answer_detail {
    char userid[WECOM_USERID_MAX_BYTES + 1];
    char mobile[32]; /* digits, with a leading + where WeCom gives the country */
    char email[256];
};

enum wecom_error answer_detail(const json_t *json, struct answer_detail *detail);

/* agent/get. */
struct answer_agent {
    char name[256];
    char redirect_domain[256];
    char home_url[1024]; /* what the workbench opens */
    bool closed;
    size_t users, departments, tags; /* how many the visible range names */
};

enum wecom_error answer_agent(const json_t *json, struct answer_agent *agent);

/* message/send to one person: did it reach him? WeCom also answers 0 where it sent nothing. */
bool answer_has_reached(const json_t *json);

/* message/send of a card with buttons: what the card can be changed with, once. False, and `code`
 * empty, where there is none of 1 to bytes - 1 printable ASCII characters.
 */
bool answer_response_code(const json_t *json, char *code, size_t bytes);

#endif
