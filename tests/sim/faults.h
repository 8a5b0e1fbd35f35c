/* What shall go wrong with the next requests, as ordered through the control port. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct faults;

enum fault_kind {
    FAULT_DELAY,          /* the true answer, later */
    FAULT_ERRCODE,        /* this errcode instead */
    FAULT_HTTP_STATUS,    /* this status, with or without a body */
    FAULT_HANG,           /* no answer until the faults are cleared */
    FAULT_CLOSE_BEFORE,   /* connection closed without an answer */
    FAULT_CLOSE_MID,      /* connection closed in the middle of the body */
    FAULT_GARBAGE,        /* a body that is no JSON */
    FAULT_BODY,           /* this body, HTTP 200 */
    FAULT_HUGE_BYTES,     /* a JSON body with so many more bytes */
    FAULT_DRIP,           /* one byte each drip_ms */
    FAULT_TRUNCATED_JSON, /* half of the body, complete as HTTP */
    FAULT_NO_ERRCODE,     /* without errcode and errmsg */
    FAULT_ERRCODE_STRING, /* errcode in quotes */
    FAULT_KINDS
};

/* One order. Strings belong to it; see faults_clear_one. */
struct fault {
    char *path; /* "*": every path */
    char *kind_name;
    enum fault_kind kind;
    int64_t times; /* requests left; 0: until cleared */
    int64_t skip;  /* requests let pass before */
    int64_t errcode, http_status, delay_ms, huge_bytes, drip_ms;
    char *errmsg, *body;
    bool executed; /* the call takes effect all the same: a code is used up */
};

struct faults *faults_new(void);
void faults_free(struct faults *faults);
void faults_clear(struct faults *faults);

/* Adds one from control JSON. On false `why` (FIELDS_WHY bytes) says what is wrong. */
bool faults_add(struct faults *faults, json_t *json, char *why);

/* The fault for this request, if any: a copy for the caller, freed with faults_clear_one. Orders
 * are looked at in the order in which they were given; each that fits counts the request. */
bool faults_take(struct faults *faults, const char *path, struct fault *out);
void faults_clear_one(struct fault *fault);

json_t *faults_show(const struct faults *faults);

#endif
