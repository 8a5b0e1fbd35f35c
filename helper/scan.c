/* One login that waits for a telephone. */
#include "helper/scan.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"

struct scan_visit {
    struct scan_visit *next, **link;
    void (*gone)(void *arg);
    void *arg;
};

/* Ten thousand terminals may wait: only those that were scanned have one. */
struct who {
    char userid[WECOM_USERID_MAX_BYTES + 1];
    char name[sizeof((struct answer_member *)NULL)->name];
};

struct scan {
    struct login *login;
    struct link *link;
    struct scan_visit *visits;
    struct who *who; /* scanned; NULL: nobody yet */
    char digits[PINS_DIGITS + 1];
    unsigned int tries;
};

struct scan *scan_open(struct login *login) {
    struct scan *scan = calloc(1, sizeof *scan);

    if (scan == NULL)
        return NULL;
    scan->login = login;
    scan->link = links_open(login_request(login)->helper->links, scan);
    if (scan->link == NULL) {
        free(scan);
        return NULL;
    }
    return scan;
}

void scan_close(struct scan *scan) {
    if (scan == NULL)
        return;
    while (scan->visits != NULL) {
        struct scan_visit *visit = scan->visits;
        void (*gone)(void *) = visit->gone;
        void *arg = visit->arg;

        scan_leave(visit);
        gone(arg);
    }
    links_close(scan->link);
    free(scan->who);
    OPENSSL_cleanse(scan, sizeof *scan);
    free(scan);
}

bool scan_url(const struct scan *scan, char *out, size_t bytes) {
    const struct config *config = login_request(scan->login)->setup->config;
    int n = snprintf(out, bytes, "%s/s/%s", config->web.public_url, links_id(scan->link));

    return n > 0 && (size_t)n < bytes;
}

struct scan *scan_of(const struct link *link) {
    return links_owner(link);
}

struct link *scan_link(const struct scan *scan) {
    return scan->link;
}

const struct request *scan_request(const struct scan *scan) {
    return login_request(scan->login);
}

bool scan_accept(struct scan *scan, struct links_opener *opener,
                 const struct answer_member *member) {
    struct who *who = calloc(1, sizeof *who);
    char digits[PINS_DIGITS + 1];
    bool good = who != NULL && pins_draw(digits) && links_decide(scan->link, opener);

    if (good) {
        (void)snprintf(who->userid, sizeof who->userid, "%s", member->userid);
        (void)snprintf(who->name, sizeof who->name, "%s", member->name);
        memcpy(scan->digits, digits, sizeof digits);
        scan->who = who;
    } else {
        free(who);
    }
    secret_wipe(digits);
    return good;
}

const char *scan_digits(const struct scan *scan) {
    return scan->digits;
}

const char *scan_userid(const struct scan *scan) {
    return scan->who != NULL ? scan->who->userid : "";
}

const char *scan_name(const struct scan *scan) {
    return scan->who != NULL ? scan->who->name : "";
}

void scan_attend(struct scan *scan, struct scan_visit **visit, void (*gone)(void *arg), void *arg) {
    struct scan_visit *v = calloc(1, sizeof *v);

    *visit = v;
    if (v == NULL)
        return;
    *v = (struct scan_visit){.next = scan->visits, .link = &scan->visits, .gone = gone, .arg = arg};
    if (v->next != NULL)
        v->next->link = &v->next;
    scan->visits = v;
}

void scan_leave(struct scan_visit *visit) {
    if (visit == NULL)
        return;
    *visit->link = visit->next;
    if (visit->next != NULL)
        visit->next->link = visit->link;
    free(visit);
}

void *scan_visitor(const struct scan *scan, bool (*is)(void *arg, const void *what),
                   const void *what) {
    for (const struct scan_visit *v = scan->visits; v != NULL; v = v->next) {
        if (is(v->arg, what))
            return v->arg;
    }
    return NULL;
}

enum scan_answer scan_try(struct scan *scan, const char *text) {
    bool right = secret_equal_bytes(text, strlen(text), scan->digits, strlen(scan->digits));

    if (right)
        return SCAN_RIGHT;
    return ++scan->tries < SCAN_TRIES ? SCAN_WRONG : SCAN_OVER;
}
