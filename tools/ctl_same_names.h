/* Local people who could be members of the same name: accounts of /etc/passwd with uid 1000 or
 * more, but nobody, whose names can be userids, and who have no line in /etc/wecom/links yet.
 */
#ifndef WECOM_TOOLS_CTL_SAME_NAMES_H
#define WECOM_TOOLS_CTL_SAME_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct ctl_same_name {
    char *name, *gecos; /* gecos is cleaned, "-" where there is none */
};

struct ctl_same_names {
    struct ctl_same_name *users;
    size_t count, room;
    const char *file, *why; /* of a failure */
};

/* False: `file` could not be read, and `why`. */
bool ctl_same_names_read(struct ctl_same_names *names, const char *passwd, const char *links);
void ctl_same_names_free(struct ctl_same_names *names);

const char *ctl_same_names_gecos(const struct ctl_same_names *names, const char *name);

#endif
