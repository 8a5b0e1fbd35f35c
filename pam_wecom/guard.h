/* Whose name is it: the machine's own, or possibly a member's? Decided from files that only root
 * writes, whatever the helper says.
 */
#ifndef PAM_WECOM_GUARD_H
#define PAM_WECOM_GUARD_H

#include "wecom/error.h"
#include "wecom/limits.h"

enum guard_place {
    GUARD_NOWHERE = 0, /* not looked yet; nobody may enter */
    GUARD_FREE,        /* not in passwd: the helper may know it */
    GUARD_LINKED,      /* in passwd, and linked to `link` */
    GUARD_LOCAL,       /* in passwd and not linked: not ours. uid 0 always is */
};

struct guard {
    enum guard_place place;
    enum wecom_error links; /* what was wrong with the links file, WECOM_OK if nothing */
    char link[WECOM_LINK_MAX_BYTES + 1];
};

/* Looks `name` up in the files `passwd` and `links`. WECOM_E_SYSTEM (errno) when passwd cannot be
 * read: nothing is known about the name then. A links file that cannot be trusted links nobody.
 */
enum wecom_error guard_look(const char *passwd, const char *links, const char *name,
                            struct guard *guard);

#endif
