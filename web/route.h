/* Which of the few things that we serve a path is. */
#ifndef WECOM_WEB_ROUTE_H
#define WECOM_WEB_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

enum route {
    ROUTE_NONE,
    ROUTE_HOME,     /* PREFIX/ */
    ROUTE_LINK,     /* PREFIX/s/ID */
    ROUTE_CALLBACK, /* PREFIX/callback */
    ROUTE_EVENTS,   /* PREFIX/events/APP */
    ROUTE_HEALTH,   /* PREFIX/healthz */
    ROUTE_PROOF,    /* /WW_verify_ID.txt, at the root of the host whatever the prefix is */
    ROUTE_COUNT
};

/* Finds the route of a path as it stands in the request, before any decoding: what is written in
 * another way than ours does not exist. `*word` is what stands for ID, APP, or the file's name, and
 * reaches to the end of the path; NULL for the other routes. ROUTE_NONE: there is no such path.
 */
enum route route_find(const char *prefix, const char *path, const char **word);

/* May it be asked by this method? HEAD only where a GET changes nothing at all. */
bool route_takes(enum route route, const char *method);
/* The methods that it takes, for the header Allow. */
const char *route_methods(enum route route);
/* Is it a person who reads the answer? Of a path that does not exist, too. */
bool route_is_for_people(enum route route);
/* For the log: the path itself may hold a secret. */
const char *route_name(enum route route);

#endif
