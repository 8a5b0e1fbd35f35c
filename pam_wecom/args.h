/* The arguments of a line in /etc/pam.d. */
#ifndef PAM_WECOM_ARGS_H
#define PAM_WECOM_ARGS_H

#include <stdbool.h>

/* Strings belong to libpam or are literals. */
struct args {
    const char *socket; /* the helper */
    const char *links;  /* which local names are linked */
    const char *table;  /* the published accounts, for when the helper is away */
    const char *prompt; /* in place of the helper's prompts; NULL: theirs */
    long timeout_s;     /* one whole exchange, the person's thinking included */
    long stale_s;       /* a confirmation by WeCom in the table that is older is none */
    bool identity;      /* the service wants to know who, not a Unix account */
    bool use_first_pass, try_first_pass;
    bool debug, quiet;
};

/* Fills `args`, defaults first. Returns NULL, or the argument that is unknown or has a bad value;
 * `args` must not be used then.
 */
const char *args_read(int argc, const char **argv, struct args *args);

#endif
